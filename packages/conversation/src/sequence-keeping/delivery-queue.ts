import type { OpenedMessage } from '@parley/engine';
import type { ResponderSequences } from './responder-sequences.ts';
import type { Place } from './sequence-step.ts';

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

type SessionPlace = Omit<Place, 'number'>;

/** Hands over the messages of each session one after the other, whoever brought them. */
export class DeliveryQueue {
  readonly #sequences: ResponderSequences;
  readonly #last = new Map<string, Promise<void>>();
  readonly #awaiting = new Map<string, Set<() => void>>();

  constructor(sequences: ResponderSequences) {
    this.#sequences = sequences;
  }

  /** Hands over what can be; what the application throws is thrown to whoever brought the message. */
  async run(session: SessionPlace, serve: ServeNumbered): Promise<void> {
    const name = `${session.ordinal} ${session.partition}`;
    const before = this.#last.get(name) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(() => this.#handOver(session, serve));
    this.#last.set(name, mine);
    try {
      await mine;
    } finally {
      if (this.#last.get(name) === mine) this.#last.delete(name);
    }
  }

  /** Resolves when the application is done with the message, or `patience` is at its end. */
  async isDone(place: Place, patience: Promise<unknown>): Promise<void> {
    const name = nameOf(place);
    let tell = (): void => undefined;
    const told = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const waiting = this.#awaiting.get(name) ?? new Set();
    this.#awaiting.set(name, waiting.add(tell));
    if (!(await this.#sequences.isWaiting(place))) tell();
    await Promise.race([told, patience]);
    waiting.delete(tell);
    if (waiting.size === 0) this.#awaiting.delete(name);
  }

  async #handOver(session: SessionPlace, serve: ServeNumbered): Promise<void> {
    for (;;) {
      const turn = await this.#sequences.nextTurn(session);
      if (turn === undefined) return;
      const { number, message, identifier } = turn;
      const envelope = message === undefined ? undefined : await serve(message, { identifier, number });
      const place = { ...session, number };
      await this.#sequences.done(place, envelope);
      for (const tell of this.#awaiting.get(nameOf(place)) ?? []) tell();
    }
  }
}

function nameOf({ ordinal, number, partition }: Place): string {
  return `${ordinal} ${number} ${partition}`;
}
