/** What is kept of the sequences of one context: a book of sessions, and the messages that are not settled. */
import type { Destination } from '../sequence/destination.ts';
import type { Lease } from '../sequence/lease.ts';
import type { Source } from '../sequence/source.ts';
import type { SequenceVersion } from '../sequence-wire/generation.ts';
import { numbersWithout } from '../sequence-wire/number-ranges.ts';
import type { Records } from '../store/record-store.ts';

/** A sequence, with the one that was offered for the way back. */
export interface Session {
  /** Among all that the context ever had. */
  readonly ordinal: number;
  readonly version: SequenceVersion;
  /** MessageID of what asked for it: asked again, it is answered again. */
  readonly createId: string;
  /** What comes in; of an initiator, the answers. */
  readonly inbound: Destination | undefined;
  /** What goes out; of a responder, the answers. */
  readonly outbound: Source | undefined;
  /** Of a responder: who hands over what comes in. */
  readonly lease?: Lease | undefined;
  /** When the messages of it that are not settled were written last. */
  readonly keptAtMs?: number | undefined;
}

interface BookRecord {
  readonly sessions: readonly Session[];
  readonly nextOrdinal: number;
}

const BOOK = 'book';
const EMPTY: BookRecord = { sessions: [], nextOrdinal: 1 };
/** Longer than any message of a session is fresh: so that what asked for one, sent again by anybody, makes no other one. */
const TOMBSTONE_MS = 900_000;
/** What is not settled is written again so often: a session that is heard of within its inactivity loses none of it in between. */
const KEPT_MS = TOMBSTONE_MS / 2;

/** The sessions of one context, within one step. Nothing is written before {@link save}. */
export class SessionBook {
  readonly #records: Records;
  readonly #inactivityMs: number;
  readonly #nowMs: number;
  #book: BookRecord;
  /** safety: a step that fails on the way has written nothing. */
  readonly #writes: (() => void)[] = [];

  constructor(records: Records, { inactivityMs, nowMs }: { readonly inactivityMs: number; readonly nowMs: number }) {
    this.#records = records;
    this.#inactivityMs = inactivityMs;
    this.#nowMs = nowMs;
    this.#book = (records.get(BOOK) as BookRecord | undefined) ?? EMPTY;
  }

  get sessions(): readonly Session[] {
    return this.#book.sessions;
  }

  /** The session whose messages come in under this name. */
  findInbound(identifier: string): Session | undefined {
    return this.#book.sessions.find(({ inbound }) => inbound?.identifier === identifier);
  }

  /** The session whose messages go out under this name. */
  findOutbound(identifier: string): Session | undefined {
    return this.#book.sessions.find(({ outbound }) => outbound?.identifier === identifier);
  }

  find(ordinal: number): Session | undefined {
    return this.#book.sessions.find((session) => session.ordinal === ordinal);
  }

  add(session: Omit<Session, 'ordinal'>): Session {
    const { sessions, nextOrdinal } = this.#book;
    const added = { ...session, ordinal: nextOrdinal };
    this.#book = { sessions: [...sessions, added], nextOrdinal: nextOrdinal + 1 };
    return added;
  }

  replace<Replaced extends Session>(session: Replaced): Replaced {
    const { sessions, nextOrdinal } = this.#book;
    this.#book = { sessions: sessions.map((each) => (each.ordinal === session.ordinal ? session : each)), nextOrdinal };
    return session;
  }

  /** Writes the book; without it, nothing of the step has happened. Sessions that are long over are left out. */
  save(): void {
    const { nextOrdinal } = this.#book;
    const live = this.#book.sessions.filter((session) => !isForgotten(session, this.#nowMs, this.#inactivityMs));
    const sessions = live.map((session) => this.#keptOn(session));
    for (const write of this.#writes.splice(0)) write();
    this.#records.put(BOOK, { sessions, nextOrdinal }, this.#untilMs);
  }

  /** What is kept of a message, as it was before this step. */
  message(kind: MessageKind, { ordinal }: Session, number: number): object | undefined {
    return this.#records.get(keyOf(kind, ordinal, number));
  }

  keepMessage(kind: MessageKind, { ordinal }: Session, number: number, message: object): void {
    const key = keyOf(kind, ordinal, number);
    this.#writes.push(() => this.#records.put(key, message, this.#untilMs));
  }

  dropMessage(kind: MessageKind, { ordinal }: Session, number: number): void {
    const key = keyOf(kind, ordinal, number);
    this.#writes.push(() => this.#records.remove(key));
  }

  /** A session, whose messages live as long as it does: those that wait for one that is missing, and those that are to be sent again. */
  #keptOn(session: Session): Session {
    if (this.#nowMs - (session.keptAtMs ?? Number.NEGATIVE_INFINITY) < KEPT_MS) return session;
    this.#writeAgain('in', session, waitingNumbers(session));
    this.#writeAgain('out', session, pendingNumbers(session));
    return { ...session, keptAtMs: this.#nowMs };
  }

  #writeAgain(kind: MessageKind, session: Session, numbers: readonly number[]): void {
    for (const number of numbers) {
      const message = this.message(kind, session, number);
      // One that comes in this very step is among the writes that follow.
      if (message !== undefined) this.#records.put(keyOf(kind, session.ordinal, number), message, this.#untilMs);
    }
  }

  get #untilMs(): number {
    return this.#nowMs + this.#inactivityMs + TOMBSTONE_MS;
  }
}

function waitingNumbers({ inbound }: Session): readonly number[] {
  return inbound === undefined ? [] : numbersWithout(inbound.received, inbound.delivered);
}

function pendingNumbers({ outbound }: Session): readonly number[] {
  return outbound?.pending.map(({ number }) => number) ?? [];
}

/** Whether it comes in or goes out. */
export type MessageKind = 'in' | 'out';

function keyOf(kind: MessageKind, ordinal: number, number: number): string {
  return `${ordinal} ${kind} ${number}`;
}

function isForgotten({ inbound, outbound }: Session, nowMs: number, inactivityMs: number): boolean {
  const heardAtMs = Math.max(inbound?.heardAtMs ?? 0, outbound?.heardAtMs ?? 0);
  const isOver =
    (inbound === undefined || inbound.state === 'terminated') &&
    (outbound === undefined || outbound.state === 'terminated');
  return isOver ? nowMs - heardAtMs > TOMBSTONE_MS : nowMs - heardAtMs > inactivityMs + TOMBSTONE_MS;
}
