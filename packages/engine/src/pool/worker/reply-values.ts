import { BLOCK_WORDS, WORD_BYTES } from '../transfer/reply-record.ts';
import type { OctetWriter } from './octet-writer.ts';

const VALUES_FIRST = 1024;
const UTF8 = new TextEncoder();

/** Collects the values of the replies of one batch. */
export class ReplyValues {
  #values = new Float64Array(VALUES_FIRST);
  #count = 0;
  #text = '';

  number(value: number): void {
    if (this.#count === this.#values.length) this.#grow();
    this.#values[this.#count++] = value;
  }

  /** NaN is `undefined`. */
  maybeNumber(value: number | undefined): void {
    this.number(value ?? Number.NaN);
  }

  text(text: string | undefined): void {
    this.number(text === undefined ? -1 : text.length);
    if (text !== undefined) this.#text += text;
  }

  texts(texts: readonly string[]): void {
    for (const text of texts) this.text(text);
  }

  /** Writes them, and `shapes` behind them. */
  finish(octets: OctetWriter, shapes: Uint8Array): { readonly start: number; readonly length: number } {
    const text = UTF8.encode(this.#text);
    const valuesBytes = (BLOCK_WORDS + this.#count) * WORD_BYTES;
    // One block, from a multiple of eight on: a private one begins there.
    const block = new Uint8Array(valuesBytes + text.length + shapes.length);
    const words = new Float64Array(block.buffer, 0, BLOCK_WORDS + this.#count);
    words.set([this.#count, text.length]);
    words.set(this.#values.subarray(0, this.#count), BLOCK_WORDS);
    block.set(text, valuesBytes);
    block.set(shapes, valuesBytes + text.length);
    return { start: octets.write(block), length: block.length };
  }

  #grow(): void {
    const larger = new Float64Array(2 * this.#values.length);
    larger.set(this.#values);
    this.#values = larger;
  }
}
