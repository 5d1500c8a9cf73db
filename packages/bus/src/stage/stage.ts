import type { FailedReply, Reply } from '@parley/core';
import { Fault, retryOf } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import type { Delivery, OutgoingMessage } from '../message/bus-message.ts';
import { foreignHeaders, placeHeader, refusedHeaders } from '../message/verdict-headers.ts';
import { inOrder } from './in-order.ts';
import type { RetryPace, StagePace } from './options.ts';
import { persistently } from './persistently.ts';

/** A delivery, and what came of it. */
export interface Settled<Given extends Delivery = Delivery> {
  readonly delivery: Given;
  /** To be sent on: the result, or for the dead letters the message as it came, with headers that say why. */
  readonly message: OutgoingMessage;
  /** `undefined` for a result. */
  readonly refused: FailedReply | undefined;
}

/**
 * Makes results of deliveries, in their order, as far as they are asked for; `signal` ends waiting for another attempt.
 *
 * @throws Fault (the iteration) what kept failing for reasons that are none of the message: it, and all after it, are to be delivered again
 */
export type Stage = <Given extends Delivery>(
  deliveries: AsyncIterable<Given>,
  signal?: AbortSignal,
) => AsyncGenerator<Settled<Given>, void, undefined>;

/** What a stage does with one message. */
export interface Step {
  /** The same again does the same. */
  run(delivery: Delivery): Promise<Reply<StepResult>>;
}

export interface StepResult {
  readonly octets: Uint8Array;
  /** Ours, beside those of the sender. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether it is no replay; asked in the order of deliveries, and told apart from one that is delivered again. */
  readonly isFirst?: (() => boolean | Promise<boolean>) | undefined;
}

const RETRY: RetryPace = { attemptsMax: 8, pauseMs: 100 };
const CONCURRENCY = 256;

/** The stage that does `step` to each message. */
export function stageOf(step: Step, { concurrency = CONCURRENCY, retry = RETRY }: StagePace): Stage {
  return async function* staged<Given extends Delivery>(deliveries: AsyncIterable<Given>, signal?: AbortSignal) {
    const done = inOrder(deliveries, concurrency, async (delivery) => {
      const reply = await persistently(async () => await step.run(delivery), mayPass, retry, signal);
      return { delivery, reply };
    });
    // Begun in order, so that of two that are the same the first one counts.
    yield* inOrder(done, concurrency, async ({ delivery, reply }) =>
      settledOf(delivery, reply.ok ? await firstOnly(reply.value, retry, signal) : reply),
    );
  };
}

async function firstOnly(
  result: StepResult,
  retry: RetryPace,
  signal: AbortSignal | undefined,
): Promise<Reply<StepResult>> {
  const { isFirst } = result;
  if (isFirst === undefined) return { ok: true, value: result };
  return await persistently(
    async () => ((await isFirst()) ? { ok: true, value: result } : failedReply(new Fault('peer.replay'))),
    mayPass,
    retry,
    signal,
  );
}

/**
 * Whether the same message may go well another time. One that ends worker after worker, or finds its sender's room used up, would hold up
 * all others.
 */
function mayPass({ code }: FailedReply): boolean {
  return retryOf(code) === 'later' && code !== 'internal.worker-lost' && code !== 'internal.quota';
}

function settledOf<Given extends Delivery>(delivery: Given, reply: Reply<StepResult>): Settled<Given> {
  const { place, key } = delivery;
  const headers = { ...foreignHeaders(delivery.headers), ...placeHeader(place) };
  return reply.ok
    ? {
        delivery,
        message: { id: place, key, octets: reply.value.octets, headers: { ...headers, ...reply.value.headers } },
        refused: undefined,
      }
    : {
        delivery,
        message: { id: place, key, octets: delivery.octets, headers: { ...headers, ...refusedHeaders(reply) } },
        refused: reply,
      };
}
