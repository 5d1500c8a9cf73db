import type { FailedReply, Reply, SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import { CONTEXT, failedReply, requireInput, requireKind } from '@parley/core/internal';
import type { AssertionSignature, CertificateSignature, OpenedMessage, Pool } from '@parley/engine';
import { ENDORSEMENT } from '@parley/engine/internal';
import { currentMs } from '../exchange/ambient.ts';
import type { Channel } from '../exchange/channel.ts';
import { requireChannel } from '../exchange/channel-shape.ts';
import { replyOf } from '../exchange/reply-of.ts';
import type { Protection } from '../protection/protection.ts';
import type { ReferenceOctets } from '../trust/issuers-references.ts';
import { referenceOctets } from '../trust/issuers-references.ts';
import { Calls } from './calls.ts';
import { ContextHolder } from './context-holder.ts';
import { requireAnswer, requireCall, requireRequest } from './given.ts';
import { resumedContext } from './held-context.ts';
import type { OpenRequest } from './open-requests.ts';
import { OpenRequests } from './open-requests.ts';
import type { InitiatorOptions } from './options.ts';
import type { AnsweredCancel, InitiatorAwaits, Outcome, OutgoingRequest } from './outcome.ts';
import { answerCancel, openPeerMessage } from './peer-request.ts';
import type { InitiatorSettings } from './settings.ts';
import { completeInitiatorSettings } from './settings.ts';
import { TrustDesk } from './trust-desk.ts';

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
  readonly #pool: Pool | undefined;
  readonly #calls: Calls;
  readonly #holder: ContextHolder;
  readonly #desk: TrustDesk;
  #isOver = false;

  /** @throws Fault `caller.option-invalid` */
  constructor(options: InitiatorOptions) {
    this.#settings = completeInitiatorSettings(options);
    this.#open = new OpenRequests(this.#settings.openRequestsMax, this.#settings.answerWithinMs);
    this.#holder = new ContextHolder(this.#settings.ambient, (identifier) => void this.#pool?.evict(identifier));
    const { policy } = this.#settings.profile.answers;
    this.#pool = options.pool?.({ policy, contexts: this.#holder, contextAgeMaxMs: 0 });
    this.#desk = new TrustDesk(this.#settings, this.#open, this.#holder);
    const [settings, open, pool, holder] = [this.#settings, this.#open, this.#pool, this.#holder];
    this.#calls = new Calls({ settings, open, pool, holder });
    if (options.context !== undefined) this.#holder.hold(resumedContext(options.context, options));
  }

  get awaits(): InitiatorAwaits {
    if (this.#isOver) return 'nothing';
    const { operation } = this.#desk;
    if (operation !== undefined && operation !== 'propagate') return `${operation}-response`;
    return this.#holder.held === undefined ? 'issue' : 'messages';
  }

  /** The context in use: borrowed, and gone with the next renewal or cancellation. */
  get context(): SecurityContext | undefined {
    return this.#holder.context;
  }

  /** The context's token as its issuer wrote it, where there is more in it: to be kept with it, and the caller's own. */
  get tokenElement(): Uint8Array | undefined {
    return this.#holder.held?.tokenElement?.toOctets();
  }

  /** How the issuer names the context's token, where it does otherwise than we would (WS-Trust §4.4): likewise. */
  get tokenReferences(): ReferenceOctets | undefined {
    const { held } = this.#holder;
    return held && referenceOctets(held.references);
  }

  /** The Id by which the issuer knows the context's token: to be kept with it. */
  get tokenId(): string | undefined {
    return this.#holder.held?.tokenId;
  }

  /**
   * When the context is best renewed, epoch milliseconds: some time before its end, and not when others are. `undefined` without a
   * context.
   */
  get renewalDueAtMs(): number | undefined {
    return this.#holder.renewalDueAtMs;
  }

  /**
   * The request that establishes a context. Codes: `caller.channel-not-secure` where the bootstrap needs one;
   * `caller.context-unusable` when a context is there already; and those of `seal`.
   */
  requestIssue(channel: Channel): Reply<OutgoingRequest> {
    return replyOf(() => {
      requireChannel(channel);
      if (this.awaits !== 'issue' && this.awaits !== 'issue-response') throw this.#wrongMoment();
      return this.#desk.ask({ operation: 'issue' }, channel);
    });
  }

  /** The request for a new key: the bootstrap again, and a signature with the newest key. Codes: as {@link requestIssue}. */
  requestRenew(channel: Channel): Reply<OutgoingRequest> {
    return replyOf(() => {
      requireChannel(channel);
      if (this.awaits !== 'messages' && this.awaits !== 'renew-response') throw this.#wrongMoment();
      return this.#desk.ask({ operation: 'renew', held: this.#holder.required() }, channel);
    });
  }

  /** The request that ends the context, secured by it. Codes: `caller.context-unusable`, `caller.channel-not-secure`, and those of `seal`. */
  requestCancel(channel: Channel): Reply<OutgoingRequest> {
    return replyOf(() => {
      requireChannel(channel);
      return this.#desk.ask({ operation: 'cancel', held: this.#holder.required() }, channel);
    });
  }

  /**
   * Shows more of whoever has the context, by what he endorses the request with (WS-SC §4): what it is good for says the responder,
   * where it takes that at all. The key stays. Codes: as {@link requestCancel}.
   */
  requestAmend(endorse: CertificateSignature | AssertionSignature, channel: Channel): Reply<OutgoingRequest> {
    return replyOf(() => {
      requireKind(ENDORSEMENT, endorse, 'endorse');
      requireChannel(channel);
      return this.#desk.ask({ operation: 'amend', held: this.#holder.required(), endorse }, channel);
    });
  }

  /**
   * The message that brings a context of our own making (WS-SC §3), where the responder takes such: the context is in use from here
   * on. With `envelope` (borrowed), an application's request, it goes in its header, and {@link receive} takes the answer to that;
   * without, nothing answers but a fault. Codes: as {@link requestIssue}; `caller.input-invalid` no Header or MessageID.
   */
  requestPropagate(channel: Channel, envelope?: Uint8Array): Reply<OutgoingRequest> {
    return replyOf(() => {
      requireChannel(channel);
      if (envelope !== undefined) requireInput(envelope, 'envelope');
      if (this.awaits !== 'issue' && this.awaits !== 'issue-response') throw this.#wrongMoment();
      return this.#desk.propagate(envelope, channel);
    });
  }

  /**
   * The message that tells a service of a context (borrowed) that was issued to somebody else, or of its newest key: for an issuer whose
   * services have stores of their own. The service takes such from those whom it lets (`mayTransfer`); nothing answers but a fault. Codes:
   * `caller.channel-not-secure` where the bootstrap needs one; `caller.context-unusable` it has no key; and those of `seal`.
   */
  requestTransfer(context: SecurityContext, channel: Channel): Reply<OutgoingRequest> {
    return replyOf(() => {
      requireKind(CONTEXT, context, 'context');
      requireChannel(channel);
      return this.#desk.transfer(context, channel);
    });
  }

  /**
   * Secures an application's envelope (borrowed) under the newest key. It needs a wsa:MessageID, unless the profile pairs by
   * connection. `protection`: of this one request, if not that of the profile. `sequence`: it is in one, and sent again under the
   * same MessageID: then the attempt before it is awaited no longer. Codes: `caller.context-unusable`;
   * `caller.input-invalid` no MessageID, or one in use; `internal.quota` too many answers are awaited; and those of `seal`.
   */
  requestCall(envelope: Uint8Array, protection?: Protection, kind?: 'sequence'): Reply<OutgoingRequest> {
    return replyOf(() => {
      requireCall(envelope, protection, kind);
      return this.#calls.request(envelope, protection, kind);
    });
  }

  /** {@link requestCall}, on the pool if there is one. `caller.context-unusable` also when the context ended meanwhile. */
  async requestCallAsync(...call: Parameters<Initiator['requestCall']>): Promise<Reply<OutgoingRequest>> {
    try {
      requireCall(...call);
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
      requireAnswer(bytes, request, channel);
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
      requireAnswer(bytes, request, channel);
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

  /**
   * Takes a request (borrowed) of the responder, which may end the context: then nothing can be done afterwards but to send the
   * reply. Codes: `caller.context-unusable` without a context; `caller.channel-not-secure`; `peer.reflected`; and why it was refused.
   */
  receiveRequest(bytes: Uint8Array, channel: Channel): Reply<AnsweredCancel> {
    return replyOf(() => {
      requireInput(bytes, 'bytes');
      requireChannel(channel);
      const reply = answerCancel(bytes, this.#holder.required(), this.#open, channel, this.#settings);
      this.close();
      return { kind: 'cancelled', reply };
    });
  }

  /**
   * Opens a message (borrowed) of the responder that answers nothing, such as an acknowledgement to an address of ours: what it wants is to be
   * looked at. Codes: as {@link receiveRequest}.
   */
  openUnasked(bytes: Uint8Array, channel: Channel): Reply<OpenedMessage> {
    return replyOf(() => {
      requireInput(bytes, 'bytes');
      requireChannel(channel);
      return openPeerMessage(bytes, this.#holder.required(), this.#open, channel, this.#settings);
    });
  }

  /** Ends the waiting for an answer: it was one-way, or its connection is gone. */
  forget(request: Pick<OutgoingRequest, 'messageId'>): void {
    requireRequest(request);
    const { messageId } = request;
    this.#open.close(messageId);
    this.#desk.forget(messageId);
  }

  /**
   * Gives up a context that is over, or that the peer has lost ({@link saysContextIsLost}): then another one can be asked for. Calls that
   * were sent under it are awaited as before.
   */
  abandon(): void {
    this.#desk.giveUp();
    this.#holder.drop();
  }

  /** Wipes all secrets, and ends its pool; nothing can be done afterwards. */
  close(): void {
    this.#end();
    this.#open.closeAll();
  }

  #end(): void {
    this.abandon();
    this.#isOver = true;
    void this.#pool?.close();
  }

  #take(bytes: Uint8Array, request: OpenRequest, channel: Channel): Outcome {
    if (request.operation === 'call') return this.#calls.take(bytes, request, channel);
    const outcome = this.#desk.take(bytes, request, channel);
    if (outcome.kind === 'cancelled') this.#end();
    return outcome;
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

  #wrongMoment(): Fault {
    return new Fault('caller.context-unusable', { awaits: this.awaits });
  }
}
