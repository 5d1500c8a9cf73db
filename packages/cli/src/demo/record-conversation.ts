import type { Channel, Initiator, OutgoingRequest, Received } from '@parley/conversation';
import { Fault, unwrap } from '@parley/core';
import type { LogWriter } from '@parley/log';
import { orderReply, orderRequest } from './application-message.ts';
import type { DemoClock } from './demo-clock.ts';
import type { DemoKind, DemoParties } from './demo-parties.ts';

export interface RecordingOptions {
  readonly parties: DemoParties;
  readonly clock: DemoClock;
  readonly kind: DemoKind;
  /** Application messages, requests and replies together. */
  readonly messages: number;
  /** Takes what a context secures. */
  readonly log: LogWriter;
  /** Takes the replies of the handshake. */
  readonly handshake: LogWriter;
  readonly interrupted: AbortSignal;
  /** Called for each message that was made. */
  readonly onMessage: () => void;
  /** Called when the context `identifier` has begun, has a new key, or has ended. */
  readonly onContext: (what: ContextEvent, identifier: string) => Promise<void>;
}

export type ContextEvent = 'issued' | 'renewed' | 'cancelled';

/** What was recorded. */
export interface Recorded {
  readonly messages: number;
  readonly octets: number;
  readonly contexts: readonly string[];
}

// The handshake needs confidentiality; within one process nobody listens.
const CHANNEL: Channel = { secure: true };
/** Share of the messages that the second context secures. */
const SECOND_SHARE = 0.1;

/**
 * Holds the conversation and records it: a context is issued, used, renewed halfway and used on; another is issued,
 * used and cancelled.
 */
export async function recordConversation(options: RecordingOptions): Promise<Recorded> {
  const recording = new Recording(options);
  const second = Math.max(2, Math.round((options.messages * SECOND_SHARE) / 2) * 2);
  const first = Math.max(0, options.messages - Math.min(second, options.messages));
  const half = Math.floor(first / 4) * 2;
  const alice = await recording.issue();
  await recording.exchange(alice, half);
  await recording.renew(alice);
  await recording.exchange(alice, first - half);
  alice.close();
  const bob = await recording.issue();
  await recording.exchange(bob, options.messages - first);
  await recording.cancel(bob);
  return recording.recorded;
}

class Recording {
  readonly #options: RecordingOptions;
  readonly #contexts: string[] = [];
  #messages = 0;
  #octets = 0;
  #orders = 0;

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  get recorded(): Recorded {
    return { messages: this.#messages, octets: this.#octets, contexts: this.#contexts };
  }

  async issue(): Promise<Initiator> {
    const initiator = this.#options.parties.initiator();
    const issued = await this.#handshake(initiator, unwrap(initiator.requestIssue(CHANNEL)));
    if (issued.kind !== 'issued') throw unexpected('issued', issued);
    this.#contexts.push(issued.identifier);
    await this.#options.onContext('issued', issued.identifier);
    return initiator;
  }

  async renew(initiator: Initiator): Promise<void> {
    const renewed = await this.#handshake(initiator, unwrap(initiator.requestRenew(CHANNEL)));
    if (renewed.kind !== 'renewed') throw unexpected('renewed', renewed);
    await this.#options.onContext('renewed', renewed.identifier);
  }

  async cancel(initiator: Initiator): Promise<void> {
    const request = unwrap(initiator.requestCancel(CHANNEL));
    await this.#secured('cancel-request', request.octets);
    this.#options.clock.step();
    const cancelled = await this.#options.parties.responder.receive(request.octets, CHANNEL);
    if (cancelled.kind !== 'cancelled') throw unexpected('cancelled', cancelled);
    await this.#secured('cancel-reply', cancelled.reply);
    this.#options.clock.step();
    unwrap(initiator.receive(cancelled.reply, request, CHANNEL));
    await this.#options.onContext('cancelled', cancelled.identifier);
  }

  /** As many messages as `count` says, requests and replies in turn. */
  async exchange(initiator: Initiator, count: number): Promise<void> {
    for (let sent = 0; sent < count && !this.#options.interrupted.aborted; sent += 2) {
      await this.#order(initiator, sent + 1 < count);
    }
  }

  async #order(initiator: Initiator, isAnswered: boolean): Promise<void> {
    const { parties, clock, kind } = this.#options;
    const order = ++this.#orders;
    const exchange = { soap: kind.soap, order, requestId: clock.randomUrn() };
    const request = unwrap(initiator.requestCall(orderRequest(exchange), parties.protection(order)));
    await this.#secured(`order-${order}-request`, request.octets);
    clock.step();
    const received = await parties.responder.receive(request.octets, CHANNEL);
    if (received.kind !== 'message') throw unexpected('message', received);
    if (!isAnswered) {
      initiator.forget(request);
      return;
    }
    const envelope = orderReply(exchange, clock.randomUrn());
    // Requests and replies take their turns apart: every way of asking meets every way of answering.
    const way = parties.protection(order + Math.floor(order / 7));
    const reply = unwrap(await parties.responder.secure(envelope, received.message, way));
    await this.#secured(`order-${order}-reply`, reply);
    clock.step();
    unwrap(initiator.receive(reply, request, CHANNEL));
  }

  // The request holds a password and half of a key: it is not recorded.
  async #handshake(initiator: Initiator, request: OutgoingRequest): Promise<Received> {
    const { parties, clock, handshake } = this.#options;
    clock.step();
    const received = await parties.responder.receive(request.octets, CHANNEL);
    request.octets.fill(0);
    if (!('reply' in received)) throw unexpected('a reply', received);
    await handshake.append({ id: received.kind, atMs: clock.nowMs(), message: received.reply });
    clock.step();
    unwrap(initiator.receive(received.reply, request, CHANNEL));
    return received;
  }

  async #secured(id: string, message: Uint8Array): Promise<void> {
    this.#messages += 1;
    this.#options.onMessage();
    this.#octets += message.length;
    await this.#options.log.append({ id, atMs: this.#options.clock.nowMs(), message });
  }
}

function unexpected(expected: string, received: Received): Fault {
  if (received.kind === 'refused') return new Fault(received.failure.code, received.failure.detail);
  return new Fault('internal.invariant', { claim: `${expected}, not ${received.kind}` });
}
