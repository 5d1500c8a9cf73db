import type { Slab } from '../transfer/slab.ts';
import { alignedStart, newSlab, wipe } from '../transfer/slab.ts';

/** Writes answers one after the other into the slab that main lent; moves to a larger one of its own when that is full. */
export class OctetWriter {
  readonly #lent: Slab;
  #slab: Slab;
  #length: number;
  #moved = false;

  /** Writes from `start` on. */
  constructor(shared: SharedArrayBuffer, start: number) {
    this.#lent = new Uint8Array(shared);
    this.#slab = this.#lent;
    this.#length = start;
  }

  /** Octets written, and the start included. */
  get length(): number {
    return this.#length;
  }

  /** The slab to hand over instead of the lent one, if it came to that. */
  get replacement(): SharedArrayBuffer | undefined {
    return this.#moved ? this.#slab.buffer : undefined;
  }

  /** Appends `octets` (borrowed) and says where they are. */
  write(octets: Uint8Array): number {
    const start = alignedStart(this.#length, octets);
    const end = start + octets.length;
    if (end > this.#slab.length) this.#move(end);
    this.#slab.set(octets, start);
    this.#length = end;
    return start;
  }

  /** safety: what earlier answers left in the lent slab, up to `dirtyBytes`, does not lie under the next one. */
  wipeRest(dirtyBytes: number): void {
    wipe(this.#lent, this.#length, dirtyBytes);
  }

  #move(bytes: number): void {
    const larger = newSlab(bytes);
    larger.set(this.#slab.subarray(0, this.#length));
    this.#slab = larger;
    this.#moved = true;
  }
}
