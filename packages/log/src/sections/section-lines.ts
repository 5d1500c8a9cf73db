import { readSync } from 'node:fs';
import { LINES, LINES_BYTES } from '../hot/record-module.ts';
import { lineBytesMax } from '../read-log.ts';
import type { SectionSource } from './section-task.ts';

const LINE_FEED = 0x0a;
/** Read beyond the end of a section at first, for the line that goes on there. */
const BEYOND_BYTES = 64 * 1024;
const LONG_READ_BYTES = 1024 * 1024;

/** A line, without its end, where it lies until the next one is asked for. */
export interface SectionLine {
  /** From the start of the section. */
  readonly offset: number;
  /** The end of the line left out. */
  readonly sizeBytes: number;
  /** `LINES` or memory of its own; `undefined` when the line is too long to be kept. */
  readonly bytes: Uint8Array | undefined;
  readonly start: number;
  readonly end: number;
}

/** The lines of a section, on the thread that asks. `isAlive` is called while a long one is looked through. */
export class SectionLines {
  readonly #source: SectionSource;
  readonly #lineBytesMax: number;
  readonly #isAlive: () => void;
  /** What lies in LINES: octets [#from, #from + #filled) of the source. */
  #from = 0;
  #filled = 0;

  constructor(source: SectionSource, messageBytesMax: number, isAlive: () => void) {
    this.#source = source;
    this.#lineBytesMax = lineBytesMax(messageBytesMax);
    this.#isAlive = isAlive;
  }

  /** All of them. */
  *all(): Generator<SectionLine> {
    const { start, end, fd } = this.#source;
    let at = start;
    // The line that begins before belongs to the section before.
    if (fd !== undefined && start > 0) {
      this.#fill(start - 1, end);
      const before = LINES.subarray(0, Math.min(this.#filled, end - start)).indexOf(LINE_FEED);
      if (before < 0) return;
      at = start + before;
    }
    while (at < end) {
      const line = this.#lineAt(at);
      if (line === undefined) return;
      yield line;
      at = this.#source.start + line.offset + line.sizeBytes + 1;
    }
  }

  /** Those at these offsets, of these lengths. */
  *some(places: readonly number[]): Generator<SectionLine> {
    for (let index = 0; index < places.length; index += 2) {
      const line = this.#lineAt(this.#source.start + (places[index] ?? 0));
      if (line !== undefined) yield line;
    }
  }

  /** The line that begins at `at`, if there is anything. */
  #lineAt(at: number): SectionLine | undefined {
    const offset = at - this.#source.start;
    let start = at - this.#from;
    let end = this.#endFrom(start);
    if (end < 0) {
      this.#fill(at, Math.max(this.#source.end, at + BEYOND_BYTES));
      start = 0;
      end = this.#endFrom(0);
    }
    if (end < 0 && this.#filled === LINES_BYTES) return this.#longLine(at);
    // The last line of all needs no end.
    if (end < 0) end = this.#filled;
    if (end === 0 && this.#filled === 0) return undefined;
    if (end - start > this.#lineBytesMax) return { offset, sizeBytes: end - start, bytes: undefined, start: 0, end: 0 };
    return { offset, sizeBytes: end - start, bytes: LINES, start, end };
  }

  #endFrom(start: number): number {
    if (start < 0 || start >= this.#filled) return -1;
    return LINES.subarray(0, this.#filled).indexOf(LINE_FEED, start);
  }

  /** Puts [from, to) into LINES, and more if there is no line end after `to`. */
  #fill(from: number, to: number): void {
    this.#from = from;
    this.#filled = 0;
    let wanted = Math.min(LINES_BYTES, to - from + BEYOND_BYTES);
    for (;;) {
      const count = this.#read(LINES, this.#filled, wanted - this.#filled, from + this.#filled);
      const isThere = LINES.subarray(this.#filled, this.#filled + count).lastIndexOf(LINE_FEED) >= 0;
      this.#filled += count;
      if (count === 0 || isThere || this.#filled === LINES_BYTES) return;
      if (this.#filled === wanted) wanted = Math.min(LINES_BYTES, wanted * 2);
    }
  }

  /** One that LINES has no room for. */
  #longLine(at: number): SectionLine {
    const pieces: Uint8Array[] = [];
    let sizeBytes = 0;
    for (;;) {
      const piece = new Uint8Array(LONG_READ_BYTES);
      const count = this.#read(piece, 0, piece.length, at + sizeBytes);
      const lineEnd = piece.subarray(0, count).indexOf(LINE_FEED);
      const length = lineEnd < 0 ? count : lineEnd;
      if (sizeBytes + length <= this.#lineBytesMax) pieces.push(piece.subarray(0, length));
      else pieces.length = 0;
      sizeBytes += length;
      if (count === 0 || lineEnd >= 0) break;
      this.#isAlive();
    }
    const bytes = sizeBytes > this.#lineBytesMax ? undefined : Buffer.concat(pieces, sizeBytes);
    return { offset: at - this.#source.start, sizeBytes, bytes, start: 0, end: sizeBytes };
  }

  #read(into: Uint8Array, place: number, length: number, position: number): number {
    const { fd, octets, end } = this.#source;
    if (fd !== undefined) return readSync(fd, into, place, length, position);
    const count = Math.max(0, Math.min(length, end - position));
    into.set(new Uint8Array(octets ?? new SharedArrayBuffer(0), position, count), place);
    return count;
  }
}
