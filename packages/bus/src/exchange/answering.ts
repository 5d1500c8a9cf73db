import { setTimeout as pause } from 'node:timers/promises';
import type { Channel, Received, Responder } from '@parley/conversation';
import type { FailedReply, Reply } from '@parley/core';
import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import {
  callback,
  FLAG,
  failedReply,
  instanceOf,
  OCTETS,
  objectWith,
  optional,
  port,
  requireKind,
  requireOptions,
  shapeOf,
  whole,
} from '@parley/core/internal';
import type { OpenedMessage } from '@parley/engine';
import type { BusRequest, RequestInlet } from './requests.ts';
import { SOAP_ACTION_HEADER } from './requests.ts';

export interface AnsweringOptions {
  readonly inlet: RequestInlet;
  readonly responder: Responder;
  /**
   * What the application answers to a proven message: an envelope, which is secured then; `undefined` for no answer. `claims`: what
   * amendments added to its context (`amend` of the responder).
   */
  readonly service: (
    message: OpenedMessage,
    claims: readonly string[],
  ) => Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** As of {@link BusConversationOptions}. Default: an open channel. */
  readonly channel?: Pick<Channel, 'secure'> | undefined;
  /** Requests that are answered at one time. Default 16. */
  readonly concurrency?: number | undefined;
  /** Told why a request was refused, or not answered. */
  readonly onRefused?: ((failure: FailedReply) => void) | undefined;
  /** Ends it; what is under way is still answered. */
  readonly signal: AbortSignal;
}

const OPTIONS: Kind<AnsweringOptions> = shapeOf<AnsweringOptions>({
  inlet: port<RequestInlet>('requests'),
  responder: port<Responder>('receive', 'secure', 'idle'),
  service: callback(),
  channel: optional(objectWith<Pick<Channel, 'secure'>>({ secure: FLAG })),
  concurrency: optional(whole(1)),
  onRefused: optional(callback()),
  signal: instanceOf<AbortSignal>(AbortSignal),
});
const ENVELOPE = optional(OCTETS);
const CONCURRENCY = 16;

/**
 * Answers requests of a bus until `signal`: those of trust (RST) with what the responder issues, renews or cancels, those of the application with what
 * `service` says.
 * @throws Fault (rejects) `caller.option-invalid`; what the inlet throws
 */
export async function answerRequests(options: AnsweringOptions): Promise<void> {
  requireOptions(OPTIONS, options, 'options');
  const { inlet, concurrency = CONCURRENCY, signal } = options;
  const underWay = new Set<Promise<void>>();
  try {
    for await (const request of inlet.requests(signal)) {
      const answering = answered(request, options).finally(() => underWay.delete(answering));
      underWay.add(answering);
      if (underWay.size >= concurrency) await Promise.race(underWay);
    }
  } finally {
    await Promise.allSettled(underWay);
    await options.responder.idle();
  }
}

/** Does not reject: one request that fails is no reason not to answer the next. */
async function answered(request: BusRequest, options: AnsweringOptions): Promise<void> {
  const refused = (failure: FailedReply): void => options.onRefused?.(failure);
  try {
    const soapAction = request.headers[SOAP_ACTION_HEADER];
    const channel = { secure: false, ...options.channel, ...(soapAction === undefined ? {} : { soapAction }) };
    const received = await options.responder.receive(request.octets, channel);
    if (received.kind === 'refused') refused(received.failure);
    const octets = await answerTo(received, options);
    if (octets === undefined) return;
    if (octets.ok) await request.answer({ octets: octets.value, headers: {} });
    else refused(octets);
  } catch (error) {
    refused(failedReply(error));
  }
}

async function answerTo(received: Received, options: AnsweringOptions): Promise<Reply<Uint8Array> | undefined> {
  if (received.kind === 'propagated') return undefined;
  if (received.kind === 'message') {
    const envelope = await served(received.message, received.claims, options);
    return envelope && (await options.responder.secure(envelope, received.message));
  }
  if (received.kind !== 'sequence') return { ok: true, value: received.reply };
  const { exchange, claims } = received;
  const answer = await exchange.run((message) => served(message, claims, options), pause(exchange.holdMs));
  if (!answer.ok) return answer;
  return answer.value === undefined ? undefined : { ok: true, value: answer.value };
}

async function served(
  message: OpenedMessage,
  claims: readonly string[],
  { service }: AnsweringOptions,
): Promise<Uint8Array | undefined> {
  let envelope: Uint8Array | undefined;
  try {
    envelope = await service(message, claims);
  } catch (error) {
    throw new Fault('internal.service-failed', {}, error);
  }
  requireKind(ENVELOPE, envelope, 'service()');
  return envelope;
}
