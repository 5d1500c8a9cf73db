import type { OpenedMessage } from '@parley/engine';
import type { Ambient } from '../exchange/ambient.ts';
import { currentMs } from '../exchange/ambient.ts';
import type { Shift } from '../sequence/lease.ts';
import type { ResponderSequences } from './responder-sequences.ts';
import type { SequenceAnswer } from './sequence-answer.ts';
import type { Look, SequenceScene, SequenceStep, SessionPlace, Turn } from './sequence-step.ts';
import { Shifts } from './shifts.ts';

/** Where a message stands: with it, an application that keeps its own books knows what it has done already. */
export interface SequencePlace {
  readonly identifier: string;
  readonly number: number;
}

/**
 * The application: gives the envelope of its answer, still without protection, or nothing. If it throws, the message is as good as not
 * handed over, and comes again.
 */
export type ServeNumbered = (message: OpenedMessage, place: SequencePlace) => Promise<Uint8Array | undefined>;

/** Whose turn it is in a session, and for which shift it was taken. */
export interface Begun {
  readonly shift: Shift;
  readonly turn: Turn;
}

/** Somebody else is at work, here or on another node, or what comes before is missing: looked after again, after longer and longer pauses. */
const LOOK_AGAIN_MS = 50;
const LOOK_AGAIN_MAX_MS = 1000;

/** What a request is woken by. */
type Wake =
  | { readonly kind: 'done'; readonly answer: SequenceAnswer | undefined }
  | { readonly kind: 'again' | 'over' };
const AGAIN: Wake = { kind: 'again' };
const OVER: Wake = { kind: 'over' };

/** A request whose message is to be handed over. */
interface Waiter {
  readonly number: number | undefined;
  wake: (what: Wake) => void;
}

/** Hands over the messages of each session one after the other, whoever brought them: one shift of one node at a time, by its lease. */
export class DeliveryQueue {
  readonly #sequences: ResponderSequences;
  readonly #ambient: Ambient;
  readonly #shifts: Shifts;
  /** By session. */
  readonly #waiters = new Map<string, Set<Waiter>>();
  readonly #working = new Set<Promise<unknown>>();

  constructor(sequences: ResponderSequences, ambient: Ambient) {
    this.#sequences = sequences;
    this.#ambient = ambient;
    this.#shifts = new Shifts(ambient, sequences.settings);
  }

  /** As `ResponderSequences.take`. */
  async take(scene: SequenceScene): Promise<{ readonly step: SequenceStep; readonly begun: Begun | undefined }> {
    const shift = this.#shifts.begin();
    let turn: Turn | undefined;
    try {
      const step = await this.#sequences.take(scene, shift);
      turn = step.kind === 'numbered' ? step.turn : undefined;
      return { step, begun: turn && { shift, turn } };
    } finally {
      if (turn === undefined) this.#shifts.end(shift);
    }
  }

  /**
   * Hands over what can be, until that message was, by whom ever, or nobody has any more `patience`; nor does it wait when whoever brought it is `gone`. Gives what is said in return, if it was
   * here. What the application throws is thrown to whoever brought the message.
   */
  async run(
    place: SessionPlace & { readonly number?: number },
    begun: Begun | undefined,
    serve: ServeNumbered,
    patience: Promise<unknown>,
    gone?: Promise<unknown>,
  ): Promise<SequenceAnswer | undefined> {
    const waiter: Waiter = { number: place.number, wake: () => undefined };
    const name = nameOf(place);
    const waiters = this.#waiters.get(name) ?? new Set();
    this.#waiters.set(name, waiters.add(waiter));
    const isOver = patience.then(() => OVER);
    const isLeft = gone?.then(() => OVER) ?? isOver;
    try {
      let next = begun;
      for (let pauseMs = LOOK_AGAIN_MS; ; pauseMs = Math.min(2 * pauseMs, LOOK_AGAIN_MAX_MS)) {
        // Before it looks, so that nothing happens unnoticed meanwhile.
        const woken = new Promise<Wake>((resolve) => {
          waiter.wake = resolve;
        });
        if (next === undefined || !this.#isInTime(next.turn)) {
          const look = await this.#look(place, next?.shift);
          if (look.begun === undefined && !this.#isWorthWaiting(look)) return undefined;
          next = look.begun;
        }
        const working = next && this.#shift(place, next, serve, waiter);
        const wake = await this.#awaited(working, { woken, isOver, isLeft, waiter, pauseMs });
        if (wake.kind === 'done') return wake.answer;
        if (wake.kind === 'over') return undefined;
        next = undefined;
      }
    } finally {
      waiters.delete(waiter);
      if (waiters.size === 0 && this.#waiters.get(name) === waiters) this.#waiters.delete(name);
    }
  }

  /** Resolves when nothing is handed over here any more. */
  async idle(): Promise<void> {
    while (this.#working.size > 0) await Promise.allSettled(this.#working);
  }

  /** What another node does is seen by looking again; without that, the peer asks again. */
  #isWorthWaiting({ isWaiting, isElsewhere }: Omit<Look, 'turn'>): boolean {
    return isWaiting && (!isElsewhere || this.#ambient.wakeAfter !== undefined);
  }

  /** The lease may have run out between the message and its exchange. */
  #isInTime({ untilMs }: Turn): boolean {
    return currentMs(this.#ambient) < untilMs;
  }

  async #look(
    place: SessionPlace & { readonly number?: number },
    shift: Shift = this.#shifts.begin(),
  ): Promise<Omit<Look, 'turn'> & { readonly begun: Begun | undefined }> {
    let turn: Turn | undefined;
    try {
      const look = await this.#sequences.look(place, place.number, shift);
      ({ turn } = look);
      return { ...look, begun: turn && { shift, turn } };
    } finally {
      if (turn === undefined) this.#shifts.end(shift);
    }
  }

  async #awaited(
    working: Promise<Wake> | undefined,
    { woken, isOver, isLeft, waiter, pauseMs }: Awaiting,
  ): Promise<Wake> {
    if (working !== undefined) return await Promise.race([woken, isOver, working]);
    const callOff = this.#ambient.wakeAfter?.(pauseMs, () => waiter.wake(AGAIN));
    try {
      return await Promise.race([woken, isOver, isLeft]);
    } finally {
      callOff?.();
    }
  }

  /** Hands over from that turn on, until there is nothing left. */
  #shift(session: SessionPlace, begun: Begun, serve: ServeNumbered, bringer: Waiter): Promise<Wake> {
    const working = this.#handOver(session, begun, serve, bringer);
    this.#working.add(working);
    // Whoever brought the message may have its answer already, or have gone.
    working.catch(() => undefined).finally(() => this.#working.delete(working));
    return working;
  }

  async #handOver(
    { partition, ordinal }: SessionPlace,
    { shift, turn }: Begun,
    serve: ServeNumbered,
    bringer: Waiter,
  ): Promise<Wake> {
    const session = { partition, ordinal };
    const name = nameOf(session);
    try {
      this.#shifts.keep(shift, () => this.#sequences.renew(session, shift));
      for (let next: Turn | undefined = turn; next !== undefined; ) {
        const { number, message, identifier } = next;
        const envelope = message === undefined ? undefined : await serve(message, { identifier, number });
        const done = await this.#sequences.done({ ...session, number }, envelope, shift);
        for (const waiter of this.#waiters.get(name) ?? [])
          if (waiter.number === number) waiter.wake({ kind: 'done', answer: done.answer });
        next = done.turn;
      }
      return AGAIN;
    } catch (error) {
      await this.#sequences.release(session, shift).catch(() => undefined);
      // Whoever waits for what comes behind tries by itself; whoever brought this is told.
      for (const waiter of this.#waiters.get(name) ?? []) if (waiter !== bringer) waiter.wake(AGAIN);
      throw error;
    } finally {
      this.#shifts.end(shift);
    }
  }
}

interface Awaiting {
  readonly woken: Promise<Wake>;
  readonly isOver: Promise<Wake>;
  /** Whoever waits has left: work goes on, waiting does not. */
  readonly isLeft: Promise<Wake>;
  readonly waiter: Waiter;
  readonly pauseMs: number;
}

function nameOf({ ordinal, partition }: SessionPlace): string {
  return `${ordinal} ${partition}`;
}
