import type { Channel, Initiator, OutgoingRequest, PeerFault, ReferenceOctets } from '@parley/conversation';
import { envelope, SequencedInitiator, saysContextIsLost } from '@parley/conversation';
import { currentMs } from '@parley/conversation/internal';
import type { Reply, SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import { callback, requireKind } from '@parley/core/internal';
import type { OpenedMessage } from '@parley/engine';
import type { Dispatcher } from 'undici';
import { abortable } from './abortable.ts';
import type { CallOptions } from './call-options.ts';
import { requireCall } from './call-options.ts';
import { SIGNAL } from './connection-shape.ts';
import type { ReliableStats } from './reliable-calls.ts';
import { ReliableCalls } from './reliable-calls.ts';
import { Requests } from './requests.ts';
import type { ConversationSettings, ReliableSettings } from './settings.ts';

/** What a peer answered; proven, and the answer to that call. */
export interface CallAnswer {
  readonly message: OpenedMessage;
  /** Where the answer is a SOAP fault: its code. The Body is in `message`. */
  readonly fault: PeerFault | undefined;
}

/**
 * A conversation under way: any number of calls at once, renewed when it is time, established again once when the peer has lost it.
 * Made by `connect`; ends with {@link close}, which `await using` calls.
 */
export class Conversation {
  readonly #initiator: Initiator;
  readonly #settings: ConversationSettings;
  readonly #dispatcher: Dispatcher;
  readonly #requests: Requests;
  readonly #reliable: ReliableCalls | undefined;
  /** Counts contexts that ended: a call knows which one it was sent under. */
  #generation = 0;
  #establishing: Promise<void> | undefined;
  #renewing: Promise<void> | undefined;
  #isClosed = false;

  /** Not to be called by applications: `connect` does. */
  constructor(initiator: Initiator, settings: ConversationSettings, dispatcher: Dispatcher) {
    this.#initiator = initiator;
    this.#settings = settings;
    this.#dispatcher = dispatcher;
    this.#requests = new Requests(initiator, settings, dispatcher);
    this.#reliable = settings.reliable && this.#reliableCalls(settings.reliable);
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
   * Sends `payload`, the octets of the element in the Body (UTF-8, borrowed until the promise settles), and resolves to the peer's
   * answer; to `undefined` where it has nothing to say.
   *
   * @throws Fault (rejects) `caller.closed`, `caller.aborted`, `caller.input-invalid` a payload that is no element; `peer.soap-fault` a
   *   fault that nothing proves; `peer.http-failed`, `peer.http-answer`; and why an answer was refused
   */
  async call(action: string, payload: Uint8Array, options: CallOptions = {}): Promise<CallAnswer | undefined> {
    requireCall(action, payload, options);
    const { signal } = options;
    if (this.#isClosed) throw new Fault('caller.closed');
    await this.ready(signal);
    if (this.#reliable !== undefined) return await this.#reliable.call(this.#envelope(action, payload), true, signal);
    const generation = this.#generation;
    try {
      return await this.#callOnce(action, payload, signal);
    } catch (error) {
      // The peer did nothing with what it could not read, so once more does no harm.
      if (!this.#settings.reestablish || !(error instanceof Fault) || !this.#isLost(error, generation)) throw error;
      if (generation === this.#generation) this.#abandon();
      await this.ready(signal);
      return await this.#callOnce(action, payload, signal);
    }
  }

  /**
   * The same for a message that has no answer: resolves when the peer has it. In a sequence, where `call` waits for an answer.
   * @throws Fault (rejects) as {@link call}
   */
  async send(action: string, payload: Uint8Array, options: CallOptions = {}): Promise<void> {
    requireCall(action, payload, options);
    const { signal } = options;
    if (this.#reliable === undefined || this.#isClosed) return void (await this.call(action, payload, { signal }));
    await this.ready(signal);
    await this.#reliable.call(this.#envelope(action, payload), false, signal);
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
    await (this.#renewing ?? this.#renewNow());
  }

  /**
   * Ends the context at the peer; then the conversation is closed.
   * @throws Fault (rejects) why the peer did not; the context is as it was
   */
  async cancel(): Promise<void> {
    if (this.#initiator.context !== undefined) await this.#reliable?.end();
    await this.#requests.ask(this.#initiator.requestCancel(this.#channel), this.#issuer);
    await this.close();
  }

  /**
   * Takes what the service sends by itself (borrowed): a request that ends the context, and the conversation is closed then; or what has
   * arrived of a reliable one, to which there is no reply. For `HttpResponder`, at an endpoint with `conversations`. Codes: as of
   * `Initiator.receiveRequest`.
   */
  async receiveRequest(octets: Uint8Array, channel: Channel): Promise<Reply<Uint8Array>> {
    const received = this.#initiator.receiveRequest(octets, channel);
    if (!received.ok && received.code === 'peer.action-mismatch' && this.#reliable !== undefined)
      return await this.#reliable.receiveAcknowledgement(octets, channel);
    if (!received.ok) return received;
    await this.close();
    return { ok: true, value: received.value.reply };
  }

  /** Cancels the context, unless `cancel: false` was said, and wipes its keys. Never rejects: the peer may be gone. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      await this.#renewing?.catch(() => undefined);
      // Without its end at the peer, a sequence goes on with the next conversation that has its context.
      if (this.#settings.cancel && this.#initiator.context !== undefined)
        await this.#reliable?.end().catch(() => undefined);
      if (this.#settings.cancel && this.#initiator.awaits === 'messages') {
        await this.#requests.exchange(this.#initiator.requestCancel(this.#channel), this.#issuer, undefined);
      }
    } catch {
      // The context ends at its time, whether the peer was told or not.
    } finally {
      this.#reliable?.stop();
      this.#initiator.close();
      if (this.#settings.ownsDispatcher) await this.#dispatcher.close().catch(() => undefined);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Resolves when there is a context: establishes one, if need be, and begins to renew one whose time has come. Every call does. */
  async ready(signal?: AbortSignal): Promise<void> {
    requireKind(SIGNAL, signal, 'signal');
    const { context, renewalDueAtMs } = this.#initiator;
    const nowMs = currentMs(this.#settings.ambient);
    if (context !== undefined && context.expiresAtMs <= nowMs) this.#abandon();
    else if (renewalDueAtMs !== undefined && renewalDueAtMs <= nowMs && this.#settings.renew) this.#renew();
    // One of our own making is there before the service knows of it.
    if (this.#initiator.context !== undefined && this.#establishing === undefined) return;
    this.#establishing ??= this.#establish().finally(() => {
      this.#establishing = undefined;
    });
    await abortable(this.#establishing, signal);
  }

  async #establish(): Promise<void> {
    if (this.#settings.establish === 'issued')
      await this.#requests.ask(this.#initiator.requestIssue(this.#channel), this.#issuer);
    else await this.#tell(this.#initiator.requestPropagate(this.#channel));
  }

  /** Of a context that was made here: nothing answers but a fault. */
  async #tell(request: Reply<OutgoingRequest>): Promise<void> {
    try {
      await this.#requests.exchange(request, this.#settings.url, undefined);
    } catch (error) {
      this.#abandon();
      throw error;
    }
  }

  /** All calls under it end with their context. */
  #abandon(): void {
    this.#generation++;
    this.#initiator.abandon();
  }

  /** In the background: calls go on under the old key. What fails is tried again at the next call. */
  #renew(): void {
    if (this.#renewing !== undefined || this.#initiator.awaits !== 'messages') return;
    this.#renewNow().catch((error: unknown) => {
      this.#settings.onFailedRenewal?.(error instanceof Fault ? error : new Fault('internal.invariant', {}, error));
    });
  }

  #renewNow(): Promise<void> {
    const renewal = this.#requests.ask(this.#initiator.requestRenew(this.#channel), this.#issuer);
    this.#renewing = renewal
      .then(() => undefined)
      .finally(() => {
        this.#renewing = undefined;
      });
    return this.#renewing;
  }

  async #callOnce(
    action: string,
    payload: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<CallAnswer | undefined> {
    const request = await this.#initiator.requestCallAsync(this.#envelope(action, payload));
    const outcome = await this.#requests.exchange(withAction(request, action), this.#settings.url, signal);
    if (outcome === undefined) return undefined;
    if (outcome.kind === 'answer') return { message: outcome.message, fault: undefined };
    if (outcome.kind === 'fault') return { message: outcome.message, fault: outcome.fault };
    throw new Fault('internal.invariant', { claim: 'a call has an answer' });
  }

  #envelope(action: string, payload: Uint8Array): Uint8Array {
    const { soapVersion, profile, to } = this.#settings;
    const addressing = profile.pairing === 'connection' ? 'none' : profile.addressing;
    return envelope({ action, body: payload, to, soapVersion, addressing });
  }

  #reliableCalls({ sequences, attemptTimeoutMs, ...kept }: ReliableSettings): ReliableCalls {
    const { profile, ambient, soapVersion, to } = this.#settings;
    const initiator = this.#initiator;
    return new ReliableCalls({
      sequenced: new SequencedInitiator({
        ...kept,
        initiator,
        profile,
        ambient,
        soapVersion,
        to,
        settings: sequences,
      }),
      send: async (request, signal) => await this.#requests.post(request, this.#settings.url, signal),
      channel: this.#channel,
      attemptTimeoutMs,
      pauseMs: sequences.retransmitAfterMs,
      keepAliveMs: sequences.keepAliveMs,
    });
  }

  /** Who makes contexts and ends them. */
  get #issuer(): URL {
    const { issuer, url } = this.#settings;
    return issuer ?? url;
  }

  get #channel(): Channel {
    return this.#requests.channel;
  }

  /** Whether the context that a call was sent under is no more, here or there. */
  #isLost(error: Fault, generation: number): boolean {
    return saysContextIsLost(error) || (error.code === 'caller.context-unusable' && generation !== this.#generation);
  }
}

/** The transport needs the action also where the message does not say it. */
function withAction(request: Reply<OutgoingRequest>, soapAction: string): Reply<OutgoingRequest> {
  return request.ok && request.value.soapAction === ''
    ? { ok: true, value: { ...request.value, soapAction } }
    : request;
}
