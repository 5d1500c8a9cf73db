import { hash } from 'node:crypto';

/** 96 bits of what is claimed, 64 of the place that has it. */
const WORDS = 5;
const KEY_WORDS = 3;
const SLOTS_START = 1 << 8;

/** What is claimed and by which place, 20 octets each and a third more: open addressing in words. */
export class ClaimTable {
  #slots = new Uint32Array(SLOTS_START * WORDS);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Whether `place` has `key`, or somebody else; `undefined` if nobody has. */
  isOf(key: string, place: string): boolean | undefined {
    const base = find(this.#slots, wordsOf(key));
    if (this.#slots[base] === 0) return undefined;
    const [first, second] = wordsOf(place);
    return this.#slots[base + KEY_WORDS] === first && this.#slots[base + KEY_WORDS + 1] === second;
  }

  /** For a key that nobody has. */
  insert(key: string, place: string): void {
    if ((this.#count + 1) * 4 > (this.#slots.length / WORDS) * 3) this.#grow();
    const words = wordsOf(key);
    const base = find(this.#slots, words);
    this.#slots.set(words, base);
    this.#slots.set(wordsOf(place).subarray(0, WORDS - KEY_WORDS), base + KEY_WORDS);
    this.#count++;
  }

  #grow(): void {
    const grown = new Uint32Array(this.#slots.length * 2);
    for (let base = 0; base < this.#slots.length; base += WORDS) {
      if (this.#slots[base] === 0) continue;
      const entry = this.#slots.subarray(base, base + WORDS);
      grown.set(entry, find(grown, entry));
    }
    this.#slots = grown;
  }
}

/** Where the entry of that key stands, or the free slot for it. */
function find(slots: Uint32Array, key: Uint32Array): number {
  const mask = slots.length / WORDS - 1;
  const [first = 0, second, third] = key;
  for (let slot = first & mask; ; slot = (slot + 1) & mask) {
    const base = slot * WORDS;
    if (slots[base] === 0) return base;
    if (slots[base] === first && slots[base + 1] === second && slots[base + 2] === third) return base;
  }
}

function wordsOf(text: string): Uint32Array {
  const digest = hash('sha256', text, 'buffer');
  const words = Uint32Array.of(digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8));
  // A free slot is one whose first word is 0.
  words[0] ||= 1;
  return words;
}
