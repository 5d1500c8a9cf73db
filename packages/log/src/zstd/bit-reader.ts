import { damaged } from './damaged.ts';

/** Bits of a stream that is read from its end (RFC 8878 §4.1): the last octet's highest set bit marks where they begin. */
export class BitReader {
  readonly #octets: Uint8Array;
  readonly #start: number;
  /** How many are left; below 0 when more were read than there are, the missing ones as 0. */
  left: number;

  /** Over `octets` from `start` to `end`, borrowed. @throws Fault `caller.input-invalid` */
  constructor(octets: Uint8Array, start: number, end: number) {
    const last = end > start ? (octets[end - 1] ?? 0) : 0;
    if (last === 0) throw damaged('bit stream without its end');
    this.#octets = octets;
    this.#start = start;
    this.left = (end - start) * 8 - Math.clz32(last) + 23;
  }

  /** The next `count` bits, at most 31. */
  read(count: number): number {
    // A load of four octets holds 25 bits wherever they begin.
    if (count > 25) return this.read(count - 16) * 0x10000 + this.read(16);
    this.left -= count;
    return this.#at(this.left, count);
  }

  /** The next `count` bits, at most 25, without moving on. */
  peek(count: number): number {
    return this.#at(this.left - count, count);
  }

  #at(bit: number, count: number): number {
    if (bit < 0) return bit + count <= 0 ? 0 : this.#at(0, bit + count) << -bit;
    const octets = this.#octets;
    const at = this.#start + (bit >> 3);
    const word =
      (octets[at] ?? 0) | ((octets[at + 1] ?? 0) << 8) | ((octets[at + 2] ?? 0) << 16) | ((octets[at + 3] ?? 0) << 24);
    return (word >>> (bit & 7)) & ((1 << count) - 1);
  }
}
