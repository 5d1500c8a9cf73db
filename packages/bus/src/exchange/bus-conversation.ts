import type { Channel, Initiator, Outcome, OutgoingRequest } from '@parley/conversation';
import type { Reply } from '@parley/core';
import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import {
  FLAG,
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
import type { Requester } from './requests.ts';
import { SOAP_ACTION_HEADER } from './requests.ts';

export interface BusConversationOptions {
  readonly initiator: Initiator;
  readonly requester: Requester;
  /**
   * What the bus is, as far as security rests on it. Default: an open one, on which the bootstrap must protect itself
   * (`symmetricX509`, `asymmetricX509`, `asymmetricSaml`). `secure` says that nobody but the responder reads what goes to it: a broker does.
   */
  readonly channel?: Pick<Channel, 'secure'> | undefined;
  /** For each answer. Default 30,000. */
  readonly timeoutMs?: number | undefined;
}

const OPTIONS: Kind<BusConversationOptions> = shapeOf<BusConversationOptions>({
  initiator: port<Initiator>('requestIssue', 'requestCallAsync', 'receive'),
  requester: port<Requester>('request'),
  channel: optional(objectWith<Pick<Channel, 'secure'>>({ secure: FLAG })),
  timeoutMs: optional(whole(1)),
});
const SIGNAL = optional(instanceOf<AbortSignal>(AbortSignal));
const TIMEOUT_MS = 30_000;

/** What an answer to a call was: proven, and the answer to that call. */
export type BusAnswer = Extract<Outcome, { readonly kind: 'answer' | 'fault' }>;

/** A conversation over a bus by requests and answers with correlation, as SOAP over JMS has them: its context is established over the bus, too. */
export class BusConversation {
  readonly #initiator: Initiator;
  readonly #requester: Requester;
  readonly #channel: Channel;
  readonly #timeoutMs: number;

  /** Borrows the requester. @throws Fault `caller.option-invalid` */
  constructor(options: BusConversationOptions) {
    requireOptions(OPTIONS, options, 'options');
    this.#initiator = options.initiator;
    this.#requester = options.requester;
    this.#channel = options.channel ?? { secure: false };
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  }

  /**
   * Asks for a context (RST), in as many legs as the bootstrap has.
   * @throws Fault (rejects) `caller.channel-not-secure` the bootstrap needs a channel that nobody listens on; `peer.soap-fault` the peer
   *   refused; `internal.bus-unavailable`, `caller.aborted`; why the answer was refused
   */
  async establish(signal?: AbortSignal): Promise<void> {
    await this.#ended(this.#initiator.requestIssue(this.#channel), signal);
  }

  /** Renews the context. @throws Fault as {@link establish} */
  async renew(signal?: AbortSignal): Promise<void> {
    await this.#ended(this.#initiator.requestRenew(this.#channel), signal);
  }

  /** Ends the context. @throws Fault as {@link establish} */
  async cancel(signal?: AbortSignal): Promise<void> {
    await this.#ended(this.#initiator.requestCancel(this.#channel), signal);
  }

  /** The answer to `envelope` (borrowed), which is secured under the context. @throws Fault as {@link establish}; `caller.context-unusable` */
  async call(envelope: Uint8Array, signal?: AbortSignal): Promise<BusAnswer> {
    requireKind(OCTETS, envelope, 'envelope');
    const outcome = await this.#ended(await this.#initiator.requestCallAsync(envelope), signal);
    if (outcome.kind === 'answer' || outcome.kind === 'fault') return outcome;
    throw new Fault('internal.invariant', { claim: 'a call is answered by an answer' });
  }

  async #ended(requested: Reply<OutgoingRequest>, signal: AbortSignal | undefined): Promise<Outcome> {
    requireKind(SIGNAL, signal, 'signal');
    for (let request = given(requested); ; ) {
      const { octets, soapAction } = request;
      const message = { octets, headers: { [SOAP_ACTION_HEADER]: soapAction } };
      const answer = await this.#requester.request(message, this.#timeoutMs, signal);
      const outcome = given(this.#initiator.receive(answer.octets, request, this.#channel));
      if (outcome.kind !== 'negotiating') return outcome;
      request = outcome.next;
    }
  }
}

function given<T>(reply: Reply<T>): T {
  if (!reply.ok) throw new Fault(reply.code, reply.detail);
  return reply.value;
}
