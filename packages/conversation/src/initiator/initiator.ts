import type { FailedReply, Reply, SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import type { Pool, SealedMessage } from '@parley/engine';
import { currentMs, randomUrn } from '../exchange/ambient.ts';
import type { Channel } from '../exchange/channel.ts';
import { replyOf } from '../exchange/unwrapped.ts';
import type { Protection } from '../protection/protection.ts';
import { protect, restsOnTransport, underContext } from '../protection/protection.ts';
import { requestAction } from '../soap/actions.ts';
import { copyContext, wipeContext } from '../store/context-copy.ts';
import { openAnswer, openAnswerOrRefusal, requireCancelled, tokenOf } from './answers.ts';
import { Calls } from './calls.ts';
import type { HeldContext } from './held-context.ts';
import { issuedContext, renewedContext } from './held-context.ts';
import type { OpenRequest } from './open-requests.ts';
import { OpenRequests } from './open-requests.ts';
import type { InitiatorAwaits, Outcome, OutgoingRequest } from './outcome.ts';
import { RenewalTimes } from './renewal-times.ts';
import type { TrustWish } from './requests.ts';
import { beginExchange, renewalProtection, trustEnvelope } from './requests.ts';
import type { InitiatorOptions, InitiatorSettings } from './settings.ts';
import { completeInitiatorSettings } from './settings.ts';

/**
 * The side that asks for a context and uses it: requests out, answers in. Knows no transport.
 *
 *   issue ──requestIssue──► issue-response ──receive──► messages ──requestCancel──► cancel-response ──receive──► nothing
 *                                │                       │    ▲                          │
 *                                ▼ fault            requestRenew │ receive, fault         ▼ fault
 *                              issue                     ▼    │                       messages
 *                                                     renew-response
 *
 * Calls go on, any number at once, whatever else is awaited. An answer counts only for the request that it is received for, and
 * once; one that is not its answer leaves everything as it was, so that a stranger's message changes nothing. A SOAP fault ends
 * the waiting.
 */
export class Initiator {
  readonly #settings: InitiatorSettings;
  readonly #open: OpenRequests;
  readonly #renewals: RenewalTimes;
  readonly #pool: Pool | undefined;
  readonly #calls: Calls;
  #held: HeldContext | undefined;
  /** The request of trust that is awaited: one at a time. */
  #trust: OpenRequest | undefined;
  #isOver = false;

  /** @throws Fault `caller.option-invalid` */
  constructor(options: InitiatorOptions) {
    this.#settings = completeInitiatorSettings(options);
    this.#open = new OpenRequests(this.#settings.openRequestsMax, this.#settings.answerWithinMs);
    this.#renewals = new RenewalTimes(this.#settings.ambient);
    const contexts = { get: async () => this.context, changes: async () => UNCHANGED };
    this.#pool = options.pool?.({ policy: this.#settings.profile.answers.policy, contexts, contextAgeMaxMs: 0 });
    const held = (): HeldContext => this.#context();
    this.#calls = new Calls({ settings: this.#settings, open: this.#open, pool: this.#pool, held });
    if (options.context !== undefined)
      this.#hold({ context: copyContext(options.context), tokenId: options.tokenId, tokenElement: undefined });
  }

  get awaits(): InitiatorAwaits {
    if (this.#isOver) return 'nothing';
    const operation = this.#trust?.operation;
    if (operation !== undefined && operation !== 'call') return `${operation}-response`;
    return this.#held === undefined ? 'issue' : 'messages';
  }

  /** The context in use: borrowed, and gone with the next renewal or cancellation. */
  get context(): SecurityContext | undefined {
    return this.#held?.context;
  }

  /** The Id by which the issuer knows the context's token: to be kept with it. */
  get tokenId(): string | undefined {
    return this.#held?.tokenId;
  }

  /**
   * When the context is best renewed, epoch milliseconds: some time before its end, and not when others are. `undefined` without a
   * context.
   */
  get renewalDueAtMs(): number | undefined {
    return this.#renewals.dueAtMs;
  }

  /**
   * The request that establishes a context. Codes: `caller.channel-not-secure` where the bootstrap needs one;
   * `caller.context-unusable` when a context is there already; and those of `seal`.
   */
  requestIssue(channel: Channel): Reply<OutgoingRequest> {
    return replyOf(() => {
      if (this.awaits !== 'issue' && this.awaits !== 'issue-response') throw this.#wrongMoment();
      return this.#ask({ operation: 'issue' }, channel);
    });
  }

  /** The request for a new key: the bootstrap again, and a signature with the newest key. Codes: as {@link requestIssue}. */
  requestRenew(channel: Channel): Reply<OutgoingRequest> {
    return replyOf(() => {
      if (this.awaits !== 'messages' && this.awaits !== 'renew-response') throw this.#wrongMoment();
      return this.#ask({ operation: 'renew', held: this.#context() }, channel);
    });
  }

  /** The request that ends the context, secured by it. Codes: `caller.context-unusable`, `caller.channel-not-secure`, and those of `seal`. */
  requestCancel(channel: Channel): Reply<OutgoingRequest> {
    return replyOf(() => this.#ask({ operation: 'cancel', held: this.#context() }, channel));
  }

  /**
   * Secures an application's envelope (borrowed) under the newest key. It needs a wsa:MessageID, unless the profile pairs by
   * connection. `protection`: of this one request, if not that of the profile. `sequence`: it is in one, and sent again under the
   * same MessageID: then the attempt before it is awaited no longer. Codes: `caller.context-unusable`;
   * `caller.input-invalid` no MessageID, or one in use; `internal.quota` too many answers are awaited; and those of `seal`.
   */
  requestCall(envelope: Uint8Array, protection?: Protection, kind?: 'sequence'): Reply<OutgoingRequest> {
    return replyOf(() => this.#calls.request(envelope, protection, kind));
  }

  /** {@link requestCall}, on the pool if there is one. `caller.context-unusable` also when the context ended meanwhile. */
  async requestCallAsync(...call: Parameters<Initiator['requestCall']>): Promise<Reply<OutgoingRequest>> {
    try {
      return { ok: true, value: await this.#calls.requestOnPool(...call) };
    } catch (error) {
      return failedReply(error);
    }
  }

  /**
   * Takes the answer (borrowed) to `request`, which still waits for one. Codes: `caller.context-unusable` it does not;
   * `caller.channel-not-secure`; `peer.soap-fault` a fault that nothing protects, with the peer's code; `peer.reflected`,
   * `peer.addressing-mismatch` another answer; and why it was refused.
   */
  receive(bytes: Uint8Array, request: Pick<OutgoingRequest, 'messageId'>, channel: Channel): Reply<Outcome> {
    try {
      return { ok: true, value: this.#take(bytes, this.#awaited(request), channel) };
    } catch (error) {
      return this.#refused(error, request);
    }
  }

  /** {@link receive}, on the pool if there is one. */
  async receiveAsync(
    bytes: Uint8Array,
    request: Pick<OutgoingRequest, 'messageId'>,
    channel: Channel,
  ): Promise<Reply<Outcome>> {
    try {
      const open = this.#awaited(request);
      const value =
        open.operation === 'call'
          ? await this.#calls.takeOnPool(bytes, open, channel)
          : this.#take(bytes, open, channel);
      return { ok: true, value };
    } catch (error) {
      return this.#refused(error, request);
    }
  }

  /** Ends the waiting for an answer: it was one-way, or its connection is gone. */
  forget({ messageId }: Pick<OutgoingRequest, 'messageId'>): void {
    this.#open.close(messageId);
    if (this.#trust?.messageId === messageId) this.#trust = undefined;
  }

  /** Gives up a context that the peer has lost ({@link saysContextIsLost}): then another one can be asked for. */
  abandon(): void {
    this.#open.closeAll();
    this.#trust = undefined;
    this.#drop();
  }

  /** Wipes all secrets, and ends its pool; nothing can be done afterwards. */
  close(): void {
    this.abandon();
    this.#isOver = true;
    void this.#pool?.close();
  }

  #ask(wish: TrustWish, channel: Channel): OutgoingRequest {
    const { bootstrap, ambient, version, profile } = this.#settings;
    const { operation } = wish;
    const restsOnChannel =
      operation === 'cancel' ? restsOnTransport(profile.cancels.policy) : bootstrap.protectedBy === 'channel';
    if (restsOnChannel) requireSecure(channel);
    if (this.#trust !== undefined) this.forget(this.#trust);
    const trust = beginExchange(operation, this.#settings);
    const messageId = randomUrn(ambient);
    try {
      const envelope = trustEnvelope(wish, messageId, trust, this.#settings);
      const { handshake } = trust;
      let sealed: SealedMessage;
      if (wish.operation === 'cancel') sealed = this.#seal(envelope, profile.cancels.protection, wish.held);
      else if (handshake === undefined) throw this.#wrongMoment();
      else if (wish.operation === 'issue') sealed = protect(envelope, handshake.request, this.#settings);
      else sealed = protect(envelope, renewalProtection(handshake, wish.held, this.#settings), this.#settings);
      const { octets, signatureValues } = sealed;
      const open = { operation, messageId, signatureValues, sentAtMs: currentMs(ambient), trust };
      this.#open.add(open);
      this.#trust = open;
      return { octets, soapAction: requestAction(version, operation), messageId };
    } catch (error) {
      trust.entropy?.wipe();
      trust.handshake?.wipe();
      throw error;
    }
  }

  #seal(envelope: Uint8Array, protection: Protection, held: HeldContext): SealedMessage {
    const instance = held.context.keys.at(-1)?.instance;
    return protect(envelope, underContext(protection, { ...held, instance }), this.#settings);
  }

  #take(bytes: Uint8Array, request: OpenRequest, channel: Channel): Outcome {
    const { profile } = this.#settings;
    switch (request.operation) {
      case 'issue':
      case 'renew':
        return this.#takeToken(bytes, request, request.operation, channel);
      case 'cancel': {
        const { context } = this.#context();
        const scene = { policy: profile.cancelAnswers.policy, context, channel };
        requireCancelled(openAnswer(bytes, request, scene, this.#settings), this.#settings);
        this.close();
        return { kind: 'cancelled' };
      }
      case 'call':
        return this.#calls.take(bytes, request, channel);
    }
  }

  #awaited({ messageId }: Pick<OutgoingRequest, 'messageId'>): OpenRequest {
    const open = this.#open.find(messageId, currentMs(this.#settings.ambient));
    if (open === undefined) throw new Fault('caller.context-unusable', { reason: 'nothing is awaited' });
    return open;
  }

  #refused(error: unknown, request: Pick<OutgoingRequest, 'messageId'>): FailedReply {
    if (error instanceof Fault && error.code === 'peer.soap-fault') this.forget(request);
    return failedReply(error);
  }

  #takeToken(bytes: Uint8Array, request: OpenRequest, operation: 'issue' | 'renew', channel: Channel): Outcome {
    const { trust } = request;
    if (trust?.handshake === undefined) throw this.#wrongMoment();
    if (this.#settings.bootstrap.protectedBy === 'channel') requireSecure(channel);
    const { policy, credentials } = trust.handshake;
    const scene = { policy, credentials, context: undefined, channel };
    const { context } = this;
    const refusal = { policy: this.#settings.profile.answers.policy, context, channel };
    const answer =
      operation === 'issue' || context === undefined
        ? openAnswer(bytes, request, scene, this.#settings)
        : openAnswerOrRefusal(bytes, request, [scene, refusal], this.#settings);
    const token = tokenOf(answer, operation, trust, this.#settings);
    this.#hold(
      operation === 'issue'
        ? issuedContext(token, this.#settings)
        : renewedContext(this.#context(), token, this.#settings),
    );
    this.forget(request);
    return { kind: operation === 'issue' ? 'issued' : 'renewed' };
  }

  #hold(held: HeldContext): void {
    this.#held = held;
    this.#changed(held.context, held.context);
  }

  #drop(): void {
    const { context } = this;
    wipeContext(context);
    this.#held = undefined;
    this.#changed(context, undefined);
  }

  #changed(context: SecurityContext | undefined, now: SecurityContext | undefined): void {
    // Not awaited: what a worker begins from here on, it begins without what the context was.
    if (context !== undefined) void this.#pool?.evict(context.identifier);
    this.#renewals.schedule(now);
  }

  #context(): HeldContext {
    if (this.#held === undefined) throw this.#wrongMoment();
    return this.#held;
  }

  #wrongMoment(): Fault {
    return new Fault('caller.context-unusable', { awaits: this.awaits });
  }
}

/** No context changes but by us, who tell the pool. */
const UNCHANGED = { position: 0, identifiers: [] } as const;

function requireSecure(channel: Channel): void {
  if (!channel.secure) throw new Fault('caller.channel-not-secure');
}
