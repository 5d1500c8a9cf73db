import type { Channel, Initiator, PerMessageInitiator, ReferenceOctets } from '@parley/conversation';
import { envelope } from '@parley/conversation';
import type { Reply, SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import { callback, requireKind } from '@parley/core/internal';
import type { AssertionSignature, CertificateSignature } from '@parley/engine';
import { ENDORSEMENT } from '@parley/engine/internal';
import type { Dispatcher } from 'undici';
import type { CallOptions } from './call-options.ts';
import { requireCall, requireCallOptions } from './call-options.ts';
import type { CallAnswer } from './calls.ts';
import { Calls } from './calls.ts';
import { SIGNAL } from './connection-shape.ts';
import { ContextUpkeep } from './context-upkeep.ts';
import type { ReliableCalls, ReliableStats } from './reliable-calls.ts';
import { reliableCalls } from './reliable-side.ts';
import { Requests } from './requests.ts';
import type { ConversationSettings } from './settings.ts';
import { withinTime } from './within-time.ts';

/**
 * A conversation under way: any number of calls at once, renewed when it is time, established again once when the peer has lost it.
 * Made by `connect`; ends with {@link close}, which `await using` calls.
 */
export class Conversation {
  readonly #initiator: Initiator;
  /** Of numbered messages. */
  readonly #carrier: Initiator | PerMessageInitiator;
  readonly #settings: ConversationSettings;
  readonly #dispatcher: Dispatcher;
  readonly #requests: Requests;
  readonly #upkeep: ContextUpkeep;
  readonly #calls: Calls;
  readonly #reliable: ReliableCalls | undefined;
  readonly #underWay = new Set<Promise<unknown>>();
  #isClosed = false;

  /** Not to be called by applications: `connect` does. */
  constructor(
    initiator: Initiator,
    carrier: Initiator | PerMessageInitiator,
    settings: ConversationSettings,
    dispatcher: Dispatcher,
  ) {
    this.#initiator = initiator;
    this.#carrier = carrier;
    this.#settings = settings;
    this.#dispatcher = dispatcher;
    this.#requests = new Requests(initiator, settings, dispatcher);
    this.#upkeep = new ContextUpkeep(initiator, settings, this.#requests);
    this.#calls = new Calls({ initiator, settings, requests: this.#requests, upkeep: this.#upkeep });
    this.#reliable = reliableCalls(carrier, settings, this.#requests);
  }

  /** The context in use: borrowed, and gone with the next renewal. A copy of it is what `connect` can go on with later. */
  get context(): SecurityContext | undefined {
    return this.#initiator.context;
  }

  /** The Id by which the peer knows the context's token: to be kept with it. */
  get tokenId(): string | undefined {
    return this.#initiator.tokenId;
  }

  /** The token as its issuer wrote it, where there is more in it than names: likewise. */
  get tokenElement(): Uint8Array | undefined {
    return this.#initiator.tokenElement;
  }

  /** How its issuer names the token, where it does otherwise than Parley: likewise. */
  get tokenReferences(): ReferenceOctets | undefined {
    return this.#initiator.tokenReferences;
  }

  /**
   * Sends `payload`, the element in the Body (text, or octets in UTF-8, borrowed until the promise settles), and resolves to the peer's
   * answer; to `undefined` where it has nothing to say.
   *
   * @throws Fault (rejects) `caller.closed`, `caller.aborted`, `caller.input-invalid` a payload that is no element; `peer.soap-fault` a
   *   fault that nothing proves; `peer.http-failed`, `peer.http-answer`; and why an answer was refused
   */
  async call(action: string, payload: Uint8Array | string, options: CallOptions = {}): Promise<CallAnswer | undefined> {
    requireCall(action, payload, options);
    const { signal } = options;
    return await this.#begun(async () => {
      if (this.#reliable === undefined) return await this.#inTime(action, payload, signal);
      await this.#upkeep.ready(signal);
      return await this.#reliable.call(this.#envelope(action, payload), true, signal);
    });
  }

  /**
   * The same for a message that has no answer: resolves when the peer has it. In a sequence, where `call` waits for an answer.
   * @throws Fault (rejects) as {@link call}
   */
  async send(action: string, payload: Uint8Array | string, options: CallOptions = {}): Promise<void> {
    requireCall(action, payload, options);
    const { signal } = options;
    const reliable = this.#reliable;
    if (reliable === undefined) return void (await this.call(action, payload, { signal }));
    await this.#begun(async () => {
      await this.#upkeep.ready(signal);
      await reliable.call(this.#envelope(action, payload), false, signal);
    });
  }

  /**
   * Of a reliable conversation that goes on with the context and the records of an earlier one: sends what that left unsettled, in order, and
   * gives the answers.
   * @throws Fault (rejects) as {@link call}
   */
  async resume(onAnswer: (answer: CallAnswer, number: number) => void = () => undefined): Promise<void> {
    requireKind(callback(), onAnswer, 'onAnswer');
    await this.#reliable?.resume(onAnswer);
  }

  /** Of a reliable conversation: how many messages it has taken over so far, in the order of their calls, those of earlier conversations too. */
  async taken(): Promise<number> {
    return (await this.#reliable?.taken()) ?? 0;
  }

  /** Of a reliable conversation. */
  get reliableStats(): ReliableStats | undefined {
    return this.#reliable?.stats;
  }

  /**
   * Renews the context now; calls go on meanwhile. What `call` does by itself when it is time.
   * @throws Fault (rejects) as `connect`, `peer.unable-to-renew`
   */
  async renew(): Promise<void> {
    await this.#upkeep.renew();
  }

  /**
   * Shows the peer more of whoever has the context, by what he endorses the request with (WS-SC §4): which claims come of that says the
   * responder, where it takes such requests at all. The key stays, and calls go on meanwhile. A context that is established anew, such as
   * one that the peer has lost, has none of it and is to be amended anew.
   * @throws Fault (rejects) `caller.option-invalid`, `caller.aborted`, `caller.closed`, `caller.context-unusable` there is to be none; as
   *   `connect`; and `peer.soap-fault` it was refused
   */
  async amend(endorse: CertificateSignature | AssertionSignature, options: CallOptions = {}): Promise<void> {
    requireKind(ENDORSEMENT, endorse, 'endorse');
    requireCallOptions(options);
    await this.#begun(async () => await this.#upkeep.amend(endorse, options.signal));
  }

  /**
   * Ends the context at the peer, and a sequence before it, when all calls under way have come to their end; then the conversation is closed. Calls that are begun
   * meanwhile are refused.
   * @throws Fault (rejects) why the peer did not; the context is as it was
   */
  async cancel(): Promise<void> {
    const isFirst = !this.#isClosed;
    this.#isClosed = true;
    try {
      await this.#idle();
      if (this.#isUnderWay) await this.#reliable?.end();
      if (this.#settings.establish !== 'none')
        await this.#requests.ask(this.#initiator.requestCancel(this.#requests.channel), this.#requests.issuer);
    } catch (error) {
      if (isFirst) this.#isClosed = false;
      throw error;
    }
    await this.#leave();
  }

  /**
   * Takes what the service sends by itself (borrowed): a request that ends the context, and the conversation is closed then, with all calls
   * under way; or what has arrived of a reliable one, to which there is no reply. For `HttpResponder`, at an endpoint with
   * `conversations`. Codes: as of `Initiator.receiveRequest`.
   */
  async receiveRequest(octets: Uint8Array, channel: Channel): Promise<Reply<Uint8Array>> {
    const received = this.#initiator.receiveRequest(octets, channel);
    if (!received.ok && received.code === 'peer.action-mismatch' && this.#reliable !== undefined)
      return await this.#reliable.receiveAcknowledgement(octets, channel);
    if (!received.ok) return received;
    this.#isClosed = true;
    // What the service is still at may be what waits for this.
    void this.#idle().then(async () => await this.#leave());
    return { ok: true, value: received.value.reply };
  }

  /**
   * Lets calls under way come to their end, cancels the context, unless `cancel: false` was said, and wipes its keys. Never rejects: the peer
   * may be gone.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      await this.#idle();
      // Without its end at the peer, a sequence goes on with the next conversation that has its context.
      if (this.#settings.cancel && this.#isUnderWay) await this.#reliable?.end().catch(() => undefined);
      if (this.#settings.cancel && this.#initiator.awaits === 'messages') {
        const request = this.#initiator.requestCancel(this.#requests.channel);
        await this.#requests.exchange(request, this.#requests.issuer, this.#settings.ending.signal);
      }
    } catch {
      // The context ends at its time, whether the peer was told or not.
    } finally {
      await this.#leave();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Resolves when there is a context, where there is to be one: establishes it, if need be, and begins to renew one whose time has come. Every call does. */
  async ready(signal?: AbortSignal): Promise<void> {
    requireKind(SIGNAL, signal, 'signal');
    await this.#upkeep.ready(signal);
  }

  /** Runs a call that the end of the conversation waits for. @throws Fault (rejects) `caller.closed` */
  async #begun<T>(call: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new Fault('caller.closed');
    const underWay = call();
    this.#underWay.add(underWay);
    try {
      return await underWay;
    } finally {
      this.#underWay.delete(underWay);
    }
  }

  async #inTime(
    action: string,
    payload: Uint8Array | string,
    signal: AbortSignal | undefined,
  ): Promise<CallAnswer | undefined> {
    const { url, bounds } = this.#settings;
    return await withinTime(
      { url, timeoutMs: bounds.answerTimeoutMs, signal },
      async (ending) => await this.#calls.call(action, () => this.#envelope(action, payload), ending),
    );
  }

  async #idle(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    await this.#upkeep.settled();
  }

  async #leave(): Promise<void> {
    this.#reliable?.stop();
    for (const side of new Set([this.#initiator, this.#carrier])) side.close();
    // What still connects has nobody that waits for it.
    if (this.#settings.ownsDispatcher) await this.#dispatcher.destroy().catch(() => undefined);
  }

  #envelope(action: string, payload: Uint8Array | string): Uint8Array {
    const { soapVersion, profile, to } = this.#settings;
    const addressing = profile.pairing === 'connection' ? 'none' : profile.addressing;
    return envelope({ action, body: payload, to, soapVersion, addressing });
  }

  /** Whether there may be a sequence to be ended. */
  get #isUnderWay(): boolean {
    return this.#settings.establish === 'none' || this.#initiator.context !== undefined;
  }
}
