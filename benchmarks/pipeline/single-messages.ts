import { must } from '../corpus.ts';
import type { AsynchronousSubject, Measurement } from '../measure.ts';
import { measureRuns } from '../measure.ts';
import type { Load, PoolRun } from './pools.ts';
import { loadOf, withPools, workersText } from './pools.ts';

const IN_FLIGHT = [1, 64] as const;
// One at a time waits for the other thread each time; fewer messages tell as much.
const SHARE_OF_ONE = 10;

/** `pool.open`, one message per call, as a responder calls it: what a hop to a worker costs, and what sharing it saves. */
export function measureSingleMessages(rounds: number, count: number): Promise<readonly Measurement[]> {
  const load = loadOf(count);
  return withPools(load, (pools) =>
    measureRuns(
      IN_FLIGHT.flatMap((inFlight) => pools.map((run) => subjectOf(run, inFlight, load))),
      rounds,
    ),
  );
}

function subjectOf({ workers, pool }: PoolRun, inFlight: number, { messages, bytes }: Load): AsynchronousSubject {
  const chosen = messages.slice(0, inFlight === 1 ? Math.ceil(messages.length / SHARE_OF_ONE) : messages.length);
  const run = async (): Promise<void> => {
    const queue = chosen.values();
    // Every lane takes the next message when its last is answered.
    const lane = async (): Promise<void> => {
      for (const message of queue) must(await pool.open(message));
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
  };
  const inline = laneName(0, inFlight);
  const name = laneName(workers, inFlight);
  const against = workers === 0 ? {} : { against: inline };
  return { name, message: 'sealed/signed-5k', bytes, messages: chosen.length, ...against, run };
}

function laneName(workers: number, inFlight: number): string {
  return `pool.open, ${inFlight} in flight, ${workersText(workers)}`;
}
