import type { SchemaFinding } from '@parley/codec';
import { validate, wsSchemas } from '@parley/codec';
import { utf8Octets } from '@parley/codec/internal';
import type { Reply } from '@parley/core';
import { Fault } from '@parley/core';
import { failedReply, printable } from '@parley/core/internal';
import type { Policy } from '@parley/engine';
import { faultText } from '../terminal/fault-text.ts';
import type { Tree } from './tree.ts';

/**
 * How `message` differs from the WS-* schemas; what it holds is answered, never thrown.
 * @throws Fault `caller.libxml-unavailable`
 */
export function schemaFindings(
  message: Uint8Array,
  { limits, reader }: Pick<Policy, 'limits' | 'reader'>,
): Reply<readonly SchemaFinding[]> {
  try {
    const octets = reader === 'scan' ? message : utf8Octets(message, limits);
    return { ok: true, value: validate(octets, wsSchemas('policies'), limits) };
  } catch (error) {
    if (error instanceof Fault && error.code.startsWith('peer.')) return failedReply(error);
    throw error;
  }
}

/** The findings for people; nothing when nobody asked. */
export function schemaTree(schema: Reply<readonly SchemaFinding[]> | undefined): readonly Tree[] {
  if (schema === undefined) return [];
  if (!schema.ok) return [{ label: `schema  refused: ${faultText(schema.code, schema.detail)}` }];
  if (schema.value.length === 0) return [{ label: 'schema  valid' }];
  const children = schema.value.map(({ offset, message }) => ({
    label: printable(offset === undefined ? message : `octet ${offset}: ${message}`),
  }));
  return [{ label: `schema  ${children.length} ${children.length === 1 ? 'finding' : 'findings'}`, children }];
}

/** The findings for machines; `null` when nobody asked. */
export function schemaJson(schema: Reply<readonly SchemaFinding[]> | undefined): unknown {
  if (schema === undefined) return null;
  return schema.ok
    ? { valid: schema.value.length === 0, findings: schema.value }
    : { valid: false, code: schema.code, detail: schema.detail };
}
