/** How long a store remembers what is over. */
import type { SecurityContext } from '@parley/core';
import type { ContextStoreOptions } from './context-store.ts';
import { DEFAULT_GRACE_MS, DEFAULT_TOMBSTONE_MS } from './context-store.ts';

export type Retention = Required<{
  [Name in keyof ContextStoreOptions]: Exclude<ContextStoreOptions[Name], undefined>;
}>;

/** The options of a store, complete; they were checked. */
export function retentionOf({ graceMs, tombstoneMs, cancelledKeys }: ContextStoreOptions): Retention {
  return {
    graceMs: graceMs ?? DEFAULT_GRACE_MS,
    tombstoneMs: tombstoneMs ?? DEFAULT_TOMBSTONE_MS,
    cancelledKeys: cancelledKeys ?? 'wipe',
  };
}

/** Whether nobody can use `context` at `nowMs` any more. */
export function isOver({ expiresAtMs, cancelledAtMs }: SecurityContext, nowMs: number): boolean {
  return cancelledAtMs !== undefined || nowMs >= expiresAtMs;
}

/** Whether `context` may be forgotten at `nowMs`. One that was cancelled with its keys kept stays as long as it would have. */
export function isForgotten(context: SecurityContext, { graceMs, tombstoneMs }: Retention, nowMs: number): boolean {
  const { expiresAtMs, cancelledAtMs, keys } = context;
  if (nowMs > expiresAtMs + graceMs) return true;
  return cancelledAtMs !== undefined && keys.length === 0 && nowMs > cancelledAtMs + tombstoneMs;
}
