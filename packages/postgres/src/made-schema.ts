import { hash } from 'node:crypto';
import { Fault } from '@parley/core';
import type { PostgresCalls } from './postgres-calls.ts';
import { schemaText } from './schema.ts';

/**
 * Makes what is not there, or is of another version; where it is there, nothing is to be made, and who opens it needs not be allowed to. What it is, its comment says.
 * @throws Fault `caller.store-permissions` it is not there, and may not be made; `internal.store-unavailable`
 */
export async function makeSchema(calls: PostgresCalls, schema: string): Promise<void> {
  const mark = `parley ${hash('sha256', schemaText(schema), 'hex').slice(0, 16)}`;
  const found = await calls.value("select obj_description(to_regnamespace($1), 'pg_namespace')", [schema]);
  if (found === mark) return;
  try {
    await calls.rows(schemaText(schema), []);
    await calls.rows(`comment on schema ${schema} is '${mark}'`, []);
  } catch (error) {
    if (error instanceof Fault && error.detail['reason'] === INSUFFICIENT_PRIVILEGE)
      throw new Fault('caller.store-permissions', { schema, reason: 'it is to be made, by who may' }, error);
    throw error;
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';
