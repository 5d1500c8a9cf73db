import { hash } from 'node:crypto';
import type { ReplayCache } from '@parley/conversation';
import { FINITE, requireKind, TEXT } from '@parley/core/internal';

/** 96 bits of SHA-256: no two of a billion messages meet by chance. */
const WORDS = 3;
const SLOTS_START = 1 << 12;
const HEX = 16;
const WORD_DIGITS = 8;

/**
 * Remembers every message of a run, about 20 octets each. A live endpoint forgets what its clock refuses anyway; the
 * files of a log need not come in the order of their times, so here nothing is ever forgotten.
 */
export class LogReplayCache implements ReplayCache {
  #slots = new Uint32Array(SLOTS_START * WORDS);
  #count = 0;

  /** `false` when the pair was seen before. Times do not matter. */
  insertIfAbsent(identifier: string, replayKey: string): boolean {
    requireKind(TEXT, identifier, 'identifier');
    requireKind(TEXT, replayKey, 'replayKey');
    const [first, second, third] = fingerprint(identifier, replayKey);
    return this.insertPrint(first, second, third);
  }

  /** The same by the fingerprint of the pair. */
  insertPrint(first: number, second: number, third: number): boolean {
    requireKind(FINITE, first, 'first');
    requireKind(FINITE, second, 'second');
    requireKind(FINITE, third, 'third');
    if ((this.#count + 1) * 4 > (this.#slots.length / WORDS) * 3) this.#grow();
    const inserted = insert(this.#slots, first >>> 0, second >>> 0, third >>> 0);
    if (inserted) this.#count += 1;
    return inserted;
  }

  #grow(): void {
    const old = this.#slots;
    const grown = new Uint32Array(old.length * 2);
    for (let slot = 0; slot < old.length; slot += WORDS) {
      const [first, second, third] = [old[slot] ?? 0, old[slot + 1] ?? 0, old[slot + 2] ?? 0];
      if (first !== 0) insert(grown, first, second, third);
    }
    this.#slots = grown;
  }
}

/** The three words by which a pair is known again. */
export function fingerprint(identifier: string, replayKey: string): readonly [number, number, number] {
  // The length keeps the two apart: ("a", "bc") is not ("ab", "c").
  const digest = hash('sha256', `${identifier.length}:${identifier}${replayKey}`, 'buffer');
  // A free slot is one whose first word is 0.
  return [digest.readUInt32LE(0) || 1, digest.readUInt32LE(4), digest.readUInt32LE(8)];
}

/** A fingerprint as it is kept in tables. */
export function printText(...words: readonly [number, number, number]): string {
  return words.map((word) => (word >>> 0).toString(HEX).padStart(WORD_DIGITS, '0')).join('');
}

/** The fingerprint of {@link printText}. */
export function printOf(text: string): readonly [number, number, number] {
  const word = (index: number): number =>
    Number.parseInt(text.slice(index * WORD_DIGITS, (index + 1) * WORD_DIGITS), HEX);
  return [word(0), word(1), word(2)];
}

function insert(slots: Uint32Array, first: number, second: number, third: number): boolean {
  const mask = slots.length / WORDS - 1;
  for (let slot = first & mask; ; slot = (slot + 1) & mask) {
    const base = slot * WORDS;
    if (slots[base] === 0) {
      slots[base] = first;
      slots[base + 1] = second;
      slots[base + 2] = third;
      return true;
    }
    if (slots[base] === first && slots[base + 1] === second && slots[base + 2] === third) return false;
  }
}
