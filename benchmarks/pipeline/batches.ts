import { must } from '../corpus.ts';
import type { Measurement } from '../measure.ts';
import { measureRuns } from '../measure.ts';
import { loadOf, withPools, workersText } from './pools.ts';

/** `verifyBatch` over `count` messages of 5 KB, as a log verification calls it: inline, one worker, two. */
export function measureBatches(rounds: number, count: number): Promise<readonly Measurement[]> {
  const load = loadOf(count);
  return withPools(load, (pools) =>
    measureRuns(
      pools.map(({ workers, pool }) => ({
        name: batchName(workers),
        message: 'sealed/signed-5k',
        bytes: load.bytes,
        messages: count,
        ...(workers === 1 ? {} : { against: batchName(1) }),
        run: async () => {
          for (const reply of await pool.verifyBatch(load.messages)) must(reply);
        },
      })),
      rounds,
    ),
  );
}

function batchName(workers: number): string {
  return `verifyBatch, ${workersText(workers)}`;
}
