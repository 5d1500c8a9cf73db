/** Requests of an initiator over HTTP, each with its answer. */
import type { Channel, Initiator, Outcome, OutgoingRequest } from '@parley/conversation';
import type { Reply } from '@parley/core';
import { Fault, unwrap } from '@parley/core';
import type { Dispatcher } from 'undici';
import type { IncomingMessage } from './post.ts';
import { post } from './post.ts';
import type { ConversationSettings } from './settings.ts';
import { withinTime } from './within-time.ts';

/** Those of one conversation. */
export class Requests {
  readonly channel: Channel;
  readonly #initiator: Initiator;
  readonly #settings: ConversationSettings;
  readonly #dispatcher: Dispatcher;

  constructor(initiator: Initiator, settings: ConversationSettings, dispatcher: Dispatcher) {
    this.channel = { secure: settings.isSecure };
    this.#initiator = initiator;
    this.#settings = settings;
    this.#dispatcher = dispatcher;
  }

  /** Who makes contexts and ends them. */
  get issuer(): URL {
    const { issuer, url } = this.#settings;
    return issuer ?? url;
  }

  /** A request of trust: to have no answer is to be refused. */
  async ask(request: Reply<OutgoingRequest>, url: URL): Promise<void> {
    const { ending, bounds } = this.#settings;
    const wait = { url, timeoutMs: bounds.answerTimeoutMs, signal: ending.signal };
    const outcome = await withinTime(wait, async (signal) => {
      let next = await this.exchange(request, url, signal);
      // Each leg of a negotiation answers the one before it, and the initiator bounds them.
      while (next?.kind === 'negotiating') next = await this.exchange({ ok: true, value: next.next }, url, signal);
      return next;
    });
    if (outcome === undefined) throw new Fault('peer.http-answer', { got: 'nothing' });
  }

  /** Sends a request and gives its answer to the initiator, which waits for it no longer in any case. */
  async exchange(
    asked: Reply<OutgoingRequest>,
    url: URL,
    signal: AbortSignal | undefined,
  ): Promise<Outcome | undefined> {
    const request = unwrap(asked);
    try {
      const answer = await this.post(request, url, signal);
      if (answer.octets.length === 0) return undefined;
      const outcome = await this.#initiator.receiveAsync(answer.octets, request, this.channel);
      if (!outcome.ok) throw new Fault(outcome.code, { ...outcome.detail, status: answer.status }, outcome.cause);
      return outcome.value;
    } finally {
      this.#initiator.forget(request);
    }
  }

  async post(
    { octets, soapAction }: OutgoingRequest,
    url: URL,
    signal: AbortSignal | undefined,
  ): Promise<IncomingMessage> {
    const { soapVersion, bounds } = this.#settings;
    return await post(url, { octets, soapAction, soapVersion }, this.#dispatcher, bounds, signal);
  }
}
