import type { FailedReply, Reply } from '@parley/core';
import { Fault } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import type { ContextMessage, OpenedMessage } from '@parley/engine';
import { isContextMessage } from '@parley/engine';
import { currentMs, NIL_URN, randomUrn } from '../exchange/ambient.ts';
import type { Channel } from '../exchange/channel.ts';
import { LatestTime } from '../exchange/latest-time.ts';
import { replyOf } from '../exchange/reply-of.ts';
import type { Protection } from '../protection/protection.ts';
import { protectOn, underContext } from '../protection/protection.ts';
import { AwaitedReplays } from '../replay/awaited-replays.ts';
import { numberedReplays } from '../sequence-keeping/numbered-replays.ts';
import type { SequenceDesk } from '../sequence-keeping/sequence-desk.ts';
import type { SequenceStats } from '../sequence-keeping/sequence-step.ts';
import { trustActionOf, trustResponseOf, trustVersionOf } from '../soap/actions.ts';
import type { AddressingStyle } from '../soap/addressing-style.ts';
import type { Outline } from '../soap/outline.ts';
import { emptyOutline } from '../soap/outline.ts';
import { writeFaultReply } from '../soap/soap-fault.ts';
import { wipeContext } from '../store/context-copy.ts';
import { readRequestOutline } from '../token-state/request-outline.ts';
import { amendContext } from './amend-context.ts';
import { cancelContext } from './cancel-context.ts';
import type { EndOptions, ResponderRequest } from './end-context.ts';
import { Endings } from './end-context.ts';
import { answerable, openLive } from './expired-context.ts';
import { requireAnswering, requireEnding, requireEndingAnswer, requireMessage } from './given.ts';
import { takeIssue, takeRenew } from './key-requests.ts';
import { openOnPool } from './open-on-pool.ts';
import type { ResponderOptions } from './options.ts';
import { rememberOwn } from './own-messages.ts';
import type { Answered, Received } from './received.ts';
import { withClaims } from './received.ts';
import type { RequestInHand } from './request-in-hand.ts';
import { isNumbered, sequenceDesk, sequencedUnderContext, takeOutside } from './sequenced-request.ts';
import type { ResponderSettings } from './settings.ts';
import { completeSettings } from './settings.ts';
import { takeBringing, takeResponse } from './take-response.ts';
import { requireNoTrust } from './trust-request.ts';

/**
 * The side that owns the contexts: bytes of a request in, bytes of the reply out. Knows no transport. Each request
 * stands alone and the store is the truth; the responder itself remembers quotas and the latest time only.
 *
 *   request ─► outline ─► by wsa:Action ─┬─ RST/SCT         ─► bootstrap ─► key ─► store ─► 'issued'
 *                                        ├─ RST/SCT/Renew   ─► bootstrap, old key ─► key ─► store, evict ─► 'renewed'
 *                                        ├─ RST/SCT/Cancel  ─► open ─► store, evict ─► 'cancelled'
 *                                        ├─ RST/SCT/Amend   ─► open, endorsed ─► store, evict ─► 'amended'
 *                                        ├─ RSTR/SCT[/Renew] ─► bootstrap ─► next leg ('negotiating'), or store ─► 'propagated'
 *                                        ├─ other of trust  ─► 'refused'
 *                                        ├─ in a sequence   ─► open ─► number ─► store ─► 'sequence'
 *                                        │                  (without a context: bootstrap ─► number ─► store)
 *                                        └─ anything else   ─► open ─► replay ─► 'message'
 *   any failure ─► 'refused' with a SOAP fault
 */
export class Responder {
  readonly #settings: ResponderSettings;
  readonly #sequences: SequenceDesk | undefined;
  readonly #endings: Endings;
  readonly #latest: LatestTime;

  /** @throws Fault `caller.option-invalid` */
  constructor(options: ResponderOptions) {
    this.#settings = completeSettings(options);
    this.#latest = new LatestTime((backMs, nowMs) => this.#settings.alarms.hearOfClock(backMs, nowMs));
    this.#sequences = sequenceDesk(this.#settings);
    this.#endings = new Endings(this.#settings);
  }

  /** How WS-Addressing headers of answers are to be written. */
  get addressing(): AddressingStyle {
    return this.#settings.profile.addressing;
  }

  /** Of sequences, where they are taken. */
  get sequenceStats(): SequenceStats | undefined {
    return this.#sequences?.stats;
  }

  /** Resolves when no message of a sequence is being handed over: what is cut off is handed over again, though its request was answered. */
  async idle(): Promise<void> {
    await this.#sequences?.idle();
  }

  /** Answers one request (borrowed until the promise resolves). Never rejects for anything that a message holds. */
  async receive(bytes: Uint8Array, channel: Channel): Promise<Received> {
    const received = await this.#received(bytes, channel);
    this.#settings.books.answered(received);
    return received;
  }

  async #received(bytes: Uint8Array, channel: Channel): Promise<Received> {
    let outline = emptyOutline();
    try {
      requireMessage(bytes, channel);
      outline = emptyOutline(channel.soapVersion);
      return await this.#dispatch(this.#take(bytes, channel, outline, this.#sequences !== undefined));
    } catch (error) {
      const failure = this.#failed(error);
      return { kind: 'refused', reply: this.#refusal(failure, outline), failure };
    }
  }

  /** Opens an application message (borrowed), replay check included, and nothing else: no request of trust is served. */
  async open(bytes: Uint8Array, channel: Channel): Promise<Reply<ContextMessage>> {
    try {
      requireMessage(bytes, channel);
      return { ok: true, value: await this.#openMessage(this.#take(bytes, channel, emptyOutline())) };
    } catch (error) {
      return this.#failed(error);
    }
  }

  /**
   * Secures an application's envelope (borrowed), the answer to `request`, under the key that the request came with. The envelope
   * says what it answers (wsa:RelatesTo), as `writeEnvelope` does it. `protection`: of this one answer, if not that of the profile.
   */
  async secure(
    envelope: Uint8Array,
    request: Answered,
    protection: Protection = this.#settings.profile.answers.protection,
  ): Promise<Reply<Uint8Array>> {
    try {
      requireAnswering(envelope, request, protection);
      return { ok: true, value: await this.#seal(envelope, request, protection, 'remember') };
    } catch (error) {
      return failedReply(error);
    }
  }

  /** Ends its pool, if it has one, once what is under way is answered. The store is the caller's. */
  async close(): Promise<void> {
    await this.#settings.pool?.close();
    this.#settings.books.close();
  }

  /**
   * Ends a context: here at once, and by the request that this gives at the initiator, which takes it by `receiveRequest`. Codes:
   * `caller.context-unusable` there is none, or it is over; `internal.quota` too many answers are awaited; and those of `seal`.
   */
  async requestCancel(identifier: string, options: EndOptions): Promise<Reply<ResponderRequest>> {
    try {
      requireEnding(identifier, options);
      const value = await this.#endings.begin(identifier, options);
      await this.#sequences?.forget(identifier);
      return { ok: true, value };
    } catch (error) {
      return failedReply(error);
    }
  }

  /** Takes the answer (borrowed) to such a request. Codes: `caller.context-unusable` none is awaited; and why it was refused. */
  receiveAnswer(
    bytes: Uint8Array,
    request: Pick<ResponderRequest, 'messageId'>,
    channel: Channel,
  ): Reply<{ readonly kind: 'cancelled' }> {
    return replyOf(() => {
      requireEndingAnswer(bytes, request, channel);
      this.#endings.take(bytes, request, channel);
      return { kind: 'cancelled' };
    });
  }

  /** What is in a sequence needs not to be remembered: whoever sends it back names a sequence that does not come in here. */
  async #seal(
    envelope: Uint8Array,
    request: Answered,
    protection: Protection,
    kind?: 'remember' | 'unasked',
  ): Promise<Uint8Array> {
    const { store, profile } = this.#settings;
    const { identifier, instance, signatureValues = [] } = request;
    const context = await store.get(identifier);
    if (context === undefined) throw new Fault('caller.context-unusable', { reason: 'unknown' });
    try {
      const confirms = profile.confirm && kind !== 'unasked';
      const answering = kind === 'unasked' ? context : answerable(context, instance, this.#settings);
      const use = { context: answering, instance, ...(confirms && { confirm: signatureValues }) };
      // What is over, no worker knows to be good for answers.
      const pool = answering === context ? this.#settings.pool : undefined;
      const sealed = await protectOn(pool, envelope, underContext(protection, use), this.#settings);
      const share = { owner: context.principal ?? identifier };
      if (kind === 'remember') await rememberOwn(envelope, sealed, { identifier, protection, share }, this.#settings);
      return sealed.octets;
    } finally {
      wipeContext(context);
    }
  }

  #failed(error: unknown): FailedReply {
    const failure = failedReply(error);
    this.#settings.books.refused(failure);
    this.#settings.alarms.hear(failure, this.#latest.ms);
    return failure;
  }

  #refusal({ code }: FailedReply, outline: Outline): Uint8Array {
    const { soapVersion, version, messageId: relatesTo, addressing } = outline;
    const style = this.#settings.profile.addressing;
    return writeFaultReply({
      code,
      soapVersion,
      version,
      messageId: this.#faultMessageId(),
      relatesTo,
      addressing: { ...style, version: addressing ?? style.version },
    });
  }

  #faultMessageId(): string {
    try {
      return randomUrn(this.#settings.ambient);
    } catch {
      // A refusal needs no randomness: one that is missing must not keep it from being sent.
      return NIL_URN;
    }
  }

  #take(bytes: Uint8Array, channel: Channel, outline: Outline, isCounting = false): RequestInHand {
    const atMs = currentMs(this.#settings.ambient);
    const latestMs = this.#latest.told(atMs);
    const { profile, store, workplace } = this.#settings;
    readRequestOutline(bytes, outline, { policy: profile.requests.policy, store, tape: workplace.tape }, latestMs);
    const { soapVersion = outline.soapVersion } = channel;
    if (soapVersion !== outline.soapVersion) {
      outline.soapVersion = soapVersion; // of the refusal
      throw new Fault('peer.soap-version-mismatch', { transport: soapVersion });
    }
    const kind = trustVersionOf(outline.action ?? '') === undefined ? 'message' : 'trust';
    const { replayCache, quota, throttles } = this.#settings;
    const sharedMessages = store.records && throttles.messages;
    const isInSequence = isCounting && isNumbered({ outline });
    const charge = kind === 'message' ? quota.messagesAt(atMs, sharedMessages) : undefined;
    const replays = new AwaitedReplays(isInSequence ? numberedReplays(replayCache) : replayCache, kind, charge);
    return { bytes, outline, channel, atMs, latestMs, replays };
  }

  async #dispatch(request: RequestInHand): Promise<Received> {
    const action = request.outline.action ?? '';
    const trust = trustActionOf(action);
    switch (trust?.operation) {
      case 'issue':
        return await takeIssue(request, trust.version, this.#settings);
      case 'renew':
        return await takeRenew(request, trust.version, this.#settings);
      case 'cancel': {
        const cancelled = await cancelContext(request, trust.version, this.#settings);
        await this.#sequences?.forget(cancelled.identifier);
        return { kind: 'cancelled', ...cancelled };
      }
      case 'amend':
        return await amendContext(request, trust.version, this.#settings);
      case undefined:
        return await this.#dispatchOther(request, action);
    }
  }

  async #dispatchOther(request: RequestInHand, action: string): Promise<Received> {
    const response = trustResponseOf(action);
    if (response !== undefined) return await takeResponse(request, response, this.#settings);
    const outside = this.#sequences && (await takeOutside(request, this.#sequences, this.#settings));
    if (outside !== undefined) return withClaims(outside, []);
    const { issuedTokens } = request.outline;
    // Where nobody may bring a context, such a header is one like any other.
    const isBringing = issuedTokens !== undefined && this.#settings.mayCreate !== undefined;
    if (isBringing) requireNoTrust(action);
    const message = await (isBringing
      ? takeBringing(request, issuedTokens, this.#settings)
      : this.#openMessage(request));
    const inSequence = await this.#sequences?.take(
      sequencedUnderContext(message, request, this.#settings, (...answer) => this.#seal(...answer)),
    );
    return withClaims(inSequence ?? { kind: 'message', message }, isBringing ? [] : await this.#claimsOf(message));
  }

  async #openMessage(request: RequestInHand): Promise<ContextMessage> {
    requireNoTrust(request.outline.action ?? '');
    const message = await this.#opened(request);
    if (!isContextMessage(message)) throw new Fault('peer.keyinfo-forbidden', { reason: 'not signed by a context' });
    return message;
  }

  async #opened(request: RequestInHand): Promise<OpenedMessage> {
    const { pool, profile } = this.#settings;
    const opened = pool && (await openOnPool(request, pool, profile.requests.policy));
    if (opened !== undefined) return opened;
    const { message, wipe } = await openLive(request, this.#settings);
    wipe();
    return message;
  }

  async #claimsOf({ identifier }: ContextMessage): Promise<readonly string[]> {
    if (this.#settings.amend === undefined) return [];
    const context = await this.#settings.store.get(identifier);
    wipeContext(context);
    return context?.claims ?? [];
  }
}
