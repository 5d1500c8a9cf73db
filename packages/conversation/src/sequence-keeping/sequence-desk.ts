/** The sequences of a responder, and what it says about them. */
import { Tape } from '@parley/codec';
import type { FailedReply, Reply, Version } from '@parley/core';
import { Fault } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import type { AddressingClaims, OpenedMessage, Policy, SoapVersion } from '@parley/engine';
import type { Ambient } from '../exchange/ambient.ts';
import { randomUrn } from '../exchange/ambient.ts';
import { SEQUENCE_VERSION_OF, sequenceAction, sequenceActionOf } from '../sequence-wire/generation.ts';
import { sequenceFaultCode, writeSequenceFault } from '../sequence-wire/sequence-fault.ts';
import type { AddressingStyle } from '../soap/addressing-style.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { AnswerStyle } from './answer-envelope.ts';
import { answerEnvelope } from './answer-envelope.ts';
import { withArrivals } from './asked-beside.ts';
import type { Begun, ServeNumbered } from './delivery-queue.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import { HeaderBlocks } from './header-blocks.ts';
import { provenSequenceHeaders } from './proven-headers.ts';
import { ResponderSequences } from './responder-sequences.ts';
import type { SequenceAnswer } from './sequence-answer.ts';
import type { SequenceOwner } from './sequence-owner.ts';
import type { SequenceStats, TakenStep } from './sequence-step.ts';
import type { ResponderSequenceSettings } from './settings.ts';

/** What an answer is: the application's, about sequences alone, or that and asked for by nobody. */
export type SequencedKind = 'application' | 'sequence' | 'unasked';

/** A message that was proven, and how what is said in return is sealed. */
export interface SequencedMessage {
  readonly message: OpenedMessage;
  /** As it came (borrowed until it is taken). */
  readonly raw: Uint8Array;
  readonly owner: SequenceOwner;
  /** That it was opened by. */
  readonly policy: Policy;
  /** Of the specifications that secure it. */
  readonly version: Version;
  /** Whether it says of itself, proven or not, that it has to do with sequences. */
  readonly isNumbered: boolean;
  /** @throws Fault as `seal` */
  seal(envelope: Uint8Array, kind: SequencedKind): Promise<Uint8Array>;
  /** Nothing is sealed in return any more. */
  wipe(): void;
}

/** A message about sequences, or in one, that was taken: what it needs to be answered. */
export interface SequenceExchange {
  /** How long `run` may be let wait, by the responder's options. */
  readonly holdMs: number;
  /**
   * Hands over what can be handed over now, this message and others, and gives the sealed answer; `undefined` where there is nothing to
   * say. A message that is not handed over when `patience` resolves is answered by what has arrived, and will be asked for again; the
   * same once its sender is `gone`, unless the application is at work by then. To be called once: keys that the message brought are wiped then.
   * Codes: as `Responder.secure`, the store's, and what `serve` throws (`internal.service-failed` if it is no Fault).
   */
  run(
    serve: ServeNumbered,
    patience: Promise<unknown>,
    gone?: Promise<unknown>,
  ): Promise<Reply<Uint8Array | undefined>>;
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
  | { readonly kind: 'sequence'; readonly message: OpenedMessage; readonly exchange: SequenceExchange }
  | { readonly kind: 'refused'; readonly reply: Uint8Array; readonly failure: FailedReply };

/** What a desk works with. */
export interface DeskScene {
  readonly records: RecordStore;
  readonly sequences: ResponderSequenceSettings;
  readonly ambient: Ambient;
  readonly addressing: AddressingStyle;
}

/** Takes opened messages into their sequences, and seals what is said in return. */
export class SequenceDesk {
  readonly #sequences: ResponderSequences;
  readonly #queue: DeliveryQueue;
  readonly #scene: DeskScene;
  readonly #blocks = new HeaderBlocks();
  /** Scratch. */
  readonly #tape = new Tape();

  constructor(scene: DeskScene) {
    this.#sequences = new ResponderSequences(scene.records, scene.ambient, scene.sequences);
    this.#queue = new DeliveryQueue(this.#sequences, scene.ambient);
    this.#scene = scene;
  }

  /** Resolves when nothing is handed over any more. */
  async idle(): Promise<void> {
    await this.#queue.idle();
  }

  /**
   * Takes an opened message; `undefined` for one that has nothing to do with sequences.
   * @throws Fault `peer.coverage-missing` it said that it has to do with them, and that is not proven; the store's
   */
  async take(sender: SequencedMessage): Promise<Sequenced | undefined> {
    const { message, policy, owner } = sender;
    try {
      const headers = provenSequenceHeaders(message, sender.raw, policy, this.#tape);
      const { action, messageId } = addressingOf(message);
      const isAbout = headers?.numbered !== undefined || sequenceActionOf(action ?? '') !== undefined;
      // safety: it was not looked up among those that were here before, so it must be in a sequence (T86).
      if (sender.isNumbered && !isAbout) throw new Fault('peer.coverage-missing', { part: 'wsrm:Sequence' });
      const address = message.to ?? policy.endpointAddress ?? '';
      const { step, begun } = await this.#queue.take({ message, owner, headers, action, messageId, policy, address });
      if (step.kind === 'unnumbered') return undefined;
      return {
        kind: 'sequence',
        message,
        exchange: {
          holdMs: this.#sequences.settings.holdMs,
          run: (serve, patience, gone) =>
            this.#run({ ...step, begun }, sender, serve, patience, gone).finally(() => sender.wipe()),
          acknowledgement: () => this.#told(step, sender),
        },
      };
    } catch (error) {
      if (!(error instanceof Fault) || sequenceFaultCode(error.code) === undefined) throw error;
      return await this.#refuse(error, sender);
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
    step: TakenStep & { readonly begun: Begun | undefined },
    sender: SequencedMessage,
    serve: ServeNumbered,
    patience: Promise<unknown>,
    gone: Promise<unknown> | undefined,
  ): Promise<Reply<Uint8Array | undefined>> {
    try {
      let answer: SequenceAnswer | undefined;
      if (step.kind === 'uncounted') {
        const { place, numbered } = step;
        answer = await this.#sequences.doneUncounted(place, await serve(sender.message, numbered), numbered);
      } else if (step.kind === 'numbered') {
        const { place, begun } = step;
        answer =
          (await this.#queue.run(place, begun, serve, patience, gone)) ?? (await this.#sequences.answerTo(place));
      } else {
        if (step.session !== undefined) await this.#queue.run(step.session, undefined, serve, patience, gone);
        ({ answer } = step);
      }
      if (step.beside.length > 0)
        answer = withArrivals(answer, await this.#sequences.arrivalsOf(sender.owner.partition, step.beside));
      return { ok: true, value: answer === undefined ? undefined : await this.#sealed(answer, sender) };
    } catch (error) {
      return failedReply(error instanceof Fault ? error : new Fault('internal.service-failed', {}, error));
    }
  }

  async #told(step: TakenStep, sender: SequencedMessage): Promise<Reply<AddressedMessage | undefined>> {
    try {
      const session = step.kind === 'answer' ? step.session : step.place;
      const told = session && (await this.#sequences.toldElsewhere(session));
      if (told === undefined) return { ok: true, value: undefined };
      const { to, answer } = told;
      const { soapVersion } = sender.message;
      const style = { ...this.#styleFor(sender), relatesTo: undefined, to };
      const octets = await sender.seal(answerEnvelope(answer, style, this.#blocks), 'unasked');
      const soapAction = sequenceAction(answer.headers.version, 'SequenceAcknowledgement');
      return { ok: true, value: { to, octets, soapAction, soapVersion } };
    } catch (error) {
      return failedReply(error);
    }
  }

  async #sealed(answer: SequenceAnswer, sender: SequencedMessage): Promise<Uint8Array> {
    const kind = answer.action === 'application' ? 'application' : 'sequence';
    return await sender.seal(answerEnvelope(answer, this.#styleFor(sender), this.#blocks), kind);
  }

  /** The sender is proven, so that it is told which of its sequences is meant. */
  async #refuse({ code, detail }: Fault, sender: SequencedMessage): Promise<Sequenced> {
    const { message } = sender;
    const version =
      sequenceActionOf(addressingOf(message).action ?? '')?.version ?? SEQUENCE_VERSION_OF[sender.version];
    const { newMessageId, ...style } = this.#styleFor(sender);
    const envelope = writeSequenceFault({ code, detail, version, messageId: newMessageId(), ...style });
    const reply = await sender.seal(envelope, 'sequence');
    sender.wipe();
    return { kind: 'refused', reply, failure: { ok: false, code, detail } };
  }

  #styleFor({ message }: SequencedMessage): AnswerStyle {
    return {
      soapVersion: message.soapVersion,
      addressing: this.#scene.addressing,
      newMessageId: () => randomUrn(this.#scene.ambient),
      relatesTo: addressingOf(message).messageId,
    };
  }
}

/** Signed, or, where the transport alone answers for it, claimed. */
function addressingOf(message: OpenedMessage): Pick<AddressingClaims, 'action' | 'messageId'> {
  return message.claimedAddressing ?? message;
}
