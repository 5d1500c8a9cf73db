/**
 * Shared memory that batches travel in. A slab belongs to one side at a time: main fills it, lends it with the task,
 * and has it back when the task resolves. What an answer leaves behind of earlier ones the next worker wipes.
 */

/** A whole block of shared memory. */
export type Slab = Uint8Array<SharedArrayBuffer>;

const SMALLEST_BYTES = 64 * 1024;
// A slab above this carries one very large message; it is dropped rather than kept.
const LARGEST_KEPT_BYTES = 4 * 1024 * 1024;

/** A new slab of at least `bytes` octets: a power of two, so that few sizes serve everything. */
export function newSlab(bytes: number): Slab {
  return new Uint8Array(new SharedArrayBuffer(classOf(bytes)));
}

// perf: V8 copies between shared and private memory by words only if both ends are equally far from a word, else octet
// by octet: 5 us instead of 0.5 for a message of 5 KB. So octets keep their distance.
const WORD_BYTES = 8;

/** The first position from `position` on where octets like those of `source` are copied fast. */
export function alignedStart(position: number, source: Uint8Array): number {
  return position + ((source.byteOffset - position) & (WORD_BYTES - 1));
}

/** A private copy of `length` octets at `start` of `slab`. */
export function copyOut(slab: Slab, start: number, length: number): Uint8Array {
  const lead = start & (WORD_BYTES - 1);
  const copy = new Uint8Array(lead + length).subarray(lead);
  copy.set(slab.subarray(start, start + length));
  return copy;
}

/** Zeroes [start, end) of `slab`, and no more than the words that these touch. */
export function wipe(slab: Slab, start: number, end: number): void {
  if (end <= start) return;
  // perf: shared memory is filled element by element, so by the widest there are.
  const first = Math.ceil(start / WORD_BYTES);
  slab.fill(0, start, Math.min(end, first * WORD_BYTES));
  new Float64Array(slab.buffer).fill(0, first, Math.ceil(end / WORD_BYTES));
}

/** Slabs to use again, at most `keptBytesMax` octets of them. */
export class SlabPool {
  readonly #keptBytesMax: number;
  readonly #free = new Map<number, Slab[]>();
  // Octets of a slab, from its start, in which something was written.
  readonly #dirty = new WeakMap<Slab, number>();
  #keptBytes = 0;

  constructor(keptBytesMax: number) {
    this.#keptBytesMax = keptBytesMax;
  }

  /** Octets that lie ready. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** A slab of at least `bytes` octets, the first {@link dirtyBytes} of which anything may be in. The caller owns it until {@link give}. */
  take(bytes: number): Slab {
    const slab = this.#free.get(classOf(bytes))?.pop();
    if (slab === undefined) return newSlab(bytes);
    this.#keptBytes -= slab.length;
    return slab;
  }

  /** Octets of `slab` that are not known to be zero. */
  dirtyBytes(slab: Slab): number {
    return this.#dirty.get(slab) ?? 0;
  }

  /** Takes `slab` back; behind its first `dirtyBytes` octets all is zero. */
  give(slab: Slab, dirtyBytes: number): void {
    if (slab.length > LARGEST_KEPT_BYTES || this.#keptBytes + slab.length > this.#keptBytesMax) return;
    this.#dirty.set(slab, dirtyBytes);
    const kept = this.#free.get(slab.length);
    if (kept === undefined) this.#free.set(slab.length, [slab]);
    else kept.push(slab);
    this.#keptBytes += slab.length;
  }

  /** Wipes and forgets every slab. */
  clear(): void {
    for (const slabs of this.#free.values()) for (const slab of slabs) wipe(slab, 0, this.dirtyBytes(slab));
    this.#free.clear();
    this.#keptBytes = 0;
  }
}

function classOf(bytes: number): number {
  let size = SMALLEST_BYTES;
  while (size < bytes) size *= 2;
  return size;
}
