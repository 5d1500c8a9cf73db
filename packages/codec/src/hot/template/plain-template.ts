/** What the module does, without it: the definition that it is held to. */
import { decodeText } from '../../tape/text.ts';
import { hashOctets, sameOctets } from '../octets/octet-hash.ts';
import type { Image } from './image.ts';
import { Hole, I, PIECE_WORDS, SEGMENT_WORDS } from './image.ts';
import type { Matcher } from './matcher.ts';
import { MATCH_LIMITS, Match } from './matcher.ts';
import { contentEnd, rulesAt } from './plain-content.ts';
import type { TextKind } from './plain-holes.ts';
import { holeEnd } from './plain-holes.ts';
import { printOf } from './plain-print.ts';

const OUT_BYTES = 0x400000;
const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;

const BEYOND_ASCII = 0x80;

/** The definition in TypeScript that the module is held to. */
export class PlainMatcher implements Matcher {
  readonly holes: Int32Array = new Int32Array(MATCH_LIMITS.holes * 2);
  readonly places: Int32Array = new Int32Array(MATCH_LIMITS.parts * 2);
  readonly prints: Int32Array = new Int32Array(2);
  out: Uint8Array = new Uint8Array(0);
  takes: number = 0;
  #message: Uint8Array = new Uint8Array(0);
  readonly #hashes: number[] = [];
  #writtenBytes = 0;

  take(message: Uint8Array): boolean {
    if (message.length > MATCH_LIMITS.messageBytes) return false;
    this.takes++;
    this.#message = message;
    return true;
  }

  print(): void {
    printOf(this.#message, this.prints);
  }

  match({ words, octets }: Image): number {
    const message = this.#message;
    let at = 0;
    let hole = 0;
    const first = words[I.segments]! / WORD_BYTES;
    const end = first + words[I.segmentCount]! * SEGMENT_WORDS;
    for (let segment = first; segment < end; segment += SEGMENT_WORDS) {
      const fixed = words[segment]!;
      const size = words[segment + 1]!;
      if (size > message.length - at || !sameOctets(message, at, at + size, octets, fixed, fixed + size))
        return Match.no;
      at += size;
      const kind = words[segment + 2]!;
      if (kind === Hole.none) break;
      const limit = words[segment + 3]!;
      const stop =
        kind === Hole.content
          ? contentEnd(message, at, rulesAt(words, octets, limit))
          : holeEnd(message, at, kind as TextKind);
      if (stop < 0 || (kind !== Hole.content && stop - at > limit)) return Match.no;
      this.holes[hole++] = at;
      this.holes[hole++] = stop;
      at = stop;
    }
    if (at !== message.length || !this.#areEqual(words) || !this.#areDistinct(words)) return Match.no;
    return this.#isBeyondAscii(hole) ? Match.yes | Match.beyondAscii : Match.yes;
  }

  write({ words, octets }: Image, lead: number): number {
    const { holes, places } = this;
    if (this.out.length === 0) this.out = new Uint8Array(OUT_BYTES);
    let out = lead;
    let piece = words[I.pieces]! / WORD_BYTES;
    for (let part = 0; part < words[I.partCount]!; part++) {
      places[part * 2] = out;
      const end = words[words[I.parts]! / WORD_BYTES + part]! / WORD_BYTES;
      for (; piece < end; piece += PIECE_WORDS) {
        const size = words[piece + 1]!;
        const hole = words[piece + 2]!;
        const start = hole < 0 ? 0 : holes[hole * 2]!;
        const stop = hole < 0 ? 0 : holes[hole * 2 + 1]!;
        if (size + stop - start > OUT_BYTES - 16 - out) return -1;
        this.out.set(octets.subarray(words[piece]!, words[piece]! + size), out);
        this.out.set(this.#message.subarray(start, stop), out + size);
        out += size + stop - start;
        this.#writtenBytes = Math.max(this.#writtenBytes, out);
      }
      places[part * 2 + 1] = out;
    }
    return out;
  }

  lend(hole: number, octets: Uint8Array): void {
    const { length } = this.#message;
    const message = new Uint8Array(length + octets.length);
    message.set(this.#message);
    message.set(octets, length);
    this.#message = message;
    this.holes[hole * 2] = length;
    this.holes[hole * 2 + 1] = message.length;
  }

  text(hole: number): string {
    return decodeText(this.#message, this.holes[hole * 2]!, this.holes[hole * 2 + 1]!);
  }

  drop(): void {
    this.#message = new Uint8Array(0);
    this.out.fill(0, 0, this.#writtenBytes);
    this.#writtenBytes = 0;
  }

  #areEqual(words: Int32Array): boolean {
    const { holes } = this;
    const message = this.#message;
    const first = words[I.equals]! / WORD_BYTES;
    for (let pair = first; pair < first + words[I.equalCount]! * 2; pair += 2) {
      const fragment = words[pair]! * 2;
      const id = words[pair + 1]! * 2;
      if (!sameOctets(message, holes[fragment]! + 1, holes[fragment + 1]!, message, holes[id]!, holes[id + 1]!))
        return false;
    }
    return true;
  }

  /** No two of one hash, so that they are distinct, and nobody else's table of these hashes can be made to collide. */
  #areDistinct(words: Int32Array): boolean {
    const first = words[I.ids]! / WORD_BYTES;
    for (let place = 0; place < words[I.idCount]!; place++) {
      const hole = words[first + place]! * 2;
      const hash = hashOctets(this.#message, this.holes[hole]!, this.holes[hole + 1]!);
      for (let other = 0; other < place; other++) if (this.#hashes[other] === hash) return false;
      this.#hashes[place] = hash;
    }
    return true;
  }

  #isBeyondAscii(wordCount: number): boolean {
    for (let hole = 0; hole < wordCount; hole += 2) {
      for (let at = this.holes[hole]!; at < this.holes[hole + 1]!; at++) {
        if (this.#message[at]! >= BEYOND_ASCII) return true;
      }
    }
    return false;
  }
}
