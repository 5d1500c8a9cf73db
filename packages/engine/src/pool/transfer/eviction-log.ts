import { hash } from 'node:crypto';

/**
 * Which contexts were evicted, in shared memory: a count and a ring of hashes of identifiers. Main appends; every
 * worker reads what is new before each batch, so no message has to reach every worker. A reader that fell behind
 * by more than the ring forgets everything it holds. Two identifiers with one hash cost a needless look-up.
 */
const RING = 1024;

/** What happened after a position of the log. */
export interface Evictions {
  /** Whether the context of this hash may have been evicted. */
  has(contextHash: bigint): boolean;
  /** Whether anything was. */
  readonly any: boolean;
  /** Position to ask from next time. */
  readonly upTo: bigint;
}

/** The name of a context in the log. */
export function contextHash(identifier: string): bigint {
  return BigInt(`0x${hash('sha256', identifier, 'hex').slice(0, 16)}`);
}

/** The log itself: one writer, any number of readers on other threads. */
export class EvictionLog {
  /** What a worker needs to read along. */
  readonly shared: SharedArrayBuffer;
  // [0] is the count, the ring follows.
  readonly #words: BigUint64Array;

  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer((RING + 1) * BigUint64Array.BYTES_PER_ELEMENT)) {
    this.shared = shared;
    this.#words = new BigUint64Array(shared);
  }

  /** Position of whatever is appended next. */
  get position(): bigint {
    return Atomics.load(this.#words, 0);
  }

  /** Appends one eviction. One thread writes. */
  append(identifier: string): void {
    const position = this.position;
    Atomics.store(this.#words, slotOf(position), contextHash(identifier));
    Atomics.store(this.#words, 0, position + 1n);
  }

  /** Evicts everything: readers find that they fell behind. */
  appendAll(): void {
    Atomics.add(this.#words, 0, BigInt(RING));
  }

  /** All that was appended at `position` or later. */
  since(position: bigint): Evictions {
    const upTo = this.position;
    if (upTo === position) return { has: () => false, any: false, upTo };
    const hashes = new Set<bigint>();
    if (upTo - position < RING) {
      for (let at = position; at < upTo; at += 1n) hashes.add(Atomics.load(this.#words, slotOf(at)));
    }
    // safety: the count is read again after the ring. The writer may be filling the slot RING behind it right now.
    const overrun = this.position - position >= RING;
    return { has: (contextHash) => overrun || hashes.has(contextHash), any: true, upTo };
  }
}

function slotOf(position: bigint): number {
  return 1 + Number(position % BigInt(RING));
}
