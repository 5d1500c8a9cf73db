import type { Phase, Unit } from '../job/names.ts';
import { doneName } from '../job/names.ts';
import type { Bench } from '../units/bench.ts';
import { doUnit, undone } from '../units/do-unit.ts';
import type { WorkQueue } from '../units/work-queue.ts';

/**
 * Does pieces of a phase as `queue` hands them out, until all are done, by whomever; or until the signal.
 * @throws what a piece does, which is given back before
 */
export async function fromQueue(bench: Bench, queue: WorkQueue, phase: Phase): Promise<void> {
  const { job, store, signal } = bench;
  for (let left = await undone(job, store, phase); left.length > 0; ) {
    await queue.offer(left);
    // As long as there are pieces, the store is not asked each time what is done.
    for (let taken = await queue.take(); taken !== undefined && signal?.aborted !== true; taken = await queue.take()) {
      // One of the next phase is handed out when nothing of this one is left: it is as good.
      const { unit } = taken;
      let isDone = false;
      try {
        isDone = (await isKept(bench, unit)) || (await doUnit(bench, unit));
      } finally {
        await (isDone ? taken.done() : taken.giveBack());
      }
    }
    if (signal?.aborted === true) return;
    left = await undone(job, store, phase);
  }
}

/** Whether another has done it: it was given out again because nobody heard so in time. */
async function isKept({ store }: Bench, unit: Unit): Promise<boolean> {
  return (await store.get(doneName(unit))) !== undefined;
}
