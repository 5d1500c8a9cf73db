/** A line between two ends that drops, doubles, delays and reorders, on a clock of its own; chance is that of a seed. */

export interface LineFaults {
  readonly drop: number;
  readonly double: number;
  /** Delays, and so reorders. */
  readonly delay: number;
  readonly delayMs: number;
}

/** Each of them for every fifth message. */
export const FIFTH: LineFaults = { drop: 0.2, double: 0.2, delay: 0.2, delayMs: 3000 };

/** mulberry32: numbers in [0, 1) that are the same in every run. */
export function seededChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** What happens, in the order of time. */
export class Agenda {
  nowMs = 0;
  #order = 0;
  readonly #heap: Event[] = [];

  after(delayMs: number, run: () => void): void {
    this.#push({ atMs: this.nowMs + delayMs, order: this.#order++, run });
  }

  /** Lets time pass until nothing is to happen any more, or `isDone`. */
  run(isDone: () => boolean): void {
    while (!isDone()) {
      const event = this.#pop();
      if (event === undefined) return;
      this.nowMs = event.atMs;
      event.run();
    }
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      const smaller = child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!) ? child + 1 : child;
      if (!isBefore(heap[smaller]!, last)) break;
      heap[at] = heap[smaller]!;
      at = smaller;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(left: Event, right: Event): boolean {
  return left.atMs === right.atMs ? left.order < right.order : left.atMs < right.atMs;
}

/** Brings `message` to `receive`: never, once or twice, sooner or later. */
export function carry(agenda: Agenda, chance: () => number, faults: LineFaults, receive: () => void): void {
  const times = chance() < faults.drop ? 0 : chance() < faults.double ? 2 : 1;
  for (let time = 0; time < times; time++) {
    const delayMs = 5 + (chance() < faults.delay ? chance() * faults.delayMs : 0);
    agenda.after(delayMs, receive);
  }
}
