/** One pool per number of workers, over the same conversation. They stay open, so that rounds can take turns. */
import type { SecurityContext } from '@parley/core';
import type { Pool, PoolMessage } from '@parley/engine';
import { createPool } from '@parley/engine';
import { BENCH_POLICY, conversation } from '../corpus.ts';

export const WORKER_COUNTS = [0, 1, 2] as const;

// More than the caches of a core hold, so that messages come from memory as they do in life.
const DISTINCT_MESSAGES = 1024;

export interface PoolRun {
  readonly workers: number;
  readonly pool: Pool;
}

/** What all pools are given: messages of about 5 KB with 6 signed parts, in a list of `count`. */
export interface Load {
  readonly context: SecurityContext;
  readonly messages: readonly PoolMessage[];
  /** Mean length of a message. */
  readonly bytes: number;
}

export function loadOf(count: number): Load {
  const { context, atMs, messages } = conversation(5, Math.min(count, DISTINCT_MESSAGES));
  const all = Array.from({ length: count }, (_, index) => ({ message: messages[index % messages.length]!, atMs }));
  const bytes = Math.round(all.reduce((sum, { message }) => sum + message.length, 0) / count);
  return { context, messages: all, bytes };
}

/** Lends one pool per worker count to `use`, and closes them. */
export async function withPools<T>({ context }: Load, use: (pools: readonly PoolRun[]) => Promise<T>): Promise<T> {
  const contexts = {
    get: (identifier: string) => Promise.resolve(identifier === context.identifier ? context : undefined),
  };
  const pools = WORKER_COUNTS.map((workers) => ({
    workers,
    pool: createPool({ workers, policy: BENCH_POLICY, contexts }),
  }));
  try {
    return await use(pools);
  } finally {
    for (const { pool } of pools) await pool.close();
  }
}

/** The number of workers, in words. */
export function workersText(workers: number): string {
  if (workers === 0) return 'inline';
  return workers === 1 ? '1 worker' : `${workers} workers`;
}
