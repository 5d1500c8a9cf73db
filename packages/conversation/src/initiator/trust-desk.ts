/** Requests of trust, one at a time, and what their answers make of the context. */

import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import type { SealedMessage } from '@parley/engine';
import { sceneOf } from '../bootstrap/bootstrap.ts';
import { currentMs, randomUrn } from '../exchange/ambient.ts';
import type { Channel } from '../exchange/channel.ts';
import { protect, restsOnTransport, underContext } from '../protection/protection.ts';
import { requestAction, responseAction } from '../soap/actions.ts';
import type { ExchangeElements } from '../trust/exchange-elements.ts';
import { legInEnvelope } from '../trust/transcript.ts';
import type { OpenedAnswer } from './answers.ts';
import { bareFault, openAnswer, openAnswerOrRefusal } from './answers.ts';
import type { ContextHolder } from './context-holder.ts';
import type { HeldContext } from './held-context.ts';
import { amendedContext, issuedContext, renewedContext, withOneKey } from './held-context.ts';
import type { OpenRequest, OpenRequests, TrustExchange } from './open-requests.ts';
import { wipeExchange } from './open-requests.ts';
import type { Outcome, OutgoingRequest } from './outcome.ts';
import { createdContext, propagate, transfer } from './propagation.ts';
import type { TrustWish } from './requests.ts';
import { amendProtection, beginExchange, legEnvelope, renewalProtection, trustEnvelope } from './requests.ts';
import type { InitiatorSettings } from './settings.ts';
import { amendmentOf, legOf, requireCancelled, tokenOf } from './trust-answers.ts';

/** Asks for contexts, and does with them what answers say. */
export class TrustDesk {
  readonly #settings: InitiatorSettings;
  readonly #open: OpenRequests;
  readonly #holder: ContextHolder;
  #pending: (OpenRequest & { readonly operation: AwaitedOperation }) | undefined;

  constructor(settings: InitiatorSettings, open: OpenRequests, holder: ContextHolder) {
    this.#settings = settings;
    this.#open = open;
    this.#holder = holder;
  }

  /** What is awaited. */
  get operation(): AwaitedOperation | undefined {
    return this.#pending?.operation;
  }

  /** Ends the waiting for that answer. */
  forget(messageId: string): void {
    if (this.#pending?.messageId === messageId) this.#pending = undefined;
  }

  /** The same, and wipes what was kept for it. */
  giveUp(): void {
    if (this.#pending !== undefined) this.#close(this.#pending);
  }

  /** Asks, instead of what was asked before. @throws Fault `caller.channel-not-secure`, and as `seal` */
  ask(wish: TrustWish, channel: Channel): OutgoingRequest {
    const { ambient, version, bootstrap, profile } = this.#settings;
    const { operation } = wish;
    const rests = {
      issue: bootstrap.protectedBy === 'channel',
      renew: bootstrap.protectedBy === 'channel',
      cancel: restsOnTransport(profile.cancels.policy),
      amend: restsOnTransport(profile.requests.policy),
    };
    if (rests[operation]) requireSecure(channel);
    this.giveUp();
    const trust = beginExchange(operation, this.#settings);
    const messageId = randomUrn(ambient);
    try {
      const envelope = trustEnvelope(wish, messageId, trust, this.#settings);
      trust.negotiated?.note(legInEnvelope(envelope));
      const sealed = this.#sealed(envelope, wish, trust);
      return this.#await(operation, sealed, { messageId, soapAction: requestAction(version, operation) }, { trust });
    } catch (error) {
      wipeExchange(trust);
      throw error;
    }
  }

  /**
   * Makes a context and sends it: as a message of its own, or in the header of `envelope` (borrowed). It is in use from here on.
   * @throws Fault as {@link ask}
   */
  propagate(envelope: Uint8Array | undefined, channel: Channel): OutgoingRequest {
    if (this.#settings.bootstrap.protectedBy === 'channel') requireSecure(channel);
    this.giveUp();
    const held = createdContext(this.#settings);
    try {
      const { sealed, names } = propagate(held, envelope, this.#settings);
      const request =
        envelope === undefined
          ? this.#await('propagate', sealed, names)
          : this.#await('call', sealed, names, { under: withOneKey(held.context, useOf(held).instance) });
      this.#holder.hold(held);
      return request;
    } catch (error) {
      for (const { secret } of held.context.keys) secret.wipe();
      throw error;
    }
  }

  /**
   * Tells of a context (borrowed) that was issued elsewhere, and does not become ours by that.
   * @throws Fault `caller.context-unusable`; and as {@link ask}
   */
  transfer(context: SecurityContext, channel: Channel): OutgoingRequest {
    if (this.#settings.bootstrap.protectedBy === 'channel') requireSecure(channel);
    const { sealed, names } = transfer(context, this.#settings);
    return this.#await('transfer', sealed, names);
  }

  /** Takes the answer to such a request. @throws Fault as `Initiator.receive` */
  take(bytes: Uint8Array, request: OpenRequest, channel: Channel): Outcome {
    switch (request.operation) {
      case 'cancel':
        return this.#takeCancelled(bytes, request, channel);
      case 'amend':
        return this.#takeAmended(bytes, request, channel);
      case 'issue':
      case 'renew':
        return this.#takeToken(bytes, request, request.operation, channel);
      case 'propagate':
      case 'transfer':
        return this.#takeRefusal(bytes, request.operation);
      case 'call':
        throw this.#nothingAsked();
    }
  }

  #sealed(envelope: Uint8Array, wish: TrustWish, { handshake }: TrustExchange): SealedMessage {
    const { profile } = this.#settings;
    switch (wish.operation) {
      case 'cancel':
        return protect(envelope, underContext(profile.cancels.protection, useOf(wish.held)), this.#settings);
      case 'amend':
        return protect(envelope, amendProtection(wish, this.#settings), this.#settings);
      default: {
        if (handshake === undefined) throw this.#nothingAsked();
        const { request } = handshake;
        const how = wish.operation === 'issue' ? request : renewalProtection(handshake, wish.held, this.#settings);
        return protect(envelope, how, this.#settings);
      }
    }
  }

  #await(
    operation: OpenRequest['operation'],
    { octets, signatureValues }: SealedMessage,
    { messageId, soapAction }: Pick<OutgoingRequest, 'messageId' | 'soapAction'>,
    { trust, under }: Partial<Pick<OpenRequest, 'trust' | 'under'>> = {},
  ): OutgoingRequest {
    const sentAtMs = currentMs(this.#settings.ambient);
    const request = { messageId, signatureValues, sentAtMs, trust, ...(under && { under }) };
    this.#open.add({ operation, ...request });
    // Calls, and what is told of other contexts, go on beside.
    if (operation !== 'call' && operation !== 'transfer') this.#pending = { operation, ...request };
    return { octets, soapAction, messageId };
  }

  #takeCancelled(bytes: Uint8Array, request: OpenRequest, channel: Channel): Outcome {
    const { policy } = this.#settings.profile.cancelAnswers;
    const scene = { policy, context: this.#held().context, channel };
    requireCancelled(openAnswer(bytes, request, scene, this.#settings), this.#settings);
    return { kind: 'cancelled' };
  }

  #takeAmended(bytes: Uint8Array, request: OpenRequest, channel: Channel): Outcome {
    const held = this.#held();
    const { policy } = this.#settings.profile.answers;
    const answer = openAnswer(bytes, request, { policy, context: held.context, channel }, this.#settings);
    this.#holder.hold(amendedContext(held, amendmentOf(answer, request.trust, this.#settings)));
    this.#close(request);
    return { kind: 'amended' };
  }

  #takeToken(bytes: Uint8Array, request: OpenRequest, operation: 'issue' | 'renew', channel: Channel): Outcome {
    const { trust } = request;
    if (trust === undefined) throw this.#nothingAsked();
    if (this.#settings.bootstrap.protectedBy === 'channel') requireSecure(channel);
    const answer = this.#openToken(bytes, request, channel);
    const leg = legOf(answer, operation, trust, this.#settings);
    if (leg !== undefined) return this.#answerLeg(request, { ...trust, operation }, leg);
    const token = tokenOf(answer, operation, trust, this.#settings);
    const held =
      operation === 'issue'
        ? issuedContext(token, this.#settings)
        : renewedContext(this.#held(), token, this.#settings);
    this.#holder.hold(held);
    this.#close(request);
    return { kind: operation === 'issue' ? 'issued' : 'renewed' };
  }

  /** Nothing answers a context that was sent but a fault: then the responder has it not. */
  #takeRefusal(bytes: Uint8Array, operation: 'propagate' | 'transfer'): never {
    const fault = bareFault(bytes, this.#settings.profile.answers.policy);
    if (fault === undefined) throw new Fault('peer.structure-invalid', { reason: 'an answer to what has none' });
    if (operation === 'propagate') this.#holder.drop();
    throw fault;
  }

  #openToken(bytes: Uint8Array, request: OpenRequest, channel: Channel): OpenedAnswer {
    const handshake = request.trust?.handshake;
    if (handshake === undefined) throw this.#nothingAsked();
    const { policy, credentials } = handshake;
    const scene = { policy, credentials, context: handshake.context, channel };
    const { context } = this.#holder;
    if (request.operation === 'issue' || context === undefined)
      return openAnswer(bytes, request, scene, this.#settings);
    const refusal = { policy: this.#settings.profile.answers.policy, context, channel };
    return openAnswerOrRefusal(bytes, request, [scene, refusal], this.#settings);
  }

  /** The next leg takes the place of the one that was answered, with all that is kept but the keys of that message. */
  #answerLeg(
    request: OpenRequest,
    { operation, ...trust }: TrustExchange & { readonly operation: 'issue' | 'renew' },
    leg: ExchangeElements,
  ): Outcome {
    const { ambient, bootstrap, version } = this.#settings;
    const messageId = randomUrn(ambient);
    const handshake = bootstrap.begin(sceneOf(this.#settings, version));
    try {
      const envelope = legEnvelope(messageId, { ...trust, operation }, leg, this.#settings);
      trust.negotiated?.note(legInEnvelope(envelope));
      const sealed = protect(envelope, handshake.request, this.#settings);
      this.#open.release(request.messageId);
      trust.handshake?.wipe();
      const names = { messageId, soapAction: responseAction(version, operation) };
      return { kind: 'negotiating', next: this.#await(operation, sealed, names, { trust: { ...trust, handshake } }) };
    } catch (error) {
      handshake.wipe();
      this.giveUp();
      throw error;
    }
  }

  #close({ messageId }: OpenRequest): void {
    this.#open.close(messageId);
    this.forget(messageId);
  }

  #held(): HeldContext {
    const { held } = this.#holder;
    if (held === undefined) throw this.#nothingAsked();
    return held;
  }

  #nothingAsked(): Fault {
    return new Fault('caller.context-unusable', { reason: 'nothing is awaited' });
  }
}

/** What one of is awaited at a time. */
type AwaitedOperation = Exclude<OpenRequest['operation'], 'call' | 'transfer'>;

/** The newest key of a context. */
export function useOf(held: HeldContext): HeldContext & { readonly instance: string | undefined } {
  return { ...held, instance: held.context.keys.at(-1)?.instance };
}

function requireSecure({ secure }: Channel): void {
  if (!secure) throw new Fault('caller.channel-not-secure', { option: 'channel.secure' });
}
