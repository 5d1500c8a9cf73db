import { limitFault } from '@parley/core/internal';

// perf: a view and a native copy cost some 60 ns together, and the view is garbage; the loop costs 0.2 ns per octet.
const COPY_MAX = 256;

const STREAM_CHUNK_BYTES = 64 * 1024;

/** Takes octets that leave a streaming sink: borrowed for the call, to be digested, sent or written. */
export type Drain = (octets: Uint8Array) => void;

/**
 * A growing run of octets: what canonicalisation and writing append to. Reused; the octets are the sink's own.
 *
 * A {@link OctetSink.streaming} sink holds a few at a time and hands on the rest, so that a digest of any size needs no
 * memory for what is digested; long runs go from the document to the drain without being copied.
 */
export class OctetSink {
  /** Room for more than `length`; replaced when it grows, so do not keep it across writes. */
  bytes: Uint8Array;
  /** Octets in {@link bytes}: all that was written, or of a streaming sink those not yet drained. */
  length = 0;
  /** {@link bytes}, to be written four at a time. */
  #words: DataView;
  readonly #drain: Drain | undefined;
  #drainedBytes = 0;
  #bytesMax = Number.POSITIVE_INFINITY;

  /**
   * @param capacityBytes octets to make room for at first
   * @param drain see {@link OctetSink.streaming}
   */
  constructor(capacityBytes = 4096, drain?: Drain) {
    this.bytes = new Uint8Array(capacityBytes);
    this.#words = new DataView(this.bytes.buffer);
    this.#drain = drain;
  }

  /**
   * A sink that hands over to `drain` what does not fit into `chunkBytes`, and the rest on {@link flush}. What comes
   * out is the concatenation of all that `drain` gets; while nothing was drained it is `bytes[0, length)`.
   */
  static streaming(drain: Drain, chunkBytes: number = STREAM_CHUNK_BYTES): OctetSink {
    return new OctetSink(chunkBytes, drain);
  }

  /** Hands over what a streaming sink still holds. */
  flush(): void {
    if (this.#drain === undefined || this.length === 0) return;
    this.#drain(this.bytes.subarray(0, this.length));
    this.#drainedBytes += this.length;
    this.length = 0;
  }

  /** Makes room for `more` octets after `length`. */
  reserve(more: number): void {
    if (this.length + more > this.bytes.length) this.#makeRoom(more);
  }

  /** Appends `bytes[start, end)`. */
  write(bytes: Uint8Array, start: number, end: number): void {
    const size = end - start;
    if (this.length + size > this.bytes.length && this.#passOn(bytes, start, end)) return;
    const to = this.bytes;
    const at = this.length;
    // perf: a view and a native copy cost some 50 ns together, a loop about 1 ns per octet.
    if (size < 64) for (let index = 0; index < size; index++) to[at + index] = bytes[start + index]!;
    else to.set(bytes.subarray(start, end), at);
    this.length = at + size;
  }

  /** Appends the octets [start, end) of `from`, a view of `bytes`. perf: half the time of {@link write} on short runs. */
  copy(bytes: Uint8Array, from: DataView, start: number, end: number): void {
    const size = end - start;
    if (this.length + size > this.bytes.length && this.#passOn(bytes, start, end)) return;
    const at = this.length;
    if (size < COPY_MAX) {
      const to = this.#words;
      let index = 0;
      for (; index + 16 <= size; index += 16) {
        const read = start + index;
        const write = at + index;
        to.setInt32(write, from.getInt32(read, true), true);
        to.setInt32(write + 4, from.getInt32(read + 4, true), true);
        to.setInt32(write + 8, from.getInt32(read + 8, true), true);
        to.setInt32(write + 12, from.getInt32(read + 12, true), true);
      }
      for (; index + 4 <= size; index += 4) to.setInt32(at + index, from.getInt32(start + index, true), true);
      for (; index < size; index++) to.setUint8(at + index, from.getUint8(start + index));
    } else this.bytes.set(bytes.subarray(start, end), at);
    this.length = at + size;
  }

  /** Appends ASCII text. */
  writeText(ascii: string): void {
    const size = ascii.length;
    if (this.length + size > this.bytes.length) this.#makeRoom(size);
    const to = this.bytes;
    const at = this.length;
    for (let index = 0; index < size; index++) to[at + index] = ascii.charCodeAt(index);
    this.length = at + size;
  }

  /** Appends one octet. */
  writeOctet(octet: number): void {
    if (this.length === this.bytes.length) this.#makeRoom(1);
    this.bytes[this.length++] = octet;
  }

  /** Appends one code point as UTF-8. */
  writeCodePoint(code: number): void {
    this.reserve(4);
    const to = this.bytes;
    if (code < 0x80) {
      to[this.length++] = code;
    } else if (code < 0x800) {
      to[this.length++] = 0xc0 | (code >> 6);
      to[this.length++] = 0x80 | (code & 0x3f);
    } else if (code < 0x10000) {
      to[this.length++] = 0xe0 | (code >> 12);
      to[this.length++] = 0x80 | ((code >> 6) & 0x3f);
      to[this.length++] = 0x80 | (code & 0x3f);
    } else {
      to[this.length++] = 0xf0 | (code >> 18);
      to[this.length++] = 0x80 | ((code >> 12) & 0x3f);
      to[this.length++] = 0x80 | ((code >> 6) & 0x3f);
      to[this.length++] = 0x80 | (code & 0x3f);
    }
  }

  /**
   * Forgets what was written; the room stays.
   * @param bytesMax what may be written from here on; a few octets of a message can make a canonical form of any size
   */
  reset(bytesMax: number = Number.POSITIVE_INFINITY): void {
    this.length = 0;
    this.#drainedBytes = 0;
    this.#bytesMax = bytesMax;
  }

  /**
   * Refuses what is more than {@link reset} allowed. Writing refuses it as well, but only when there is no room left.
   * @throws Fault `peer.limit-cost`
   */
  checkSize(): void {
    this.#checkMore(0);
  }

  /** What was written, as octets of the caller's own. The sink is empty afterwards, and what it held is wiped. */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.length);
    this.wipe();
    return taken;
  }

  /** Forgets what was written, and overwrites it. */
  wipe(): void {
    this.bytes.fill(0);
    this.length = 0;
  }

  /** Whether `bytes[start, end)` went on past this sink; when not, there is room for it now. */
  #passOn(bytes: Uint8Array, start: number, end: number): boolean {
    this.#makeRoom(this.#drain === undefined ? end - start : 0);
    if (this.#drain === undefined || this.length + end - start <= this.bytes.length) return false;
    this.#checkMore(end - start);
    this.#drain(bytes.subarray(start, end));
    this.#drainedBytes += end - start;
    return true;
  }

  #checkMore(more: number): void {
    const bytes = this.#drainedBytes + this.length + more;
    if (bytes > this.#bytesMax) throw limitFault('peer.limit-cost', 'canonicalBytesMax', this.#bytesMax, bytes);
  }

  #makeRoom(more: number): void {
    this.#checkMore(more);
    if (this.#drain !== undefined) this.flush();
    if (this.length + more > this.bytes.length) this.#grow(this.length + more);
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes.fill(0); // safety: it may hold a secret or a plaintext.
    this.bytes = grown;
    this.#words = new DataView(grown.buffer);
  }
}
