import type { XmlWriter } from '@parley/codec';
import type { FaultCode } from '@parley/core';
import { Fault } from '@parley/core';
import type { OpenedMessage, SoapVersion } from '@parley/engine';
import type { Ambient } from '../exchange/ambient.ts';
import { chanceOf, currentMs, randomUrn } from '../exchange/ambient.ts';
import type { Channel } from '../exchange/channel.ts';
import { unwrapped } from '../exchange/unwrapped.ts';
import type { Initiator } from '../initiator/initiator.ts';
import type { Outcome, OutgoingRequest } from '../initiator/outcome.ts';
import type { ConversationProfile } from '../protection/conversation-profile.ts';
import { acknowledgementOf, arrive, deliver, newDestination } from '../sequence/destination.ts';
import { retransmissionPauseMs } from '../sequence/schedule.ts';
import type { Source } from '../sequence/source.ts';
import {
  acknowledge,
  answer,
  giveUpAnswer,
  isAcknowledgedWhole,
  lapseOf,
  lastNumberOf,
  newSource,
  numberNext,
  sent,
  step,
} from '../sequence/source.ts';
import { withHeaderBlocks } from '../sequence-keeping/header-blocks.ts';
import { provenSequenceHeaders } from '../sequence-keeping/proven-headers.ts';
import type { Session } from '../sequence-keeping/session-book.ts';
import { SessionBook } from '../sequence-keeping/session-book.ts';
import type { SequenceSettings } from '../sequence-keeping/settings.ts';
import type { SequenceAction, SequenceVersion } from '../sequence-wire/generation.ts';
import {
  SEQUENCE_VERSION_OF,
  sequenceAction,
  sequenceActionOf,
  sequenceVersionOf,
} from '../sequence-wire/generation.ts';
import { writeSequenceHeaders } from '../sequence-wire/header-writer.ts';
import type { SequenceHeaders } from '../sequence-wire/headers.ts';
import { writeCreateSequence, writeSequenceEnd } from '../sequence-wire/message-writer.ts';
import type { SequenceEnd } from '../sequence-wire/messages.ts';
import { readCreateSequenceResponse, readSequenceEnd } from '../sequence-wire/messages.ts';
import { ANONYMOUS, writeEnvelope } from '../soap/envelope-writer.ts';
import type { PeerFault } from '../soap/soap-fault.ts';
import type { RecordStore } from '../store/record-store.ts';

export interface SequencedInitiatorOptions {
  /** With a context; its profile is one {@link withSequences}. */
  readonly initiator: Initiator;
  readonly profile: ConversationProfile;
  /** Where the sequence and what it has not settled are kept. */
  readonly records: RecordStore;
  readonly ambient: Ambient;
  readonly soapVersion: SoapVersion;
  /** wsa:To of what we send. */
  readonly to: string;
  /** Default: the generation of the context. */
  readonly version?: SequenceVersion | undefined;
  readonly settings: SequenceSettings;
}

/** What came of an answer. */
export type SequencedOutcome =
  /** The application's, to the message that was sent. */
  | { readonly kind: 'answer'; readonly message: OpenedMessage; readonly fault: PeerFault | undefined }
  /** What has arrived, and no answer; `isSettled`: the message that was sent is no longer kept. */
  | { readonly kind: 'acknowledged'; readonly isSettled: boolean }
  | { readonly kind: 'created' | 'closed' | 'terminated' };

/** A message that was sent, and is not settled; after a restart, too. */
export interface Unsettled {
  readonly number: number;
  readonly awaitsAnswer: boolean;
  readonly attempts: number;
}

/** The peer says that something is wrong with the sequence. */
interface Over {
  readonly kind: 'over';
  readonly fault: PeerFault;
}

/** How a sequence ends, step by step; each is asked for until it is answered. */
type Ending = 'close' | 'terminate';

type EndStep =
  | { readonly lastNumber: number }
  | { readonly session: Session; readonly ending: Ending; readonly end: SequenceEnd };

interface KeptMessage {
  readonly envelope: Uint8Array;
}

/**
 * One sequence under the context of an {@link Initiator}, and the one it offers for the way back. Knows no transport: it says what to
 * send, and takes what came back on the connection. Each step is in the store before its octets leave.
 *
 * @see docs/sequences.md
 */
export class SequencedInitiator {
  readonly #options: SequencedInitiatorOptions;

  constructor(options: SequencedInitiatorOptions) {
    this.#options = options;
  }

  /** The request for a sequence. @throws Fault (rejects) `caller.context-unusable` there is no context; those of `seal` */
  async requestCreate(): Promise<OutgoingRequest> {
    const { ambient, settings, profile } = this.#options;
    const { identifier } = this.#context();
    const version = this.#version;
    const acksTo = ANONYMOUS[profile.addressing.version];
    const lifetimeMs = settings.sequenceLifetimeMs;
    // Asked again, it is the same question: so there will be one sequence, however often the answer is lost.
    const { createId: messageId, inbound } = await this.#step((book, nowMs) => {
      const last = openSession(book);
      if (last?.inbound !== undefined && last.outbound === undefined) return last;
      const windowMax = 2 * settings.windowMax;
      const offered = { identifier: randomUrn(ambient), version, order: 'unordered', windowMax, acksTo } as const;
      const inbound = newDestination({ ...offered, expiresAtMs: undefined }, nowMs);
      return book.add({ version, createId: randomUrn(ambient), inbound, outbound: undefined });
    });
    const identifierOffered = inbound?.identifier ?? randomUrn(ambient);
    const offer = { identifier: identifierOffered, endpoint: acksTo, lifetimeMs, incomplete: 'NoDiscard' } as const;
    const create = { acksTo, lifetimeMs, offer, token: { identifier, instance: undefined } };
    const style = { version, addressing: profile.addressing.version };
    return this.#seal(
      this.#envelope('CreateSequence', messageId, { usesToken: version === '200702' }, (writer) =>
        writeCreateSequence(writer, style, create, this.#options.initiator.context?.version ?? '200512'),
      ),
    );
  }

  /** Whether there is a sequence that takes messages. */
  async isOpen(): Promise<boolean> {
    return (await this.#read((book) => openSession(book)))?.outbound?.state === 'created';
  }

  /**
   * Gives a message the next number, and keeps it until it is settled. `awaitsAnswer`: until its answer is here.
   * @throws Fault (rejects) `caller.sequence-unusable`; `internal.busy` a window is full
   */
  async number(envelope: Uint8Array, awaitsAnswer: boolean): Promise<number> {
    return await this.#step((book, atMs) => {
      const { session, outbound } = requireOpen(book);
      const { source, number } = numberNext(outbound, { awaitsAnswer, atMs });
      book.replace({ ...session, outbound: source });
      const kept: KeptMessage = { envelope };
      book.keepMessage('out', session, number, kept);
      return number;
    });
  }

  /**
   * The message of that number, to be sent now, and the pause after which it is to be sent again; `undefined` for one that is settled.
   * @throws Fault (rejects) `peer.sequence-terminated`, `peer.sequence-silent` the sequence is over
   */
  async transmission(
    number: number,
  ): Promise<{ readonly request: OutgoingRequest; readonly pauseMs: number } | undefined> {
    const { settings, ambient } = this.#options;
    const made = await this.#step((book, nowMs) => {
      const { session, outbound } = requireOpen(book);
      const message = outbound.pending.find((each) => each.number === number);
      const kept = book.message('out', session, number) as KeptMessage | undefined;
      if (message === undefined || kept === undefined) return undefined;
      requireAlive(outbound, settings.inactivityMs, nowMs);
      const pauseMs = retransmissionPauseMs(message.attempts + 1, settings, chanceOf(ambient));
      book.replace({ ...session, outbound: sent(outbound, number, nowMs + pauseMs) });
      return { session, outbound, kept, pauseMs };
    });
    if (made === undefined) return undefined;
    const { session, outbound, kept, pauseMs } = made;
    const isLast = kept.envelope.length === 0;
    const headers = {
      ...headersFor(session),
      numbered: { identifier: outbound.identifier, number, isLast },
      ackRequested: outbound.identifier,
    };
    const envelope = isLast
      ? this.#envelope('LastMessage', randomUrn(ambient), headers)
      : withHeaderBlocks(kept.envelope, (writer, soapVersion) => {
          writeSequenceHeaders(writer, { ...headers, soapVersion });
        });
    return { request: this.#seal(envelope, !isLast), pauseMs };
  }

  /** Asks what has arrived, and says what has arrived here. @throws Fault (rejects) `caller.sequence-unusable` */
  async requestAcknowledgement(): Promise<OutgoingRequest> {
    const { session, outbound } = await this.#read(requireOpen);
    const headers = { ...headersFor(session), ackRequested: outbound.identifier };
    return this.#seal(this.#envelope('AckRequested', randomUrn(this.#options.ambient), headers));
  }

  /**
   * The next request that ends the sequence; `undefined` when it has ended. In 2005/02, its last message has a number, which
   * {@link transmission} sends.
   * @throws Fault (rejects) `caller.sequence-unusable` messages are not settled yet
   */
  async requestEnd(): Promise<OutgoingRequest | { readonly lastNumber: number } | undefined> {
    const made = await this.#step((book, atMs): EndStep | undefined => {
      const session = openSession(book);
      const outbound = session?.outbound;
      if (session === undefined || outbound === undefined || outbound.state === 'terminated') return undefined;
      if (session.version === '200502' && outbound.state === 'created') {
        const { source, number } = numberNext(outbound, { awaitsAnswer: false, atMs });
        book.replace({ ...session, outbound: step(source, 'close') });
        book.keepMessage('out', session, number, { envelope: NOTHING });
        return { lastNumber: number };
      }
      if (!isAcknowledgedWhole(outbound))
        throw new Fault('caller.sequence-unusable', { reason: 'not everything is acknowledged' });
      const ending: Ending = outbound.state === 'created' || outbound.state === 'closing' ? 'close' : 'terminate';
      const really = session.version === '200502' ? 'terminate' : ending;
      const ended = book.replace({ ...session, outbound: step(outbound, really) });
      const end = { identifier: outbound.identifier, lastNumber: lastNumberOf(outbound) };
      return { session: ended, ending: really, end };
    });
    if (made === undefined || 'lastNumber' in made) return made;
    const { session, ending, end } = made;
    const action = ending === 'close' ? 'CloseSequence' : 'TerminateSequence';
    return this.#seal(
      this.#envelope(action, randomUrn(this.#options.ambient), headersFor(session), (writer) =>
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
    const { initiator, profile } = this.#options;
    const outcome = unwrapped(initiator.receive(bytes, request, channel));
    if (outcome.kind !== 'answer' && outcome.kind !== 'fault') throw new Fault('peer.action-mismatch');
    const { policy } = profile.answers;
    const headers = provenSequenceHeaders(outcome.message, bytes, policy);
    const taken = await this.#step((book, nowMs) => this.#take(book, { outcome, headers, number, nowMs }));
    if (taken.kind === 'over') throw new Fault('peer.soap-fault', { ...taken.fault });
    return taken;
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
    await this.#step((book) => {
      const session = openSession(book);
      if (session?.outbound === undefined) return;
      settle(book, session, giveUpAnswer(session.outbound, number));
    });
  }

  /** What is not settled, in order: after a restart, what is to be sent again. */
  async unsettled(): Promise<readonly Unsettled[]> {
    return (await this.#read((book) => openSession(book)?.outbound?.pending)) ?? [];
  }

  #take(book: SessionBook, { outcome, headers, number, nowMs }: Taken): SequencedOutcome | Over {
    const { message } = outcome;
    const known = sequenceActionOf((message.claimedAddressing ?? message).action ?? '');
    if (known?.action === 'CreateSequenceResponse') return this.#takeCreated(book, message, known.version, nowMs);
    let session = requireSession(book);
    const fault = sequenceFaultOf({ outcome, number }, headers);
    if (fault !== undefined) {
      if (session.outbound !== undefined && ENDING_FAULTS.includes(fault.faultCode))
        book.replace({ ...session, outbound: step(session.outbound, 'fault') });
      return { kind: 'over', fault };
    }
    for (const acknowledgement of headers?.acknowledgements ?? []) {
      if (session.outbound === undefined || acknowledgement.identifier !== session.outbound.identifier)
        throw unknown(acknowledgement.identifier);
      session = settle(book, session, acknowledge(session.outbound, acknowledgement, nowMs));
    }
    if (headers?.numbered !== undefined) {
      const { inbound } = session;
      if (inbound?.identifier !== headers.numbered.identifier) throw unknown(headers.numbered.identifier);
      const arrived = arrive(inbound, headers.numbered, nowMs);
      const { arrival } = arrived;
      const taken = arrival === 'new' ? deliver(arrived.destination, headers.numbered.number) : arrived.destination;
      session = book.replace({ ...session, inbound: taken });
      if (arrival !== 'new') return acknowledged(session, number);
    }
    if (known !== undefined) return this.#takeAnswer(book, session, known, message, number);
    const isAwaited = number !== undefined && session.outbound?.pending.some((each) => each.number === number);
    if (!isAwaited || session.outbound === undefined) return acknowledged(session, number);
    settle(book, session, answer(session.outbound, number, nowMs));
    return { kind: 'answer', message, fault: outcome.kind === 'fault' ? outcome.fault : undefined };
  }

  #takeAnswer(
    book: SessionBook,
    session: Session,
    { action, version }: { readonly action: SequenceAction; readonly version: SequenceVersion },
    { body }: OpenedMessage,
    number: number | undefined,
  ): SequencedOutcome {
    const { limits } = this.#options.profile.answers.policy;
    const { outbound } = session;
    if (action === 'CloseSequenceResponse' || action === 'TerminateSequenceResponse') {
      const { identifier } = readSequenceEnd(body, version, action, limits);
      if (outbound === undefined || identifier !== outbound.identifier) throw unknown(identifier);
      const isClose = action === 'CloseSequenceResponse';
      book.replace(isClose ? { ...session, outbound: step(outbound, 'closed') } : ended(session));
      return { kind: isClose ? 'closed' : 'terminated' };
    }
    if (action === 'TerminateSequence') {
      const { identifier } = readSequenceEnd(body, version, action, limits);
      if (identifier !== session.inbound?.identifier) throw unknown(identifier);
      if (outbound?.state !== 'terminating') throw new Fault('peer.sequence-terminated', { sequence: identifier });
      book.replace(ended(session));
      return { kind: 'terminated' };
    }
    return acknowledged(session, number);
  }

  #takeCreated(book: SessionBook, message: OpenedMessage, version: SequenceVersion, nowMs: number): SequencedOutcome {
    const { settings, profile } = this.#options;
    const { limits } = profile.answers.policy;
    const relatesTo = (message.claimedAddressing ?? message).relatesTo;
    const session = book.sessions.find(({ createId }) => createId === relatesTo);
    if (session === undefined || session.outbound !== undefined)
      throw new Fault('peer.addressing-mismatch', { header: 'RelatesTo' });
    const { identifier, lifetimeMs, accept } = readCreateSequenceResponse(message.body, version, limits);
    const expiresAtMs = lifetimeMs === undefined ? undefined : nowMs + lifetimeMs;
    const outbound = newSource({ identifier, version, windowMax: settings.windowMax, expiresAtMs }, nowMs);
    // An offer that is not accepted brings nothing back.
    book.replace({ ...session, outbound, inbound: accept === undefined ? undefined : session.inbound });
    return { kind: 'created' };
  }

  #envelope(
    action: SequenceAction,
    messageId: string,
    headers: Omit<Parameters<typeof writeSequenceHeaders>[1], 'soapVersion' | 'version'>,
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

  /** What is about sequences alone is protected as the end of a context is: signed, and in clear where the peer has it so. */
  #seal(envelope: Uint8Array, isApplications = false): OutgoingRequest {
    const { requests, cancels } = this.#options.profile;
    const { protection } = isApplications ? requests : cancels;
    return unwrapped(this.#options.initiator.requestCall(envelope, protection, 'sequence'));
  }

  get #version(): SequenceVersion {
    return this.#options.version ?? SEQUENCE_VERSION_OF[this.#options.initiator.context?.version ?? '200512'];
  }

  #context(): { readonly identifier: string } {
    const { context } = this.#options.initiator;
    if (context === undefined) throw new Fault('caller.context-unusable', { reason: 'no context' });
    return context;
  }

  async #read<T>(work: (book: SessionBook) => T): Promise<T> {
    return await this.#transact((book) => work(book));
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
    return await records.transact(`initiator ${this.#context().identifier}`, (within) =>
      work(new SessionBook(within, { inactivityMs: settings.inactivityMs, nowMs }), nowMs),
    );
  }
}

interface Taken {
  readonly outcome: Extract<Outcome, { readonly kind: 'answer' | 'fault' }>;
  readonly headers: SequenceHeaders | undefined;
  readonly number: number | undefined;
  readonly nowMs: number;
}

/** Of the last message of 2005/02. */
const NOTHING = new Uint8Array(0);
/** All but the refusal of a new one, and of a message without one. */
const ENDING_FAULTS: readonly string[] = [
  'SequenceTerminated',
  'UnknownSequence',
  'SequenceClosed',
  'MessageNumberRollover',
  'InvalidAcknowledgement',
  'LastMessageNumberExceeded',
];
const SEQUENCE_FAULTS: readonly string[] = [...ENDING_FAULTS, 'CreateSequenceRefused', 'WSRMRequired', 'WsrmRequired'];

/** A fault about sequences; and, where no message of the application was sent, any. */
function sequenceFaultOf(
  { outcome, number }: Pick<Taken, 'outcome' | 'number'>,
  headers: SequenceHeaders | undefined,
): PeerFault | undefined {
  if (outcome.kind !== 'fault') return undefined;
  const { fault } = outcome;
  if (headers?.fault !== undefined) return { ...fault, faultCode: headers.fault.faultCode };
  // What only a QName in a text needs, no exclusive canonical form declares.
  const isOurs = sequenceVersionOf(fault.faultNamespace) !== undefined || fault.faultNamespace === 'unknown';
  return number === undefined || (isOurs && SEQUENCE_FAULTS.includes(fault.faultCode)) ? fault : undefined;
}

/** The newest session: one that is over gives way to another. */
function openSession(book: SessionBook): Session | undefined {
  return book.sessions.at(-1);
}

function requireSession(book: SessionBook): Session {
  const session = openSession(book);
  if (session === undefined) throw new Fault('caller.sequence-unusable', { reason: 'there is none' });
  return session;
}

function requireOpen(book: SessionBook): { readonly session: Session; readonly outbound: Source } {
  const session = requireSession(book);
  const { outbound } = session;
  if (outbound === undefined) throw new Fault('caller.sequence-unusable', { reason: 'it is not granted yet' });
  return { session, outbound };
}

function requireAlive(source: Source, inactivityMs: number, nowMs: number): void {
  const code: FaultCode | undefined = lapseOf(source, inactivityMs, nowMs);
  if (code !== undefined) throw new Fault(code, { sequence: source.identifier });
}

function headersFor({ inbound }: Session): Pick<
  Parameters<typeof writeSequenceHeaders>[1],
  'version' | 'acknowledgements'
> & {
  readonly version: SequenceVersion;
} {
  return {
    acknowledgements: inbound === undefined ? [] : [acknowledgementOf(inbound)],
    version: inbound?.version ?? '200702',
  };
}

function settle(
  book: SessionBook,
  session: Session,
  { source, settled }: { readonly source: Source; readonly settled: readonly number[] },
): Session {
  for (const number of settled) book.dropMessage('out', session, number);
  return book.replace({ ...session, outbound: source });
}

function ended(session: Session): Session {
  const { inbound, outbound } = session;
  return {
    ...session,
    outbound: outbound && step(outbound, 'terminated'),
    inbound: inbound && { ...inbound, state: 'terminated' },
  };
}

function acknowledged({ outbound }: Session, number: number | undefined): SequencedOutcome {
  const isSettled = number !== undefined && outbound?.pending.some((each) => each.number === number) === false;
  return { kind: 'acknowledged', isSettled };
}

function unknown(sequence: string): Fault {
  return new Fault('peer.sequence-unknown', { sequence });
}
