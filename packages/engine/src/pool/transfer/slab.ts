/**
 * Shared memory that batches travel in. A slab belongs to one side at a time: main fills it, lends it with the task,
 * and has it back when the task resolves. Octets are zeroed before a slab is used again.
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

/** Slabs to use again, at most `keptBytesMax` octets of them. */
export class SlabPool {
  readonly #keptBytesMax: number;
  readonly #free = new Map<number, Slab[]>();
  #keptBytes = 0;

  constructor(keptBytesMax: number) {
    this.#keptBytesMax = keptBytesMax;
  }

  /** Octets that lie ready. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** A slab of at least `bytes` octets, all zero. The caller owns it until {@link give}. */
  take(bytes: number): Slab {
    const slab = this.#free.get(classOf(bytes))?.pop();
    if (slab === undefined) return newSlab(bytes);
    this.#keptBytes -= slab.length;
    return slab;
  }

  /** Takes `slab` back; nothing but its first `usedBytes` octets was written. */
  give(slab: Slab, usedBytes: number): void {
    if (slab.length > LARGEST_KEPT_BYTES || this.#keptBytes + slab.length > this.#keptBytesMax) return;
    // safety: plaintext of one batch does not lie under the next one.
    // perf: shared memory is filled element by element, so by the widest there are.
    new Float64Array(slab.buffer).fill(0, 0, Math.ceil(usedBytes / Float64Array.BYTES_PER_ELEMENT));
    const kept = this.#free.get(slab.length);
    if (kept === undefined) this.#free.set(slab.length, [slab]);
    else kept.push(slab);
    this.#keptBytes += slab.length;
  }

  /** Forgets every slab. */
  clear(): void {
    this.#free.clear();
    this.#keptBytes = 0;
  }
}

function classOf(bytes: number): number {
  let size = SMALLEST_BYTES;
  while (size < bytes) size *= 2;
  return size;
}
