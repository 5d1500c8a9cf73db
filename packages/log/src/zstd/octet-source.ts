import { damaged } from './damaged.ts';

/** Octets that come in pieces, taken in portions. */
export class OctetSource {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array(0);
  #offset = 0;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Whether nothing is left. */
  async isAtEnd(): Promise<boolean> {
    while (this.#offset === this.#piece.length) {
      const { done, value } = await this.#pieces.next();
      if (done === true) return true;
      this.#piece = value;
      this.#offset = 0;
    }
    return false;
  }

  /** The next `count` octets, borrowed until the next call. @throws Fault `caller.input-invalid` when there are fewer */
  async take(count: number): Promise<Uint8Array> {
    if (this.#piece.length - this.#offset >= count) {
      this.#offset += count;
      return this.#piece.subarray(this.#offset - count, this.#offset);
    }
    const whole = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      if (await this.isAtEnd()) throw damaged('data end early');
      const part = this.#piece.subarray(this.#offset, this.#offset + count - filled);
      whole.set(part, filled);
      filled += part.length;
      this.#offset += part.length;
    }
    return whole;
  }

  /** Passes over `count` octets. @throws as {@link take} */
  async skip(count: number): Promise<void> {
    for (let left = count; left > 0; ) {
      if (await this.isAtEnd()) throw damaged('data end early');
      const part = Math.min(left, this.#piece.length - this.#offset);
      this.#offset += part;
      left -= part;
    }
  }

  /** Gives the pieces up. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}
