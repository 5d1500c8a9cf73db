/** The input that a worker is at, where the watchdog in the main thread sees it, whatever the worker does. */
const COUNTER = 0;
const LENGTH = 1;
const HEADER_BYTES = 8;

export class InHand {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(HEADER_BYTES + 65_536)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, 2);
    this.#bytes = new Uint8Array(memory, HEADER_BYTES);
  }

  /** Says that `input` is begun. */
  take(input: Uint8Array): void {
    this.#bytes.set(input);
    this.#words[LENGTH] = input.length;
    this.#words[COUNTER]!++;
  }

  /** Changes with every input. */
  get counter(): number {
    return Atomics.load(this.#words, COUNTER);
  }

  /** A copy of the input. */
  get input(): Uint8Array {
    return this.#bytes.slice(0, this.#words[LENGTH]);
  }
}
