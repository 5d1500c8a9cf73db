import { setTimeout as pause } from 'node:timers/promises';
import { Fault, isTransient } from '@parley/core';
import type { Phase, Unit } from '../job/names.ts';
import { doneName } from '../job/names.ts';
import type { Bench } from '../units/bench.ts';
import { doUnit, undone } from '../units/do-unit.ts';
import type { TakenUnit, WorkQueue } from '../units/work-queue.ts';

/** Pieces one behind the other that fail for what may pass: a broker is started again meanwhile, or is gone. */
const FAILURES_MAX = 20;
const PAUSE_MS = 1000;

/**
 * Does pieces of a phase as `queue` hands them out, until all are done, by whomever; or until the signal.
 * @throws what a piece does, which is given back before; what may pass when it has not after 20 pieces
 */
export async function fromQueue(bench: Bench, queue: WorkQueue, phase: Phase): Promise<void> {
  const { job, store, signal } = bench;
  let failures = 0;
  for (let left = await undone(job, store, phase); left.length > 0; ) {
    await queue.offer(left);
    // As long as there are pieces, the store is not asked each time what is done.
    for (let taken = await queue.take(); taken !== undefined && signal?.aborted !== true; taken = await queue.take()) {
      failures = (await isDoneNow(bench, taken, failures + 1 === FAILURES_MAX)) ? 0 : failures + 1;
      if (failures > 0) await pause(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
    if (signal?.aborted === true) return;
    left = await undone(job, store, phase);
  }
}

/** Does a piece, or gives it back; what may pass is thrown only where `isLast`. */
async function isDoneNow(bench: Bench, taken: TakenUnit, isLast: boolean): Promise<boolean> {
  // One of the next phase is handed out when nothing of this one is left: it is as good.
  const { unit } = taken;
  let isDone = false;
  try {
    isDone = (await isKept(bench, unit)) || (await doUnit(bench, unit));
  } catch (error) {
    if (isLast || !(error instanceof Fault) || !isTransient(error.code)) throw error;
  } finally {
    await (isDone ? taken.done() : taken.giveBack());
  }
  return isDone;
}

/** Whether another has done it: it was given out again because nobody heard so in time. */
async function isKept({ store }: Bench, unit: Unit): Promise<boolean> {
  return (await store.get(doneName(unit))) !== undefined;
}
