import type { FaultCode, Reply } from '@parley/core';
import { Fault, isTransient, unwrap } from '@parley/core';
import { asyncIterable, called } from '@parley/core/internal';
import type { Delivery } from '../message/bus-message.ts';
import type { RetryPace } from '../stage/options.ts';
import { persistently } from '../stage/persistently.ts';
import type { Settled } from '../stage/stage.ts';
import { batchesOf } from './batches.ts';
import type { Commit, CommitBatch, RelayEnds, RelayOptions } from './options.ts';
import { checkEnds, checkRelay } from './options.ts';
import { refused } from './refused.ts';
import { onceUnderWay } from './under-way.ts';

/** What became of the messages of a relay. */
export interface RelaySummary {
  readonly results: number;
  /** Code -> messages that went to the dead letters. */
  readonly refused: Readonly<Partial<Record<FaultCode, number>>>;
  /** Deliveries that came while the same message was under way. */
  readonly repeated: number;
}

const SETTLED = asyncIterable<Settled>();

const BATCH_MESSAGES_MAX = 256;
/** A broker that is started again, and reads its log first, takes minutes. */
const RETRY: RetryPace = { attemptsMax: 60, pauseMs: 100 };

/**
 * Takes messages from a bus, through a stage, to a bus, until `signal` is aborted or the inlet ends. Results leave in the order of the
 * deliveries. A delivery is acknowledged when its result is safe and never before: after a crash it comes again, and its result is sent
 * again under the same id.
 *
 * @throws Fault (rejects) `caller.option-invalid`; what does not pass: `internal.bus-unavailable`, `internal.store-unavailable`, …; nothing that was not safe is acknowledged
 */
export async function relay<Given extends Delivery>(options: RelayOptions<Given>): Promise<RelaySummary> {
  checkRelay(options);
  const { inlet, stage, retry = RETRY, batchMessagesMax = BATCH_MESSAGES_MAX, onSettled } = options;
  const commit = options.commit ?? sendThenAcknowledge(options);
  // What ends the relay also ends waiting for the bus.
  const ending = new AbortController();
  const signal = options.signal === undefined ? ending.signal : AbortSignal.any([options.signal, ending.signal]);
  const tally = new Tally();
  const once = onceUnderWay(inlet.deliveries(signal));
  let committing: Promise<void> = Promise.resolve();
  const settle = async (batch: readonly Settled<Given>[]): Promise<void> => {
    const deliveries = batch.flatMap(({ delivery }) => once.all(delivery));
    const attempt = async (): Promise<Reply<void>> => {
      await commit({ ...sorted(batch), deliveries });
      return { ok: true, value: undefined };
    };
    unwrap(await persistently(attempt, ({ code }) => isTransient(code), retry, signal));
    for (const settled of batch) {
      once.settle(settled.delivery);
      tally.add(settled);
      onSettled?.(settled);
    }
  };
  try {
    const settled = called('stage', SETTLED, () => stage(once.deliveries, signal)) as AsyncIterable<Settled<Given>>;
    for await (const batch of batchesOf(settled, batchMessagesMax, () => committing)) {
      await committing;
      committing = settle(batch);
      committing.catch(() => ending.abort());
    }
    await committing;
  } finally {
    ending.abort();
    await committing.catch(() => undefined);
  }
  return tally.summary(once.repeated);
}

/** Sends, and acknowledges then. What an outlet will never take goes to the dead letters. */
export function sendThenAcknowledge<Given extends Delivery>(ends: RelayEnds<Given>): Commit<Given> {
  checkEnds(ends);
  const { inlet, outlet, deadLetters } = ends;
  return async (batch) => {
    const unsendable = await outlet.send(batch.results);
    const lost = await deadLetters.send([...batch.deadLetters, ...unsendable.map(refused)]);
    const [first] = lost;
    if (first !== undefined) throw new Fault(first.code, { reason: first.reason, place: 'dead letters' });
    await inlet.acknowledge(batch.deliveries);
  };
}

function sorted<Given extends Delivery>(
  batch: readonly Settled<Given>[],
): Pick<CommitBatch<Given>, 'results' | 'deadLetters'> {
  return {
    results: batch.filter(({ refused }) => refused === undefined).map(({ message }) => message),
    deadLetters: batch.filter(({ refused }) => refused !== undefined).map(({ message }) => message),
  };
}

class Tally {
  #results = 0;
  readonly #refused: Partial<Record<FaultCode, number>> = {};

  add({ refused }: Settled): void {
    if (refused === undefined) this.#results++;
    else this.#refused[refused.code] = (this.#refused[refused.code] ?? 0) + 1;
  }

  summary(repeated: number): RelaySummary {
    return { results: this.#results, refused: this.#refused, repeated };
  }
}
