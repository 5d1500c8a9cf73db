import { invariant } from '@parley/core/internal';
import { BLOCK_WORDS, WORD_BYTES } from '../transfer/reply-record.ts';

// A byte order mark at the start of a text belongs to it.
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The values of a batch, one after the other. */
export class ValueReader {
  /** What is behind the values. */
  readonly shapes: Uint8Array;
  readonly #values: Float64Array;
  readonly #text: string;
  #at = BLOCK_WORDS;
  #textAt = 0;

  /** `block`: a private copy that begins at a multiple of eight octets. */
  constructor(block: Uint8Array) {
    const { buffer, byteOffset } = block;
    const [count, textBytes] = new Float64Array(buffer, byteOffset, BLOCK_WORDS);
    invariant(count !== undefined && textBytes !== undefined, 'a block says what is in it');
    const textStart = (BLOCK_WORDS + count) * WORD_BYTES;
    this.#values = new Float64Array(buffer, byteOffset, BLOCK_WORDS + count);
    this.#text = UTF8.decode(new Uint8Array(buffer, byteOffset + textStart, textBytes));
    this.shapes = block.subarray(textStart + textBytes);
  }

  get isOver(): boolean {
    return this.#at === this.#values.length;
  }

  number(): number {
    return this.#values[this.#at++]!;
  }

  maybeNumber(): number | undefined {
    const value = this.number();
    return Number.isNaN(value) ? undefined : value;
  }

  text(): string {
    // perf: a slice of what all of the batch have in common.
    const start = this.#textAt;
    this.#textAt += this.number();
    return this.#text.slice(start, this.#textAt);
  }

  maybeText(): string | undefined {
    if (this.#values[this.#at]! >= 0) return this.text();
    this.#at++;
    return undefined;
  }

  texts(count: number): readonly string[] {
    return Array.from({ length: count }, () => this.text());
  }
}
