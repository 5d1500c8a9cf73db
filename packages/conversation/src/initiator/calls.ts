/** Calls of the application under the context that is held: sealed and sent, and their answers. On a pool, if there is one. */
import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import type { Pool, SealedMessage } from '@parley/engine';
import { currentMs, randomUrn } from '../exchange/ambient.ts';
import type { Channel } from '../exchange/channel.ts';
import { keyEndMs, serving } from '../exchange/context-clock.ts';
import type { Protection, ProtectionRequest } from '../protection/protection.ts';
import { protect, protectOn, underContext } from '../protection/protection.ts';
import { envelopeAddressing } from '../soap/outline.ts';
import { wipeContext } from '../store/context-copy.ts';
import type { AnswerScene, OpenedAnswer } from './answers.ts';
import { openAnswer, openAnswerOn } from './answers.ts';
import { ConnectionPairing } from './connection-pairing.ts';
import type { ContextHolder } from './context-holder.ts';
import { withOneKey } from './held-context.ts';
import type { OpenRequest, OpenRequests } from './open-requests.ts';
import type { Outcome, OutgoingRequest } from './outcome.ts';
import { outcomeOf } from './outcome.ts';
import type { InitiatorSettings } from './settings.ts';

/** What calls have of their initiator. */
export interface CallScene {
  readonly settings: InitiatorSettings;
  readonly open: OpenRequests;
  readonly pool: Pool | undefined;
  readonly holder: ContextHolder;
}

/** The calls of one initiator. */
export class Calls {
  readonly #scene: CallScene;
  /** Of a peer without addressing. */
  readonly #connections: ConnectionPairing | undefined;

  constructor(scene: CallScene) {
    this.#scene = scene;
    this.#connections = scene.settings.profile.pairing === 'connection' ? new ConnectionPairing() : undefined;
  }

  /** @throws Fault see `Initiator.requestCall` */
  request(envelope: Uint8Array, protection: Protection | undefined, kind?: 'sequence'): OutgoingRequest {
    const call = this.#prepared(envelope, protection, kind);
    return this.#sent(call, protect(envelope, call.request, this.#scene.settings));
  }

  /** The same on the pool. @throws Fault `caller.context-unusable` also when the context ended meanwhile */
  async requestOnPool(envelope: Uint8Array, protection?: Protection, kind?: 'sequence'): Promise<OutgoingRequest> {
    const { pool, settings } = this.#scene;
    const call = this.#prepared(envelope, protection, kind);
    return this.#sent(call, await protectOn(pool, envelope, call.request, settings));
  }

  /** The answer to `request`. @throws Fault see `Initiator.receive` */
  take(bytes: Uint8Array, request: OpenRequest, channel: Channel): Outcome {
    return this.#taken(openAnswer(bytes, request, this.#answerScene(request, channel), this.#scene.settings), request);
  }

  /** The same on the pool. */
  async takeOnPool(bytes: Uint8Array, request: OpenRequest, channel: Channel): Promise<Outcome> {
    const { pool, settings, open, holder } = this.#scene;
    const scene = this.#answerScene(request, channel);
    const isInUse = (): boolean => scene.context === holder.context;
    // What is no more in use, no worker knows.
    if (pool === undefined || !isInUse()) return this.take(bytes, request, channel);
    let answer: OpenedAnswer | undefined;
    try {
      answer = await openAnswerOn(pool, bytes, request, scene, settings);
    } catch (error) {
      if (isInUse()) throw error;
    }
    // It may have been answered meanwhile, or given up.
    if (open.find(request.messageId, request.sentAtMs) !== request)
      throw new Fault('caller.context-unusable', { reason: 'nothing is awaited' });
    return answer === undefined ? this.take(bytes, request, channel) : this.#taken(answer, request);
  }

  #prepared(envelope: Uint8Array, protection?: Protection, kind?: 'sequence'): PreparedCall {
    const { settings, holder } = this.#scene;
    const { ambient, profile, workplace } = settings;
    const { context, ...token } = holder.required();
    const { action = '', messageId } = envelopeAddressing(envelope, workplace.tape);
    if (messageId === undefined && profile.pairing === 'relates-to')
      throw new Fault('caller.input-invalid', { reason: 'no wsa:MessageID' });
    const instance = context.keys.at(-1)?.instance;
    return {
      request: underContext(protection ?? profile.requests.protection, { context, ...token, instance }),
      identifier: context.identifier,
      instance,
      messageId: messageId ?? randomUrn(ambient),
      soapAction: action,
      isSequenced: kind === 'sequence',
    };
  }

  #sent(call: PreparedCall, { octets, signatureValues }: SealedMessage): OutgoingRequest {
    const { settings, open, holder } = this.#scene;
    const { identifier, instance, messageId, soapAction, isSequenced } = call;
    const { ambient, profile, timestampLifetimeMs } = settings;
    const sentAtMs = currentMs(ambient);
    const untilMs = sentAtMs + timestampLifetimeMs + profile.answers.policy.clockSkewMs;
    this.#connections?.sent(identifier, signatureValues, untilMs, sentAtMs);
    // Sent again under its MessageID, and the attempt before it is awaited no longer.
    if (isSequenced) open.close(messageId);
    const { context } = holder.required();
    if (context.identifier !== identifier) throw new Fault('caller.context-unusable', { reason: 'ended meanwhile' });
    const under = withOneKey(context, instance);
    try {
      open.add({ operation: 'call', messageId, signatureValues, sentAtMs, trust: undefined, under, isSequenced });
    } catch (error) {
      wipeContext(under);
      throw error;
    }
    return { octets, soapAction, messageId };
  }

  #answerScene({ under }: OpenRequest, channel: Channel): AnswerScene {
    const { settings, holder } = this.#scene;
    const context = contextForAnswer(under, holder.context, currentMs(settings.ambient));
    return { policy: settings.profile.answers.policy, context, channel };
  }

  #taken(answer: OpenedAnswer, request: OpenRequest): Outcome {
    const { settings, open } = this.#scene;
    this.#connections?.requireFirst(answer.message, currentMs(settings.ambient));
    open.close(request.messageId);
    return outcomeOf(answer);
  }
}

/** A call before it is sealed, and under which context. */
interface PreparedCall extends Pick<OutgoingRequest, 'messageId' | 'soapAction'> {
  readonly request: ProtectionRequest;
  readonly identifier: string;
  readonly instance: string | undefined;
  readonly isSequenced: boolean;
}

/**
 * What an answer is opened with: the context in use, while the key of its request serves in it. That one serves for the answer whatever
 * became of it since, for as long as that is awaited: who has sent it off in time has it answered.
 */
function contextForAnswer(
  under: SecurityContext | undefined,
  current: SecurityContext | undefined,
  atMs: number,
): SecurityContext | undefined {
  if (under === undefined) return current;
  const instance = under.keys[0]?.instance;
  if (current?.identifier !== under.identifier) return serving(under, instance, atMs);
  const endMs = keyEndMs(current, instance);
  if (endMs !== undefined && atMs < endMs) return current;
  const others = current.keys.filter((key) => key.instance !== instance);
  return serving({ ...current, keys: [...under.keys, ...others] }, instance, atMs);
}
