/** Calls of the application under the context that is held: sealed and sent, and their answers. On a pool, if there is one. */
import { Fault } from '@parley/core';
import type { Pool, SealedMessage } from '@parley/engine';
import { currentMs, randomUrn } from '../exchange/ambient.ts';
import type { Channel } from '../exchange/channel.ts';
import type { Protection, ProtectionRequest } from '../protection/protection.ts';
import { protect, protectOn, underContext } from '../protection/protection.ts';
import { envelopeAddressing } from '../soap/outline.ts';
import type { AnswerScene, OpenedAnswer } from './answers.ts';
import { openAnswer, openAnswerOn } from './answers.ts';
import { ConnectionPairing } from './connection-pairing.ts';
import type { HeldContext } from './held-context.ts';
import type { OpenRequest, OpenRequests } from './open-requests.ts';
import type { Outcome, OutgoingRequest } from './outcome.ts';
import { outcomeOf } from './outcome.ts';
import type { InitiatorSettings } from './settings.ts';

/** What calls have of their initiator. */
export interface CallScene {
  readonly settings: InitiatorSettings;
  readonly open: OpenRequests;
  readonly pool: Pool | undefined;
  /** The context. @throws Fault `caller.context-unusable` there is none */
  readonly held: () => HeldContext;
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
    const { pool, settings, held } = this.#scene;
    const call = this.#prepared(envelope, protection, kind);
    const sealed = await protectOn(pool, envelope, call.request, settings);
    if (held().context.identifier !== call.identifier)
      throw new Fault('caller.context-unusable', { reason: 'ended meanwhile' });
    return this.#sent(call, sealed);
  }

  /** The answer to `request`. @throws Fault see `Initiator.receive` */
  take(bytes: Uint8Array, request: OpenRequest, channel: Channel): Outcome {
    return this.#taken(openAnswer(bytes, request, this.#answerScene(channel), this.#scene.settings), request);
  }

  /** The same on the pool. */
  async takeOnPool(bytes: Uint8Array, request: OpenRequest, channel: Channel): Promise<Outcome> {
    const { pool, settings, open } = this.#scene;
    if (pool === undefined) return this.take(bytes, request, channel);
    const answer = await openAnswerOn(pool, bytes, request, this.#answerScene(channel), settings);
    // It may have been answered meanwhile, or given up.
    if (open.find(request.messageId, request.sentAtMs) !== request)
      throw new Fault('caller.context-unusable', { reason: 'nothing is awaited' });
    return this.#taken(answer, request);
  }

  #prepared(envelope: Uint8Array, protection?: Protection, kind?: 'sequence'): PreparedCall {
    const { settings, held } = this.#scene;
    const { ambient, profile, workplace } = settings;
    const { context, ...token } = held();
    const { action = '', messageId } = envelopeAddressing(envelope, workplace.tape);
    if (messageId === undefined && profile.pairing === 'relates-to')
      throw new Fault('caller.input-invalid', { reason: 'no wsa:MessageID' });
    const use = { context, ...token, instance: context.keys.at(-1)?.instance };
    return {
      request: underContext(protection ?? profile.requests.protection, use),
      identifier: context.identifier,
      messageId: messageId ?? randomUrn(ambient),
      soapAction: action,
      isSequenced: kind === 'sequence',
    };
  }

  #sent({ identifier, messageId, soapAction, isSequenced }: PreparedCall, sealed: SealedMessage): OutgoingRequest {
    const { settings, open } = this.#scene;
    const { ambient, profile, timestampLifetimeMs } = settings;
    const sentAtMs = currentMs(ambient);
    const { octets, signatureValues } = sealed;
    const untilMs = sentAtMs + timestampLifetimeMs + profile.answers.policy.clockSkewMs;
    this.#connections?.sent(identifier, signatureValues, untilMs, sentAtMs);
    // Sent again under its MessageID, and the attempt before it is awaited no longer.
    if (isSequenced) open.close(messageId);
    open.add({ operation: 'call', messageId, signatureValues, sentAtMs, trust: undefined, isSequenced });
    return { octets, soapAction, messageId };
  }

  #answerScene(channel: Channel): AnswerScene {
    const { settings, held } = this.#scene;
    return { policy: settings.profile.answers.policy, context: held().context, channel };
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
  readonly isSequenced: boolean;
}
