const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** One line of a log, without its end. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** `undefined` when the line was longer than allowed; it was skipped without being kept. */
  readonly bytes: Uint8Array | undefined;
  /** Its real length, also when it was skipped. */
  readonly sizeBytes: number;
}

/** Cuts octets into lines in bounded memory: what is over the limit is counted and dropped as it passes. */
export class LineSplitter {
  readonly #lineBytesMax: number;
  #pieces: Uint8Array[] = [];
  #sizeBytes = 0;
  #number = 0;

  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax;
  }

  /** The lines that end in `chunk`. Borrowed views of it where a line lies wholly inside. */
  *split(chunk: Uint8Array): Generator<Line> {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, start);
      if (end < 0) break;
      yield this.#finish(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  /** The last line, when the log does not end in a line feed. */
  *end(): Generator<Line> {
    if (this.#sizeBytes > 0) yield this.#finish(new Uint8Array(0));
  }

  #keep(piece: Uint8Array): void {
    this.#sizeBytes += piece.length;
    if (this.#sizeBytes <= this.#lineBytesMax) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  #finish(piece: Uint8Array): Line {
    const number = ++this.#number;
    const pieces = this.#pieces;
    const sizeBytes = this.#sizeBytes + piece.length;
    this.#pieces = [];
    this.#sizeBytes = 0;
    if (sizeBytes > this.#lineBytesMax) return { number, bytes: undefined, sizeBytes };
    const whole = pieces.length === 0 ? piece : Buffer.concat([...pieces, piece], sizeBytes);
    const bytes = whole[sizeBytes - 1] === CARRIAGE_RETURN ? whole.subarray(0, sizeBytes - 1) : whole;
    return { number, bytes, sizeBytes };
  }
}
