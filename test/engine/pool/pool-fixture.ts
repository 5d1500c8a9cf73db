/** Pools for tests. */

import { afterEach, vi } from 'vitest';
import type { Pool, PoolOptions } from '../../../packages/engine/src/pool/contract.ts';
import { createPool } from '../../../packages/engine/src/pool/create-pool.ts';
import { SampleResolver, STRICT } from './sample-messages.ts';

const pools: Pool[] = [];

/** A pool over the sample contexts, closed when its test ends. */
export function poolWith(workers: number, options: Partial<Omit<PoolOptions, 'credentials'>> = {}): Pool {
  const pool = createPool({ workers, policy: STRICT, contexts: new SampleResolver(), ...options });
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});
