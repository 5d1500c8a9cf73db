import { newSlab } from '@parley/engine/internal';
import type { LongLine, OctetsSection, SectionedLog } from './section.ts';

const LINE_FEED = 0x0a;

/** Gathers the octets of a stream into sections of whole lines, in bounded memory. */
export class LineGatherer {
  readonly #log: SectionedLog;
  readonly #sectionBytes: number;
  readonly #lineBytesMax: number;
  /** Whole lines, and behind them the beginning of one. */
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  /** Where the last line of `#pieces` begins. */
  #lineStart = 0;
  /** Of a line that is too long to be kept. */
  #droppedBytes = 0;
  #isStart = true;

  constructor(log: SectionedLog, sectionBytes: number, lineBytesMax: number) {
    this.#log = log;
    this.#sectionBytes = sectionBytes;
    this.#lineBytesMax = lineBytesMax;
  }

  /** The sections that are full with `chunk`, which is taken over. */
  *add(chunk: Uint8Array): Generator<OctetsSection | LongLine> {
    let rest = chunk;
    if (this.#droppedBytes > 0) {
      const end = chunk.indexOf(LINE_FEED);
      if (end < 0) {
        this.#droppedBytes += chunk.length;
        return;
      }
      yield this.#longLine(end);
      rest = chunk.subarray(end + 1);
    }
    const last = rest.lastIndexOf(LINE_FEED);
    this.#pieces.push(rest);
    if (last >= 0) this.#lineStart = this.#bytes + last + 1;
    this.#bytes += rest.length;
    if (this.#lineStart >= this.#sectionBytes) yield this.#take(this.#lineStart);
    if (this.#bytes - this.#lineStart <= this.#lineBytesMax) return;
    if (this.#lineStart > 0) yield this.#take(this.#lineStart);
    this.#droppedBytes = this.#bytes;
    this.#drop();
  }

  /** What is left at the end, which is a line without an end as well. */
  *end(): Generator<OctetsSection | LongLine> {
    if (this.#droppedBytes > 0) yield this.#longLine(0);
    else if (this.#bytes > 0) yield this.#take(this.#bytes);
  }

  /** The whole lines that are left where what follows cannot be read. */
  *broken(): Generator<OctetsSection> {
    if (this.#droppedBytes === 0 && this.#lineStart > 0) yield this.#take(this.#lineStart);
  }

  #longLine(moreBytes: number): LongLine {
    const sizeBytes = this.#droppedBytes + moreBytes;
    this.#droppedBytes = 0;
    return { kind: 'long-line', log: this.#log, sizeBytes };
  }

  #take(bytes: number): OctetsSection {
    // perf: joined in private memory first; shared memory is written fast from its beginning only.
    const [first] = this.#pieces;
    const isOne = first?.length === this.#bytes;
    const joined = isOne ? first : Buffer.concat(this.#pieces, this.#bytes);
    const whole = alignedCopy(joined, bytes);
    const octets = newSlab(bytes).subarray(0, bytes);
    octets.set(whole);
    const isStart = this.#isStart;
    this.#isStart = false;
    const left = joined.subarray(bytes).slice();
    this.#drop();
    if (left.length > 0) this.#pieces.push(left);
    this.#bytes = left.length;
    return { kind: 'octets', log: this.#log, octets, isStart };
  }

  #drop(): void {
    this.#isStart = this.#isStart && this.#bytes === 0;
    this.#pieces = [];
    this.#bytes = 0;
    this.#lineStart = 0;
  }
}

function alignedCopy(octets: Uint8Array, length: number): Uint8Array {
  return octets.byteOffset % 8 === 0 ? octets.subarray(0, length) : octets.slice(0, length);
}
