/** The sequences of a responder, and what it says about them. */
import { Tape } from '@parley/codec';
import type { FailedReply, Reply } from '@parley/core';
import { Fault } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import type { ContextMessage, SoapVersion } from '@parley/engine';
import { randomUrn } from '../exchange/ambient.ts';
import type { Protection } from '../protection/protection.ts';
import type { AnswerStyle } from '../sequence-keeping/answer-envelope.ts';
import { answerEnvelope } from '../sequence-keeping/answer-envelope.ts';
import type { ServeNumbered } from '../sequence-keeping/delivery-queue.ts';
import { DeliveryQueue } from '../sequence-keeping/delivery-queue.ts';
import { provenSequenceHeaders } from '../sequence-keeping/proven-headers.ts';
import { ResponderSequences } from '../sequence-keeping/responder-sequences.ts';
import type { SequenceAnswer } from '../sequence-keeping/sequence-answer.ts';
import type { SequenceStats, SequenceStep } from '../sequence-keeping/sequence-step.ts';
import type { ResponderSequenceSettings } from '../sequence-keeping/settings.ts';
import { SEQUENCE_VERSION_OF, sequenceAction, sequenceActionOf } from '../sequence-wire/generation.ts';
import { sequenceFaultCode, writeSequenceFault } from '../sequence-wire/sequence-fault.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { RequestInHand } from './request-in-hand.ts';
import { addressingOf } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';

/** Seals an answer to `request`. @throws Fault */
export type SealAnswer = (
  envelope: Uint8Array,
  request: ContextMessage,
  protection: Protection,
  kind?: 'unasked',
) => Promise<Uint8Array>;

type TakenStep = Exclude<SequenceStep, { readonly kind: 'unnumbered' }>;

/** A message about sequences, or in one, that was taken: what it needs to be answered. */
export interface SequenceExchange {
  /** How long `run` may be let wait, by the responder's options. */
  readonly holdMs: number;
  /**
   * Hands over what can be handed over now, this message and others, and gives the sealed answer; `undefined` where there is nothing to
   * say. A message that is not handed over when `patience` resolves is answered by what has arrived, and will be asked for again.
   * Codes: as `Responder.secure`, the store's, and what `serve` throws (`internal.service-failed` if it is no Fault).
   */
  run(serve: ServeNumbered, patience: Promise<unknown>): Promise<Reply<Uint8Array | undefined>>;
  /**
   * After `run`: what has arrived, for a sequence whose acknowledgements go to an address of their own (`sequences.acksTo`); `undefined` for
   * any other. One that is lost is said again with the next message. Codes: as `run`.
   */
  acknowledgement(): Promise<Reply<AddressedMessage | undefined>>;
}

/** A message that answers nothing: to be sent there. */
export interface AddressedMessage {
  readonly to: string;
  readonly octets: Uint8Array;
  readonly soapAction: string;
  readonly soapVersion: SoapVersion;
}

/** What came of a message about sequences, or in one. */
export type Sequenced =
  | { readonly kind: 'sequence'; readonly message: ContextMessage; readonly exchange: SequenceExchange }
  | { readonly kind: 'refused'; readonly reply: Uint8Array; readonly failure: FailedReply };

/** Takes opened messages into their sequences, and seals what is said in return. */
export class SequenceDesk {
  readonly #sequences: ResponderSequences;
  readonly #queue: DeliveryQueue;
  readonly #settings: ResponderSettings;
  readonly #seal: SealAnswer;
  /** Scratch. */
  readonly #tape = new Tape();

  constructor(
    { records, sequences }: { readonly records: RecordStore; readonly sequences: ResponderSequenceSettings },
    settings: ResponderSettings,
    seal: SealAnswer,
  ) {
    this.#sequences = new ResponderSequences(records, settings.ambient, sequences);
    this.#queue = new DeliveryQueue(this.#sequences);
    this.#settings = settings;
    this.#seal = seal;
  }

  /**
   * Takes an opened message; `undefined` for one that has nothing to do with sequences.
   * @throws Fault `peer.coverage-missing` it said that it has to do with them, and that is not proven; the store's
   */
  async take(message: ContextMessage, request: RequestInHand): Promise<Sequenced | undefined> {
    const { policy } = this.#settings.profile.requests;
    try {
      const headers = provenSequenceHeaders(message, request.bytes, policy, this.#tape);
      const { action, messageId } = addressingOf(message);
      const isAbout = headers?.numbered !== undefined || sequenceActionOf(action ?? '') !== undefined;
      // safety: it was not looked up among those that were here before, so it must be in a sequence (T86).
      if (isNumbered(request) && !isAbout) throw new Fault('peer.coverage-missing', { part: 'wsrm:Sequence' });
      const address = message.to ?? policy.endpointAddress ?? '';
      const step = await this.#sequences.take({ message, headers, action, messageId, policy, address });
      if (step.kind === 'unnumbered') return undefined;
      return {
        kind: 'sequence',
        message,
        exchange: {
          holdMs: this.#sequences.settings.holdMs,
          run: (serve, patience) => this.#run(step, message, serve, patience),
          acknowledgement: () => this.#told(step, message),
        },
      };
    } catch (error) {
      if (!(error instanceof Fault) || sequenceFaultCode(error.code) === undefined) throw error;
      return await this.#refuse(error, message);
    }
  }

  get stats(): SequenceStats {
    return this.#sequences.stats;
  }

  /** A context is over, and its sequences with it. */
  async forget(identifier: string): Promise<void> {
    await this.#sequences.forget(identifier);
  }

  async #run(
    step: TakenStep,
    message: ContextMessage,
    serve: ServeNumbered,
    patience: Promise<unknown>,
  ): Promise<Reply<Uint8Array | undefined>> {
    try {
      let answer: SequenceAnswer | undefined;
      if (step.kind === 'uncounted') {
        const { place, numbered } = step;
        await this.#sequences.done(place, await serve(message, numbered), numbered);
        answer = await this.#sequences.answerTo(place);
      } else if (step.kind === 'numbered') {
        await Promise.race([this.#queue.run(step.place, serve), patience]);
        await this.#queue.isDone(step.place, patience);
        answer = await this.#sequences.answerTo(step.place);
      } else {
        if (step.session !== undefined) await Promise.race([this.#queue.run(step.session, serve), patience]);
        ({ answer } = step);
      }
      return { ok: true, value: answer === undefined ? undefined : await this.#sealed(answer, message) };
    } catch (error) {
      return failedReply(error instanceof Fault ? error : new Fault('internal.service-failed', {}, error));
    }
  }

  async #told(step: TakenStep, message: ContextMessage): Promise<Reply<AddressedMessage | undefined>> {
    try {
      const session = step.kind === 'answer' ? step.session : step.place;
      const told = session && (await this.#sequences.toldElsewhere(session));
      if (told === undefined) return { ok: true, value: undefined };
      const { to, answer } = told;
      const { soapVersion } = message;
      const envelope = answerEnvelope(answer, { ...this.#styleFor(message), relatesTo: undefined, to }, this.#tape);
      const octets = await this.#seal(envelope, message, this.#settings.profile.cancels.protection, 'unasked');
      const soapAction = sequenceAction(answer.headers.version, 'SequenceAcknowledgement');
      return { ok: true, value: { to, octets, soapAction, soapVersion } };
    } catch (error) {
      return failedReply(error);
    }
  }

  async #sealed(answer: SequenceAnswer, message: ContextMessage): Promise<Uint8Array> {
    const { answers, cancelAnswers } = this.#settings.profile;
    const { protection } = answer.action === 'application' ? answers : cancelAnswers;
    return await this.#seal(answerEnvelope(answer, this.#styleFor(message), this.#tape), message, protection);
  }

  /** The sender is proven, so that it is told which of its sequences is meant. */
  async #refuse({ code, detail }: Fault, message: ContextMessage): Promise<Sequenced> {
    const version =
      sequenceActionOf(addressingOf(message).action ?? '')?.version ?? SEQUENCE_VERSION_OF[message.version];
    const { newMessageId, ...style } = this.#styleFor(message);
    const envelope = writeSequenceFault({ code, detail, version, messageId: newMessageId(), ...style });
    const { protection } = this.#settings.profile.cancelAnswers;
    const reply = await this.#seal(envelope, message, protection);
    return { kind: 'refused', reply, failure: { ok: false, code, detail } };
  }

  #styleFor(message: ContextMessage): AnswerStyle {
    return {
      soapVersion: message.soapVersion,
      addressing: this.#settings.profile.addressing,
      newMessageId: () => randomUrn(this.#settings.ambient),
      relatesTo: addressingOf(message).messageId,
    };
  }
}

/** The desk of a responder that takes sequences. */
export function sequenceDesk(settings: ResponderSettings, seal: SealAnswer): SequenceDesk | undefined {
  const { sequences, store } = settings;
  // `completeSettings` sees to it that there are records.
  if (sequences === undefined || store.records === undefined) return undefined;
  return new SequenceDesk({ records: store.records, sequences }, settings, seal);
}

/** Whether a message says of itself that it is in a sequence, or about one. */
export function isNumbered({ outline }: Pick<RequestInHand, 'outline'>): boolean {
  return outline.isNumbered || sequenceActionOf(outline.action ?? '') !== undefined;
}
