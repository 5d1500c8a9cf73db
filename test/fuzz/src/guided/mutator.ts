/** New inputs from old ones: octets, numbers, tokens of a dictionary, and pieces that move within and between inputs. */
import type { Random } from '../documents/random.ts';

/** Numbers at walls: of our limits, of machine integers, of what a double holds, and how numbers are written wrongly. */
const NUMBERS = [
  ...['0', '1', '-1', '+1', '00', '1.0', '1e9', '0x10', ' 7', '7 ', '', 'NaN', '٣'],
  ...['15', '16', '17', '31', '32', '63', '64', '65', '127', '128', '129', '255', '256', '257', '1023', '1024', '1025'],
  ...['2147483647', '2147483648', '4294967295', '4294967296', '9007199254740991', '9007199254740993'],
  '18446744073709551616',
  '99999999999999999999999999',
];

const LESS = 0x3c;
/** Where a piece of an input may begin: at markup, quotes, blanks, and the punctuation of JSON and base64. */
const EDGE = new Uint8Array(256);
for (const character of '<>/&;"\'= \n,:{}[]+-') EDGE[character.charCodeAt(0)] = 1;

const encoder = new TextEncoder();

export class Mutator {
  readonly #random: Random;
  readonly #dictionary: readonly Uint8Array[];
  readonly #numbers: readonly Uint8Array[] = NUMBERS.map((number) => encoder.encode(number));
  readonly #lengthMax: number;
  /** The input in the making. */
  readonly #bytes: Uint8Array;
  readonly #moved: Uint8Array;
  #length = 0;

  constructor(random: Random, dictionary: readonly string[], lengthMax: number) {
    this.#random = random;
    this.#dictionary = dictionary.map((token) => encoder.encode(token));
    this.#lengthMax = lengthMax;
    this.#bytes = new Uint8Array(lengthMax);
    this.#moved = new Uint8Array(lengthMax);
  }

  /** Writes a descendant of `parent`, with pieces of `other`, to `out` at `at`; its length. */
  write(parent: Uint8Array, other: Uint8Array, out: Uint8Array, at: number): number {
    const random = this.#random;
    this.#length = Math.min(parent.length, this.#lengthMax);
    this.#bytes.set(parent.length === this.#length ? parent : parent.subarray(0, this.#length));
    const times = random.chance(90) ? 1 + random.below(3) : 1 + random.below(12);
    for (let left = times; left > 0; left--) this.#change(other);
    out.set(this.#bytes.subarray(0, this.#length), at);
    return this.#length;
  }

  #change(other: Uint8Array): void {
    const random = this.#random;
    const length = this.#length;
    const at = random.below(length + 1);
    switch (random.below(12)) {
      case 0:
        if (at < length) this.#bytes[at] = random.below(256);
        return;
      case 1:
        if (at < length) this.#bytes[at]! ^= 1 << random.below(8);
        return;
      case 2:
        this.#replace(at, at + 1 + random.below(4), this.#bytes, 0, 0);
        return;
      case 3:
        this.#replace(at, at, this.#bytes, at, Math.min(length, at + 1 + random.below(16)));
        return;
      case 4:
        this.#number(at);
        return;
      case 5: {
        const end = this.#edge(at);
        this.#replace(end, this.#edge(end + 1), this.#bytes, 0, 0);
        return;
      }
      case 6:
      case 7:
        this.#splice(at, other);
        return;
      case 8:
        this.#swap(at);
        return;
      case 9: {
        const from = random.below(other.length + 1);
        this.#replace(at, at + random.below(4), other, from, Math.min(other.length, from + random.below(16)));
        return;
      }
      default: {
        if (this.#dictionary.length === 0) return;
        const token = random.pick(this.#dictionary);
        const start = random.chance(60) ? this.#edge(at) : at;
        this.#replace(start, random.chance(70) ? start : this.#edge(start + 1), token, 0, token.length);
      }
    }
  }

  /** A piece of `other` for a piece: elements as they stand between two `<`, or what stands between two edges. */
  #splice(at: number, other: Uint8Array): void {
    const random = this.#random;
    const from = random.below(other.length + 1);
    if (random.chance(50)) {
      const start = this.#tag(at);
      const tag = indexOf(other, from, LESS);
      let tagEnd = tag;
      for (let left = 1 + random.below(4); left > 0; left--) tagEnd = indexOf(other, tagEnd + 1, LESS);
      this.#replace(start, random.chance(50) ? start : this.#tag(start + 1), other, tag, tagEnd);
    } else {
      const start = this.#edge(at);
      const piece = edgeIn(other, other.length, from);
      this.#replace(start, this.#edge(start + 1), other, piece, edgeIn(other, other.length, piece + 1));
    }
  }

  /** Two neighbouring runs between `<`, or between edges, change places. */
  #swap(at: number): void {
    const byTags = this.#random.chance(50);
    const next = (from: number): number => (byTags ? this.#tag(from) : this.#edge(from));
    const first = next(at);
    const second = next(first + 1);
    const end = next(second + 1);
    this.#moved.set(this.#bytes.subarray(first, second));
    this.#bytes.copyWithin(first, second, end);
    this.#bytes.set(this.#moved.subarray(0, second - first), first + end - second);
  }

  /** The next digits become another number; without any, one is inserted. */
  #number(at: number): void {
    const number = this.#random.pick(this.#numbers);
    let start = at;
    while (start < this.#length && start < at + 64 && !isDigit(this.#bytes[start]!)) start++;
    if (start === this.#length || start === at + 64) start = at;
    let end = start;
    while (end < this.#length && isDigit(this.#bytes[end]!)) end++;
    this.#replace(start, end, number, 0, number.length);
  }

  /** Puts from[fromStart, fromEnd) in the place of [start, end). What would be too long is left out. */
  #replace(start: number, end: number, from: Uint8Array, fromStart: number, fromEnd: number): void {
    const stop = Math.min(end, this.#length);
    const size = Math.max(0, fromEnd - fromStart);
    const length = this.#length - (stop - start) + size;
    if (start > stop || length > this.#lengthMax) return;
    // Out of the way first: it may be a piece of this very input.
    if (size > 0) this.#moved.set(from.subarray(fromStart, fromEnd));
    this.#bytes.copyWithin(start + size, stop, this.#length);
    if (size > 0) this.#bytes.set(this.#moved.subarray(0, size), start);
    this.#length = length;
  }

  #edge(from: number): number {
    return edgeIn(this.#bytes, this.#length, from);
  }

  #tag(from: number): number {
    const at = indexOf(this.#bytes, from, LESS);
    return Math.min(at, this.#length);
  }
}

function edgeIn(bytes: Uint8Array, end: number, from: number): number {
  let at = Math.min(from, end);
  while (at < end && EDGE[bytes[at]!] === 0) at++;
  return at;
}

function indexOf(bytes: Uint8Array, from: number, octet: number): number {
  const at = bytes.indexOf(octet, from);
  return at < 0 ? bytes.length : at;
}

function isDigit(octet: number): boolean {
  return octet >= 0x30 && octet <= 0x39;
}
