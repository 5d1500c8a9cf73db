/** The responder's own Cancel: it ends the context at once, and tells the initiator (WS-SC §6). */

import { Tape } from '@parley/codec';
import { scan } from '@parley/codec/internal';
import type { SecurityContext } from '@parley/core';
import { contextSource, Fault, unwrap } from '@parley/core';
import { open } from '@parley/engine';
import { currentMs, randomUrn } from '../exchange/ambient.ts';
import type { Channel } from '../exchange/channel.ts';
import { protect, restsOnTransport, underContext } from '../protection/protection.ts';
import { chargeCancelled } from '../quota/charged.ts';
import { cancelAnswerActions, requestAction } from '../soap/actions.ts';
import { writeEnvelope } from '../soap/envelope-writer.ts';
import { copyContext, wipeContext } from '../store/context-copy.ts';
import { writeRequest } from '../trust/request-security-token.ts';
import { readResponse } from '../trust/request-security-token-response.ts';
import { rememberOwn } from './own-messages.ts';
import { addressingOf } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';

/** A request of the responder, to be sent; its answer goes to `Responder.receiveAnswer` with it. */
export interface ResponderRequest {
  readonly octets: Uint8Array;
  /** For the transport: SOAPAction, or the action parameter of the media type. */
  readonly soapAction: string;
  /** wsa:MessageID. */
  readonly messageId: string;
}

/** Where such a request goes, and how. */
export interface EndOptions {
  /** wsa:To: the address that the initiator takes requests at. */
  readonly to: string;
  /** Default: 1.2. */
  readonly soapVersion?: '1.1' | '1.2' | undefined;
  /** Of a context that does not say. Default: 200512. */
  readonly version?: '200512' | '200502' | undefined;
}

interface Ending {
  readonly context: SecurityContext;
  readonly signatureValues: readonly string[];
  readonly sentAtMs: number;
}

const ANSWER_WITHIN_MS = 60_000;
const ENDINGS_MAX = 1000;

/** Contexts that this responder has ended, while their last message is awaited: bounded, and for a minute. */
export class Endings {
  readonly #settings: ResponderSettings;
  readonly #endings = new Map<string, Ending>();

  constructor(settings: ResponderSettings) {
    this.#settings = settings;
  }

  /** @throws Fault `caller.context-unusable` there is none, or it is over; `internal.quota`; and as `seal` and the store */
  async begin(identifier: string, { to, soapVersion = '1.2', version: given }: EndOptions): Promise<ResponderRequest> {
    const { ambient, onEvict, profile, store } = this.#settings;
    const nowMs = currentMs(ambient);
    this.#dropOverdue(nowMs);
    if (this.#endings.size >= ENDINGS_MAX)
      throw new Fault('internal.quota', { quota: 'endings', endings: this.#endings.size });
    const context = await store.get(identifier);
    if (context === undefined) throw new Fault('caller.context-unusable', { reason: 'unknown' });
    const own = copyContext(context);
    wipeContext(context);
    try {
      const version = own.version ?? given ?? '200512';
      const [messageId, soapAction] = [randomUrn(ambient), requestAction(version, 'cancel')];
      const instance = own.keys.at(-1)?.instance;
      const { addressing } = profile;
      const envelope = writeEnvelope({
        soapVersion,
        action: soapAction,
        messageId,
        to,
        addressing,
        body: (writer) => writeRequest(writer, { version, requestType: 'STSCancel', target: { identifier, instance } }),
      });
      const { protection } = profile.cancels;
      const sealed = protect(envelope, underContext(protection, { context: own, instance }), this.#settings);
      if (!(await store.cancel(identifier, nowMs))) throw new Fault('caller.context-unusable', { reason: 'over' });
      await chargeCancelled(own, nowMs, this.#settings);
      await onEvict(identifier);
      const share = { owner: own.principal ?? identifier, kind: 'trust' } as const;
      await rememberOwn(envelope, sealed, { identifier, protection, share }, this.#settings);
      const { octets, signatureValues } = sealed;
      this.#endings.set(messageId, { context: own, signatureValues, sentAtMs: nowMs });
      return { octets, soapAction, messageId };
    } catch (error) {
      wipeContext(own);
      throw error;
    }
  }

  /**
   * Takes the answer: the initiator knows it, too.
   * @throws Fault `caller.context-unusable` none is awaited; `peer.reflected`, `peer.addressing-mismatch`, `peer.action-mismatch`,
   *   `peer.structure-invalid`; and as `open`
   */
  take(bytes: Uint8Array, { messageId }: Pick<ResponderRequest, 'messageId'>, channel: Channel): void {
    const { ambient, profile } = this.#settings;
    const nowMs = currentMs(ambient);
    this.#dropOverdue(nowMs);
    const ending = this.#endings.get(messageId);
    if (ending === undefined) throw new Fault('caller.context-unusable', { reason: 'nothing is awaited' });
    const { context, signatureValues } = ending;
    const { policy } = profile.cancelAnswers;
    if (restsOnTransport(policy) && !channel.secure)
      throw new Fault('peer.coverage-missing', { part: 'secure channel' });
    const message = unwrap(
      open(bytes, {
        atMs: nowMs,
        policy,
        contexts: contextSource([context]),
        soapAction: channel.soapAction,
        signatureValuesSent: signatureValues,
      }),
    );
    if (message.signatureValues.some((value) => signatureValues.includes(value)))
      throw new Fault('peer.reflected', { reason: 'our own signature' });
    const { action, relatesTo } = addressingOf(message);
    if (relatesTo !== messageId) throw new Fault('peer.addressing-mismatch', { header: 'RelatesTo' });
    const { version = '200512' } = context;
    if (action === undefined || !cancelAnswerActions(version).includes(action)) throw new Fault('peer.action-mismatch');
    const tape = new Tape();
    const { limits } = policy;
    scan(message.body, limits, tape);
    if (!readResponse(tape, 0, { version, limits }).isCancelled)
      throw new Fault('peer.structure-invalid', { reason: 'not cancelled' });
    this.#drop(messageId);
  }

  // The oldest stand first.
  #dropOverdue(nowMs: number): void {
    for (const [messageId, { sentAtMs }] of this.#endings) {
      if (nowMs - sentAtMs <= ANSWER_WITHIN_MS) return;
      this.#drop(messageId);
    }
  }

  #drop(messageId: string): void {
    wipeContext(this.#endings.get(messageId)?.context);
    this.#endings.delete(messageId);
  }
}
