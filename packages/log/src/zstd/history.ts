import { damaged } from './damaged.ts';

/** A block yields no more (RFC 8878 §3.1.1.2.3). */
export const BLOCK_BYTES_MAX: number = 128 * 1024;
const SLACK_BYTES_MIN = 1024 * 1024;

/**
 * What was decoded of a frame, as far back as its window reaches. Its memory grows with the output, not with what a frame
 * announces, and is kept from frame to frame.
 */
export class History {
  octets: Uint8Array = new Uint8Array(BLOCK_BYTES_MAX);
  /** Where the next octet goes. */
  end = 0;
  #windowBytes = 0;

  /** Forgets what was, and keeps `windowBytes` from now on. */
  begin(windowBytes: number): void {
    this.end = 0;
    this.#windowBytes = windowBytes;
  }

  /** Makes room for one more block. Moves what it keeps only after a share of the window has been written. */
  makeRoom(): void {
    if (this.end + BLOCK_BYTES_MAX <= this.octets.length) return;
    const largest = this.#windowBytes + Math.max(this.#windowBytes >> 2, SLACK_BYTES_MIN) + BLOCK_BYTES_MAX;
    const start = Math.max(0, this.end - this.#windowBytes);
    const to = this.octets.length < largest ? new Uint8Array(Math.min(2 * this.octets.length, largest)) : this.octets;
    to.set(this.octets.subarray(start, this.end));
    this.octets = to;
    this.end -= start;
    // Twice as long was not enough for what the window keeps and a block.
    if (this.end + BLOCK_BYTES_MAX > to.length) this.makeRoom();
  }

  /** Appends `octets`. */
  append(octets: Uint8Array): void {
    this.octets.set(octets, this.end);
    this.end += octets.length;
  }

  /** Appends `count` octets from `offset` before the end; they may overlap. @throws Fault `caller.input-invalid` */
  repeat(offset: number, count: number): void {
    if (offset > this.end || offset > this.#windowBytes || offset === 0) throw damaged('offset');
    const { octets, end } = this;
    if (offset >= count) octets.copyWithin(end, end - offset, end - offset + count);
    else for (let index = 0; index < count; index++) octets[end + index] = octets[end + index - offset] ?? 0;
    this.end += count;
  }
}
