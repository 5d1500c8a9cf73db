import type { Phase, Unit } from '../job/names.ts';
import { doneName } from '../job/names.ts';
import type { Bench } from '../units/bench.ts';
import { doUnit, undone } from '../units/do-unit.ts';
import type { TakenUnit, WorkQueue } from '../units/work-queue.ts';
import type { Outage } from './outage.ts';

/** What may be away for a while, each by itself: a queue may take what nobody gets from it, and one that does is not back. */
export interface Outages {
  readonly offers: Outage;
  readonly takes: Outage;
  /** What pieces are made of. */
  readonly pieces: Outage;
}

/**
 * Does pieces of a phase as `queue` hands them out, until all are done, by whomever; or until the signal.
 * @throws what a piece does, which is given back before; what may pass when it has not in time
 */
export async function fromQueue(bench: Bench, queue: WorkQueue, phase: Phase, outages: Outages): Promise<void> {
  const { job, store, signal } = bench;
  for (let left = await undone(job, store, phase); left.length > 0; left = await undone(job, store, phase)) {
    const some = left;
    await outages.offers.once(() => queue.offer(some));
    // As long as there are pieces, the store is not asked each time what is done.
    while (signal?.aborted !== true) {
      const taken = await outages.takes.once(() => queue.take());
      if (taken === undefined) break;
      await outages.pieces.once(() => doneOrGivenBack(bench, taken));
    }
    if (signal?.aborted === true) return;
  }
}

async function doneOrGivenBack(bench: Bench, taken: TakenUnit): Promise<void> {
  // One of the next phase is handed out when nothing of this one is left: it is as good.
  const { unit } = taken;
  let isDone = false;
  try {
    isDone = (await isKept(bench, unit)) || (await doUnit(bench, unit));
  } finally {
    await (isDone ? taken.done() : taken.giveBack());
  }
}

/** Whether another has done it: it was given out again because nobody heard so in time. */
async function isKept({ store }: Bench, unit: Unit): Promise<boolean> {
  return (await store.get(doneName(unit))) !== undefined;
}
