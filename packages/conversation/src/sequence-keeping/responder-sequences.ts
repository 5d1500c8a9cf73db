/** The sequences of a responder: what its messages do to them, step by step, each step in the store. */
import { Fault } from '@parley/core';
import type { Ambient } from '../exchange/ambient.ts';
import { currentMs, randomUrn } from '../exchange/ambient.ts';
import type { Arrival } from '../sequence/destination.ts';
import { arrive, close, lapse, request, terminate } from '../sequence/destination.ts';
import type { Lease, Shift } from '../sequence/lease.ts';
import { isHeldBy, isHeldElsewhere, leaseOf } from '../sequence/lease.ts';
import { lapsed } from '../sequence/source.ts';
import type { SequenceAction, SequenceVersion } from '../sequence-wire/generation.ts';
import { sequenceActionOf } from '../sequence-wire/generation.ts';
import type { Numbered } from '../sequence-wire/headers.ts';
import { readSequenceEnd } from '../sequence-wire/messages.ts';
import { hasNumber } from '../sequence-wire/number-ranges.ts';
import type { RecordStore } from '../store/record-store.ts';
import { takeAskedBeside } from './asked-beside.ts';
import { createSequence } from './create-sequence.ts';
import type { SequenceAnswer } from './sequence-answer.ts';
import {
  acknowledgement,
  acknowledging,
  acknowledgingAll,
  endAnswer,
  endedOutbound,
  isToldElsewhere,
} from './sequence-answer.ts';
import { contextOwner } from './sequence-owner.ts';
import type {
  Done,
  Look,
  Place,
  SequenceScene,
  SequenceStats,
  SequenceStep,
  SessionPlace,
  Taken,
} from './sequence-step.ts';
import { SessionBook } from './session-book.ts';
import { keep, takeAcknowledgement } from './session-messages.ts';
import { answerTo, receivingSession, released, settleDone, takeTurn } from './session-turns.ts';
import type { ResponderSequenceSettings } from './settings.ts';

const NOTHING_TO_DO: Look = { turn: undefined, isWaiting: false, isElsewhere: false };

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
   * Takes a message for its owner, who is proven: sequences of anybody else it cannot even name (T86). `shift`: what a turn is taken for.
   * @throws Fault `peer.sequence-*`, `peer.structure-invalid`, and as the store; nothing has changed then
   */
  async take(scene: SequenceScene, shift: Shift): Promise<SequenceStep> {
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
      const beside = takeAskedBeside(book, headers, action?.action, nowMs);
      if (action !== undefined && action.action !== 'LastMessage')
        return { ...this.#takeRequest(book, action, { ...scene, count }, nowMs), beside };
      if (headers?.numbered !== undefined)
        return { ...this.#takeNumbered(book, headers.numbered, { ...scene, count, shift }, nowMs), beside };
      if (this.settings.required) throw new Fault('peer.sequence-required');
      return { kind: 'unnumbered' };
    });
    if (counted !== undefined) this.#stats[counted]++;
    return step;
  }

  /** What is to be done of a session; `number`: the message that is asked about. */
  async look({ partition, ordinal }: SessionPlace, number: number | undefined, shift: Shift): Promise<Look> {
    return await this.#records.transact(partition, (records) => {
      const nowMs = currentMs(this.#ambient);
      const book = this.#book(records, nowMs);
      const session = book.find(ordinal);
      const { inbound } = session ?? {};
      if (session === undefined || inbound === undefined) return NOTHING_TO_DO;
      const turn = takeTurn(book, session, shift, nowMs);
      if (turn !== undefined) book.save();
      // safety: nobody waits on a connection for the end of a sequence.
      const isHeldBack = inbound.incomplete === 'DiscardEntireSequence' && inbound.state === 'open';
      const isWaiting = number !== undefined && !isHeldBack && !hasNumber(inbound.delivered, number);
      return { turn, isWaiting, isElsewhere: isHeldElsewhere(session.lease, shift, nowMs) };
    });
  }

  /** The application is done with a message, and this is its answer, if it has one. */
  async done({ partition, ordinal, number }: Place, envelope: Uint8Array | undefined, shift: Shift): Promise<Done> {
    return await this.#step(partition, (book, nowMs) => {
      const session = book.find(ordinal);
      if (session?.inbound === undefined) return { answer: undefined, turn: undefined };
      const { windowMax } = this.settings;
      // Done twice, after its lease had run out, it is answered once.
      const isDone = hasNumber(session.inbound.delivered, number);
      const receiving = { ...session, inbound: session.inbound };
      const answer = isDone
        ? answerTo(book, receiving, number)
        : settleDone(book, receiving, number, envelope, { windowMax, nowMs });
      const settled = book.find(ordinal) ?? session;
      const turn = takeTurn(book, settled, shift, nowMs);
      if (turn === undefined) book.replace(released(settled, shift));
      return { answer, turn };
    });
  }

  /** The same, of a message that was handed over uncounted. */
  async doneUncounted(
    { partition, ordinal, number }: Place,
    envelope: Uint8Array | undefined,
    uncounted: Numbered,
  ): Promise<SequenceAnswer | undefined> {
    return await this.#step(partition, (book, nowMs) => {
      const session = book.find(ordinal);
      if (session?.inbound === undefined) throw new Fault('peer.sequence-unknown');
      const { arrival, destination } = arrive(session.inbound, uncounted, nowMs);
      const receiving = { ...session, inbound: destination };
      if (arrival !== 'new') return answerTo(book, receiving, number);
      return settleDone(book, receiving, number, envelope, { windowMax: this.settings.windowMax, nowMs });
    });
  }

  /** The lease of a shift that has not come to its end lasts from now on. */
  async renew(place: SessionPlace, shift: Shift): Promise<void> {
    await this.#changeLease(place, shift, (nowMs) => leaseOf(shift, nowMs));
  }

  /** A shift has failed. */
  async release(place: SessionPlace, shift: Shift): Promise<void> {
    await this.#changeLease(place, shift, () => undefined);
  }

  /** What is said in return to a numbered message, as things are now: its answer, if it is there, or what has arrived. */
  async answerTo({ partition, ordinal, number }: Place): Promise<SequenceAnswer | undefined> {
    return await this.#records.transact(partition, (records) => {
      const book = this.#book(records, currentMs(this.#ambient));
      const session = book.find(ordinal);
      if (session?.inbound === undefined) throw new Fault('peer.sequence-unknown');
      return answerTo(book, { ...session, inbound: session.inbound }, number);
    });
  }

  /** What has arrived of sessions that a message asked about beside its own. */
  async arrivalsOf(partition: string, ordinals: readonly number[]): Promise<SequenceAnswer | undefined> {
    return await this.#records.transact(partition, (records) => {
      const book = this.#book(records, currentMs(this.#ambient));
      const inbounds = ordinals.map((each) => book.find(each)?.inbound).filter((each) => each !== undefined);
      return inbounds[0] && acknowledgingAll(inbounds[0].version, inbounds);
    });
  }

  /** What is to be said of a session to an address of its own. */
  async toldElsewhere({ partition, ordinal }: SessionPlace): Promise<ToldElsewhere | undefined> {
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

  #takeNumbered(
    book: SessionBook,
    numbered: Numbered,
    scene: CountedScene & { readonly shift: Shift },
    nowMs: number,
  ): Taken {
    const { message, headers, owner } = scene;
    const session = receivingSession(book, numbered.identifier, headers?.version);
    const place = { partition: owner.partition, ordinal: session.ordinal, number: numbered.number };
    const arrived = arrive(session.inbound, numbered, nowMs);
    scene.count(COUNTED[arrived.arrival]);
    const isLast = sequenceActionOf(scene.action ?? '')?.action === 'LastMessage';
    if (this.settings.delivery === 'at-least-once' && arrived.arrival === 'new' && !isLast)
      return { kind: 'uncounted', place, numbered };
    const taken = book.replace({ ...session, inbound: arrived.destination });
    if (arrived.arrival === 'new')
      keep(book, session, numbered.number, isLast ? { kind: 'last' } : { kind: 'waiting', message });
    if (arrived.arrival !== 'beyond') {
      const atHand =
        arrived.arrival === 'new' ? { number: numbered.number, message: isLast ? undefined : message } : undefined;
      return { kind: 'numbered', place, turn: takeTurn(book, taken, scene.shift, nowMs, atHand) };
    }
    return { kind: 'answer', answer: acknowledging(session, arrived.destination), session: place };
  }

  #takeRequest(book: SessionBook, { version, action }: Known, scene: CountedScene, nowMs: number): Taken {
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
      const session = receivingSession(book, identifier, version);
      const ends = action === 'CloseSequence' ? close : terminate;
      const inbound = ends(session.inbound, lastNumber, nowMs);
      const ended = book.replace({ ...endedOutbound(session, action), inbound });
      const answer = endAnswer(ended, inbound, action);
      return { kind: 'answer', answer, session: { partition: owner.partition, ordinal: session.ordinal } };
    }
    // One message may ask for several (WS-RM 1.2 §3.8).
    const asked = [...new Set(headers?.ackRequested)].map((identifier) => {
      const session = receivingSession(book, identifier, version);
      return book.replace({ ...session, inbound: request(session.inbound, nowMs) });
    });
    const answer = acknowledgingAll(
      version,
      asked.map(({ inbound }) => inbound),
    );
    const [first] = asked;
    return { kind: 'answer', answer, session: first && { partition: owner.partition, ordinal: first.ordinal } };
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

  async #changeLease({ partition, ordinal }: SessionPlace, shift: Shift, change: (nowMs: number) => Lease | undefined) {
    await this.#records.transact(partition, (records) => {
      const nowMs = currentMs(this.#ambient);
      const book = this.#book(records, nowMs);
      const session = book.find(ordinal);
      if (session === undefined || !isHeldBy(session.lease, shift)) return;
      book.replace({ ...session, lease: change(nowMs) });
      book.save();
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
