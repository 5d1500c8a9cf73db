import type { XmlWriter } from '@parley/codec';
import { Tape } from '@parley/codec';
import { Fault, unwrap } from '@parley/core';
import { currentMs, randomUrn } from '../exchange/ambient.ts';
import type { Channel } from '../exchange/channel.ts';
import type { OutgoingRequest } from '../initiator/outcome.ts';
import { newDestination } from '../sequence/destination.ts';
import { giveUpAnswer, step } from '../sequence/source.ts';
import { HeaderBlocks } from '../sequence-keeping/header-blocks.ts';
import { provenSequenceHeaders } from '../sequence-keeping/proven-headers.ts';
import { SessionBook } from '../sequence-keeping/session-book.ts';
import type { SequenceAction, SequenceVersion } from '../sequence-wire/generation.ts';
import { SEQUENCE_VERSION_OF, sequenceAction, sequenceActionOf } from '../sequence-wire/generation.ts';
import type { SequenceHeaderParts } from '../sequence-wire/header-writer.ts';
import { writeSequenceHeaders } from '../sequence-wire/header-writer.ts';
import { writeCreateSequence, writeSequenceEnd } from '../sequence-wire/message-writer.ts';
import { ANONYMOUS, writeEnvelope } from '../soap/envelope-writer.ts';
import type { Carrier } from './carrier.ts';
import { carrierOf } from './carrier.ts';
import { endSession } from './end-session.ts';
import { arrivalsOf, ended, openSession, requireOpen, requireSession, settle } from './open-session.ts';
import type { SequencedInitiatorOptions } from './options.ts';
import { checkedSequenced, requireNumber, requireNumbered } from './options.ts';
import type { SequencedOutcome } from './take-answer.ts';
import { takeAcknowledgements, takeAnswer } from './take-answer.ts';
import type { Transmission } from './transmission.ts';
import { firstTransmission, nextTransmission, requireAlive } from './transmission.ts';

/** A message that was sent, and is not settled; after a restart, too. */
export interface Unsettled {
  readonly number: number;
  readonly awaitsAnswer: boolean;
  readonly attempts: number;
}

/**
 * One sequence under the context of an `Initiator`, or of messages that are each under a bootstrap (`PerMessageInitiator`), and the one it offers for the way back. Knows no transport: it says what to
 * send, and takes what came back on the connection. Each step is in the store before its octets leave (docs/sequences.md).
 */
export class SequencedInitiator {
  readonly #options: SequencedInitiatorOptions;
  readonly #carrier: Carrier;
  /** Messages that have a number and were not sent yet, by number. */
  readonly #fresh = new Map<number, Transmission>();
  readonly #blocks = new HeaderBlocks();
  readonly #tape = new Tape();

  /** @throws Fault `caller.option-invalid` */
  constructor(options: SequencedInitiatorOptions) {
    this.#options = checkedSequenced(options);
    const { initiator, profile, name = randomUrn(this.#options.ambient) } = options;
    this.#carrier = carrierOf(initiator, profile, name);
  }

  /** The request for a sequence. @throws Fault (rejects) `caller.context-unusable` there is no context; those of `seal` */
  async requestCreate(): Promise<OutgoingRequest> {
    const { ambient, settings, profile } = this.#options;
    const { token } = this.#carrier;
    const version = this.#version;
    const connection = ANONYMOUS[profile.addressing.version];
    const lifetimeMs = settings.sequenceLifetimeMs;
    // Asked again, it is the same question: so there will be one sequence, however often the answer is lost.
    const { createId: messageId, inbound } = await this.#step((book, nowMs) => {
      const last = openSession(book);
      if (last?.inbound !== undefined && last.outbound === undefined) return last;
      const windowMax = 2 * settings.windowMax;
      const offered = {
        identifier: randomUrn(ambient),
        version,
        order: 'unordered',
        windowMax,
        acksTo: connection,
      } as const;
      const expiresAtMs = lifetimeMs === undefined ? undefined : nowMs + lifetimeMs;
      const inbound = newDestination({ ...offered, incomplete: 'NoDiscard', expiresAtMs }, nowMs);
      return book.add({ version, createId: randomUrn(ambient), inbound, outbound: undefined });
    });
    const identifierOffered = inbound?.identifier ?? randomUrn(ambient);
    const offer = { identifier: identifierOffered, endpoint: connection, lifetimeMs, incomplete: 'NoDiscard' } as const;
    const { acksTo = connection } = this.#options;
    const named = token && { identifier: token.identifier, instance: undefined };
    const create = { acksTo, lifetimeMs, offer, token: named };
    const style = { version, addressing: profile.addressing.version };
    return await this.#seal(
      this.#envelope('CreateSequence', messageId, { usesToken: named && version === '200702' }, (writer) =>
        writeCreateSequence(writer, style, create, token?.version ?? '200512'),
      ),
    );
  }

  /** Whether there is a sequence that takes messages. */
  async isOpen(): Promise<boolean> {
    return await this.#read((book, nowMs) => {
      const outbound = openSession(book)?.outbound;
      return outbound?.state === 'created' && (outbound.expiresAtMs ?? Number.POSITIVE_INFINITY) > nowMs;
    });
  }

  /**
   * Gives a message the next number, and keeps it until it is settled. `awaitsAnswer`: until its answer is here.
   * @throws Fault (rejects) `caller.sequence-unusable`; `internal.busy` a window is full
   */
  async number(envelope: Uint8Array, awaitsAnswer: boolean): Promise<number> {
    requireNumbered(envelope, awaitsAnswer);
    const { settings, ambient } = this.#options;
    const fresh = await this.#step((book, nowMs) =>
      firstTransmission(book, { envelope, awaitsAnswer }, { settings, ambient, nowMs }),
    );
    this.#fresh.set(fresh.number, fresh);
    return fresh.number;
  }

  /**
   * The message of that number, to be sent now, and the pause after which it is to be sent again; `undefined` for one that is settled.
   * @throws Fault (rejects) `peer.sequence-terminated`, `peer.sequence-silent` the sequence is over
   */
  async transmission(
    number: number,
  ): Promise<{ readonly request: OutgoingRequest; readonly pauseMs: number } | undefined> {
    requireNumber(number);
    const made = this.#takeFresh(number) ?? (await this.#nextTransmission(number));
    if (made === undefined) return undefined;
    const { session, envelope: kept, pauseMs, isRepeat } = made;
    const { identifier } = session.outbound;
    const isLast = kept.length === 0;
    const headers = {
      ...arrivalsOf(session),
      numbered: { identifier, number, isLast },
      ackRequested: isRepeat ? identifier : undefined,
    };
    const envelope = isLast
      ? this.#envelope('LastMessage', randomUrn(this.#options.ambient), headers)
      : this.#blocks.into(kept, (writer, soapVersion) => {
          writeSequenceHeaders(writer, { ...headers, soapVersion });
        });
    return { request: await this.#seal(envelope, isLast ? 'sequence' : 'application'), pauseMs };
  }

  /** One that was noted as sent in the step that gave it its number. */
  #takeFresh(number: number): Transmission | undefined {
    const { settings, ambient } = this.#options;
    const fresh = this.#fresh.get(number);
    this.#fresh.delete(number);
    if (fresh !== undefined) requireAlive(fresh.session.outbound, { settings, nowMs: currentMs(ambient) });
    return fresh;
  }

  async #nextTransmission(number: number): Promise<Transmission | undefined> {
    const { settings, ambient } = this.#options;
    return await this.#step((book, nowMs) => nextTransmission(book, number, { settings, ambient, nowMs }));
  }

  /** Asks what has arrived, and says what has arrived here. @throws Fault (rejects) `caller.sequence-unusable` */
  async requestAcknowledgement(): Promise<OutgoingRequest> {
    const { session, outbound } = await this.#read(requireOpen);
    const headers = { ...arrivalsOf(session), ackRequested: outbound.identifier };
    return await this.#seal(this.#envelope('AckRequested', randomUrn(this.#options.ambient), headers));
  }

  /**
   * The next request that ends the sequence; `undefined` when it has ended. In 2005/02, its last message has a number, which
   * {@link transmission} sends.
   * @throws Fault (rejects) `caller.sequence-unusable` messages are not settled yet
   */
  async requestEnd(): Promise<OutgoingRequest | { readonly lastNumber: number } | undefined> {
    const made = await this.#step(endSession);
    if (made === undefined || 'lastNumber' in made) return made;
    const { session, ending, end } = made;
    const action = ending === 'close' ? 'CloseSequence' : 'TerminateSequence';
    return await this.#seal(
      this.#envelope(action, randomUrn(this.#options.ambient), arrivalsOf(session), (writer) =>
        writeSequenceEnd(writer, session.version, action, end),
      ),
    );
  }

  /**
   * Takes what came back on the connection that `request` was sent on (borrowed). `number`: of the message that it was.
   * @throws Fault (rejects) why it was refused; `peer.soap-fault` a fault that ends the sequence, or that nothing protects
   */
  async receive(
    bytes: Uint8Array,
    request: OutgoingRequest,
    channel: Channel,
    number?: number,
  ): Promise<SequencedOutcome> {
    if (number !== undefined) requireNumber(number);
    const { outcome, policy } = unwrap(await this.#carrier.receive(bytes, request, channel));
    if (outcome.kind !== 'answer' && outcome.kind !== 'fault') throw new Fault('peer.action-mismatch');
    const headers = provenSequenceHeaders(outcome.message, bytes, policy, this.#tape);
    const { windowMax, inactivityMs, sequenceLifetimeMs } = this.#options.settings;
    const bounds = { windowMax, inactivityMs, sequenceLifetimeMs, limits: policy.limits };
    const taken = await this.#step((book, nowMs) => takeAnswer(book, { outcome, headers, number, nowMs, ...bounds }));
    if (taken.kind === 'over') throw new Fault('peer.soap-fault', { ...taken.fault });
    return taken;
  }

  /**
   * Takes what came to our `acksTo` (borrowed): what has arrived.
   * @throws Fault (rejects) `peer.action-mismatch` something else; `peer.coverage-missing` nothing that is proven; `peer.sequence-unknown`,
   *   `peer.sequence-acknowledgement`; and as `Initiator.openUnasked`
   */
  async receiveAcknowledgement(bytes: Uint8Array, channel: Channel): Promise<void> {
    const { profile } = this.#options;
    const message = unwrap(this.#carrier.openUnasked(bytes, channel));
    const { action = '' } = message.claimedAddressing ?? message;
    if (sequenceActionOf(action)?.action !== 'SequenceAcknowledgement') throw new Fault('peer.action-mismatch');
    const headers = provenSequenceHeaders(message, bytes, profile.cancels.policy, this.#tape);
    if (headers === undefined || headers.acknowledgements.length === 0)
      throw new Fault('peer.coverage-missing', { part: 'wsrm:SequenceAcknowledgement' });
    await this.#step((book, nowMs) => takeAcknowledgements(book, requireSession(book), headers, nowMs));
  }

  /** The peer has nothing to say: in 2005/02, that is the answer to TerminateSequence. */
  async receiveNothing(): Promise<void> {
    await this.#step((book) => {
      const session = openSession(book);
      if (session?.outbound?.state === 'terminating' && session.version === '200502') book.replace(ended(session));
    });
  }

  /** Nobody waits for the answer to that message any longer; it is sent until it is acknowledged. */
  async giveUp(number: number): Promise<void> {
    requireNumber(number);
    this.#fresh.delete(number);
    await this.#step((book) => {
      const session = openSession(book);
      if (session?.outbound === undefined) return;
      settle(book, session, giveUpAnswer(session.outbound, number));
    });
  }

  /** One of its messages can never arrive, which those that follow would wait for: the sequence has ended here, and is used no more. */
  async abandon(): Promise<void> {
    await this.#step((book) => {
      const session = openSession(book);
      if (session?.outbound === undefined) return;
      book.replace({ ...session, outbound: step(session.outbound, 'fault') });
    });
  }

  /** What is not settled, in order: after a restart, what is to be sent again. */
  async unsettled(): Promise<readonly Unsettled[]> {
    return (await this.#read((book) => openSession(book)?.outbound?.pending)) ?? [];
  }

  /** The number that the next message gets: those before it are kept, or settled. 1 without a sequence. */
  async nextNumber(): Promise<number> {
    return (await this.#read((book) => openSession(book)?.outbound?.nextNumber)) ?? 1;
  }

  #envelope(
    action: SequenceAction,
    messageId: string,
    headers: Omit<SequenceHeaderParts, 'soapVersion' | 'version'>,
    body: (writer: XmlWriter) => void = () => undefined,
  ): Uint8Array {
    const { soapVersion, to, profile } = this.#options;
    const version = this.#version;
    return writeEnvelope({
      soapVersion,
      addressing: profile.addressing,
      action: sequenceAction(version, action),
      messageId,
      to,
      headers: (writer) => writeSequenceHeaders(writer, { ...headers, version, soapVersion }),
      body,
    });
  }

  async #seal(envelope: Uint8Array, kind: 'application' | 'sequence' = 'sequence'): Promise<OutgoingRequest> {
    return unwrap(await this.#carrier.request(envelope, kind));
  }

  get #version(): SequenceVersion {
    return this.#options.version ?? SEQUENCE_VERSION_OF[this.#carrier.version ?? '200512'];
  }

  async #read<T>(work: (book: SessionBook, nowMs: number) => T): Promise<T> {
    return await this.#transact(work);
  }

  async #step<T>(work: (book: SessionBook, nowMs: number) => T): Promise<T> {
    return await this.#transact((book, nowMs) => {
      const result = work(book, nowMs);
      book.save();
      return result;
    });
  }

  async #transact<T>(work: (book: SessionBook, nowMs: number) => T): Promise<T> {
    const { records, ambient, settings } = this.#options;
    const nowMs = currentMs(ambient);
    return await records.transact(this.#carrier.partition, (within) =>
      work(new SessionBook(within, { inactivityMs: settings.inactivityMs, nowMs }), nowMs),
    );
  }
}
