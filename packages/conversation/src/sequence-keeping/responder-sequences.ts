/** The sequences of a responder: what its messages do to them, step by step, each step in the store. */
import { Fault } from '@parley/core';
import type { Ambient } from '../exchange/ambient.ts';
import { currentMs, randomUrn } from '../exchange/ambient.ts';
import type { Arrival } from '../sequence/destination.ts';
import {
  acknowledgementOf,
  arrive,
  close,
  deliver,
  lapse,
  readyNumbers,
  request,
  terminate,
} from '../sequence/destination.ts';
import { hasRoom, lapsed, sent } from '../sequence/source.ts';
import type { SequenceAction, SequenceVersion } from '../sequence-wire/generation.ts';
import { sequenceActionOf } from '../sequence-wire/generation.ts';
import type { Numbered } from '../sequence-wire/headers.ts';
import { readSequenceEnd } from '../sequence-wire/messages.ts';
import { hasNumber } from '../sequence-wire/number-ranges.ts';
import type { RecordStore } from '../store/record-store.ts';
import { createSequence } from './create-sequence.ts';
import type { KeptIncoming, KeptOutgoing } from './kept-messages.ts';
import type { SequenceAnswer } from './sequence-answer.ts';
import { acknowledgement, acknowledging, endAnswer, endedOutbound, isToldElsewhere } from './sequence-answer.ts';
import { contextOwner } from './sequence-owner.ts';
import type { Place, SequenceScene, SequenceStats, SequenceStep, Turn } from './sequence-step.ts';
import { SessionBook } from './session-book.ts';
import { answered, keep, takeAcknowledgement, unknownSequence } from './session-messages.ts';
import type { ResponderSequenceSettings } from './settings.ts';

/** Of an answer that is the end of the way back, and nothing else. */
const NOTHING = new Uint8Array(0);

/** What is said of a session, and where. */
export interface ToldElsewhere {
  readonly to: string;
  readonly answer: SequenceAnswer;
}

type Known = { readonly version: SequenceVersion; readonly action: SequenceAction };

/** All sequences of a responder. Nothing is kept here: each step is one transaction of the records of its context. */
export class ResponderSequences {
  readonly #records: RecordStore;
  readonly #ambient: Ambient;
  readonly #stats = { created: 0, messages: 0, repeated: 0, beyond: 0 };
  readonly settings: ResponderSequenceSettings;

  constructor(records: RecordStore, ambient: Ambient, settings: ResponderSequenceSettings) {
    this.#records = records;
    this.#ambient = ambient;
    this.settings = settings;
  }

  /**
   * Takes a message for its owner, who is proven: sequences of anybody else it cannot even name (T86).
   * @throws Fault `peer.sequence-*`, `peer.structure-invalid`, and as the store; nothing has changed then
   */
  async take(scene: SequenceScene): Promise<SequenceStep> {
    const { headers, owner } = scene;
    const action = sequenceActionOf(scene.action ?? '');
    if (headers === undefined && action === undefined) {
      if (this.settings.required) throw new Fault('peer.sequence-required');
      return { kind: 'unnumbered' };
    }
    let counted: keyof SequenceStats | undefined;
    // A store may run a step again: only the last run counts.
    const count: Count = (what) => {
      counted = what;
    };
    const step = await this.#step(owner.partition, (book, nowMs): SequenceStep => {
      counted = undefined;
      for (const each of headers?.acknowledgements ?? []) takeAcknowledgement(book, each, nowMs);
      if (action !== undefined && action.action !== 'LastMessage')
        return this.#takeRequest(book, action, { ...scene, count }, nowMs);
      if (headers?.numbered !== undefined)
        return this.#takeNumbered(book, headers.numbered, { ...scene, count }, nowMs);
      if (this.settings.required) throw new Fault('peer.sequence-required');
      return { kind: 'unnumbered' };
    });
    if (counted !== undefined) this.#stats[counted]++;
    return step;
  }

  /** The next message of a session whose turn it is; it stays so until {@link done}. */
  async nextTurn({ partition, ordinal }: Omit<Place, 'number'>): Promise<Turn | undefined> {
    return await this.#records.transact(partition, (records) => {
      const book = this.#book(records, currentMs(this.#ambient));
      const session = book.find(ordinal);
      const [number] = session?.inbound === undefined ? [] : readyNumbers(session.inbound);
      if (session?.inbound === undefined || number === undefined) return undefined;
      // Nothing is begun whose answer there would be no room for.
      if (session.outbound?.state === 'created' && !hasRoom(session.outbound)) return undefined;
      const kept = book.message('in', session, number) as KeptIncoming | undefined;
      const message = kept?.kind === 'waiting' ? kept.message : undefined;
      return { number, message, identifier: session.inbound.identifier };
    });
  }

  /** Whether the application is still to get that message. */
  async isWaiting({ partition, ordinal, number }: Place): Promise<boolean> {
    return await this.#records.transact(partition, (records) => {
      const inbound = this.#book(records, currentMs(this.#ambient)).find(ordinal)?.inbound;
      // safety: nobody waits on a connection for the end of a sequence.
      if (inbound?.incomplete === 'DiscardEntireSequence' && inbound.state === 'open') return false;
      return inbound !== undefined && !hasNumber(inbound.delivered, number);
    });
  }

  /** The application is done with a message, and this is its answer, if it has one. */
  async done(
    { partition, ordinal, number }: Place,
    envelope: Uint8Array | undefined,
    uncounted?: Numbered,
  ): Promise<void> {
    await this.#step(partition, (book, nowMs) => {
      const session = book.find(ordinal);
      if (session?.inbound === undefined) return;
      const arrived = uncounted && arrive(session.inbound, uncounted, nowMs);
      // Done twice, it is answered once.
      if (arrived !== undefined && arrived.arrival !== 'new') return;
      const ended = book.replace({ ...session, inbound: deliver(arrived?.destination ?? session.inbound, number) });
      const isLast = session.inbound.lastNumber === number && envelope === undefined && session.version === '200502';
      const { outbound } = session;
      if (outbound?.state === 'created' && (envelope !== undefined || isLast)) {
        const answer = answered(
          book,
          { ...ended, outbound },
          { envelope: envelope ?? NOTHING, inReplyTo: number },
          nowMs,
        );
        keep(book, session, number, { kind: 'answered', answer });
      } else if (envelope !== undefined && outbound === undefined) {
        keep(book, session, number, { kind: 'answered-plainly', envelope });
        // Nothing tells when such an answer has arrived; who still waits for one that old has given up.
        book.dropMessage('in', session, number - this.settings.windowMax);
      } else book.dropMessage('in', session, number);
    });
  }

  /** What is said in return to a numbered message, as things are now: its answer, if it is there, or what has arrived. */
  async answerTo({ partition, ordinal, number }: Place): Promise<SequenceAnswer | undefined> {
    return await this.#step(partition, (book) => {
      const session = book.find(ordinal);
      if (session?.inbound === undefined) throw new Fault('peer.sequence-unknown');
      const { version, inbound, outbound } = session;
      const acknowledgements = isToldElsewhere(inbound) ? [] : [acknowledgementOf(inbound)];
      const kept = book.message('in', session, number) as KeptIncoming | undefined;
      const answer = kept?.kind === 'answered' && outbound !== undefined ? kept.answer : undefined;
      const outgoing =
        answer === undefined ? undefined : (book.message('out', session, answer) as KeptOutgoing | undefined);
      if (kept?.kind === 'answered-plainly')
        return { action: 'application', envelope: kept.envelope, headers: { version, acknowledgements } };
      if (outbound === undefined || answer === undefined || outgoing === undefined)
        return acknowledging(session, inbound);
      // It goes back on a connection, so that it is sent again only when its request is.
      book.replace({ ...session, outbound: sent(outbound, answer, Number.MAX_SAFE_INTEGER) });
      const isLast = outgoing.envelope.length === 0;
      const numbered: Numbered = { identifier: outbound.identifier, number: answer, isLast };
      const headers = { version, acknowledgements, numbered };
      return isLast
        ? { action: 'LastMessage', headers }
        : { action: 'application', envelope: outgoing.envelope, headers };
    });
  }

  /** What is to be said of a session to an address of its own. */
  async toldElsewhere({ partition, ordinal }: Omit<Place, 'number'>): Promise<ToldElsewhere | undefined> {
    return await this.#records.transact(partition, (records) => {
      const session = this.#book(records, currentMs(this.#ambient)).find(ordinal);
      const inbound = session?.inbound;
      if (session === undefined || inbound === undefined || !isToldElsewhere(inbound)) return undefined;
      // What has not begun cannot be said in February 2005.
      if (session.version === '200502' && inbound.received.length === 0) return undefined;
      return { to: inbound.acksTo, answer: acknowledgement(session, inbound) };
    });
  }

  get stats(): SequenceStats {
    return { ...this.#stats };
  }

  /** Forgets the sequences of a context that is over. */
  async forget(identifier: string): Promise<void> {
    await this.#records.clear(contextOwner(identifier).partition);
  }

  #takeNumbered(book: SessionBook, numbered: Numbered, scene: CountedScene, nowMs: number): SequenceStep {
    const session = book.findInbound(numbered.identifier);
    if (session?.inbound === undefined) throw unknownSequence(numbered.identifier);
    const { message, headers, owner } = scene;
    if (headers !== undefined && headers.version !== session.version) throw unknownSequence(numbered.identifier);
    const place = { partition: owner.partition, ordinal: session.ordinal, number: numbered.number };
    const arrived = arrive(session.inbound, numbered, nowMs);
    scene.count(COUNTED[arrived.arrival]);
    const isLast = sequenceActionOf(scene.action ?? '')?.action === 'LastMessage';
    if (this.settings.delivery === 'at-least-once' && arrived.arrival === 'new' && !isLast)
      return { kind: 'uncounted', place, numbered };
    book.replace({ ...session, inbound: arrived.destination });
    if (arrived.arrival === 'new') {
      keep(book, session, numbered.number, isLast ? { kind: 'last' } : { kind: 'waiting', message });
    }
    if (arrived.arrival !== 'beyond') return { kind: 'numbered', place };
    return { kind: 'answer', answer: acknowledging(session, arrived.destination), session: place };
  }

  #takeRequest(book: SessionBook, { version, action }: Known, scene: CountedScene, nowMs: number): SequenceStep {
    const { message, messageId, policy, headers, owner } = scene;
    if (action === 'CreateSequence') {
      const newIdentifier = (): string => randomUrn(this.#ambient);
      const create = { ...scene, version, nowMs, newIdentifier, messageId: messageId ?? newIdentifier() };
      const created = createSequence(book, create, this.settings);
      scene.count('created');
      return {
        kind: 'answer',
        answer: { action: 'CreateSequenceResponse', created, headers: { version } },
        session: undefined,
      };
    }
    if (action === 'CloseSequence' || action === 'TerminateSequence') {
      const { identifier, lastNumber } = readSequenceEnd(message.body, version, action, policy.limits);
      const session = book.findInbound(identifier);
      if (session?.inbound === undefined) throw unknownSequence(identifier);
      const ends = action === 'CloseSequence' ? close : terminate;
      const inbound = ends(session.inbound, lastNumber, nowMs);
      const ended = book.replace({ ...endedOutbound(session, action), inbound });
      const answer = endAnswer(ended, inbound, action);
      return { kind: 'answer', answer, session: { partition: owner.partition, ordinal: session.ordinal } };
    }
    const [asked] = headers?.ackRequested ?? [];
    if (asked === undefined) return { kind: 'answer', answer: undefined, session: undefined };
    const session = book.findInbound(asked);
    if (session?.inbound === undefined) throw unknownSequence(asked);
    const inbound = request(session.inbound, nowMs);
    book.replace({ ...session, inbound });
    const place = { partition: owner.partition, ordinal: session.ordinal };
    return { kind: 'answer', answer: acknowledging(session, inbound), session: place };
  }

  async #step<T>(partition: string, work: (book: SessionBook, nowMs: number) => T): Promise<T> {
    const nowMs = currentMs(this.#ambient);
    return await this.#records.transact(partition, (records) => {
      const book = this.#book(records, nowMs);
      for (const session of book.sessions) {
        const { inactivityMs } = this.settings;
        const inbound = session.inbound && lapse(session.inbound, inactivityMs, nowMs);
        // The way back is as silent as the way there, and may expire before it.
        const outbound = session.outbound && lapsed(session.outbound, Number.POSITIVE_INFINITY, nowMs);
        if (inbound !== session.inbound || outbound !== session.outbound)
          book.replace({ ...session, inbound, outbound });
      }
      const result = work(book, nowMs);
      book.save();
      return result;
    });
  }

  #book(records: Parameters<Parameters<RecordStore['transact']>[1]>[0], nowMs: number): SessionBook {
    return new SessionBook(records, { inactivityMs: this.settings.inactivityMs, nowMs });
  }
}

type Count = (what: keyof SequenceStats) => void;
type CountedScene = SequenceScene & { readonly count: Count };

const COUNTED: Readonly<Record<Arrival, keyof SequenceStats>> = {
  new: 'messages',
  repeat: 'repeated',
  beyond: 'beyond',
};
