import { Fault } from '@parley/core';
import type { Writing } from './lmdb-database.ts';
import { emptied } from './store-marker.ts';

const CHECK_KEY: Uint8Array = Uint8Array.of(0);

/**
 * Writes `what` into an empty database, or finds it there: so that nothing is opened in the folder of something else.
 * @throws Fault `internal.store-corrupt` it holds something else, or what it held is gone
 */
export function requireWhat(writing: Writing, what: string, wasThere: boolean): void {
  const check = writing.get(CHECK_KEY);
  if (check !== undefined && new TextDecoder().decode(check) === what) return;
  if (check !== undefined || !writing.isEmpty()) throw new Fault('internal.store-corrupt', { reason: `no ${what}` });
  if (wasThere) throw emptied();
  writing.put(CHECK_KEY, new TextEncoder().encode(what));
}
