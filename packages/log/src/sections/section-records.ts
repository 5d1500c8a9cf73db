import type { ErrandAnswer } from '@parley/engine/internal';
import type { SectionTexts } from './section-task.ts';
import { DIRECTORY_WORDS, NEEDS, Part, RECORD_WORDS, Word } from './section-task.ts';

/** The records of a section in the memory that a worker wrote them to. */
export class SectionRecords {
  readonly count: number;
  readonly texts: SectionTexts;
  /** The memory, to be used again. */
  readonly slab: ErrandAnswer['slab'];
  readonly #directory: Int32Array;
  readonly #words: Int32Array;
  readonly #times: Float64Array;
  #results: string | undefined;
  #ids: readonly string[] | undefined;

  constructor({ slab, start, length }: ErrandAnswer) {
    this.slab = slab;
    this.#directory = new Int32Array(slab.buffer, start, DIRECTORY_WORDS);
    const recordsStart = start + this.#directory.byteLength;
    const recordsBytes = length - this.#directory.byteLength;
    this.#words = new Int32Array(slab.buffer, recordsStart, recordsBytes / Int32Array.BYTES_PER_ELEMENT);
    this.#times = new Float64Array(slab.buffer, recordsStart, recordsBytes / Float64Array.BYTES_PER_ELEMENT);
    this.count = this.#directory[Part.count] ?? 0;
    this.texts = JSON.parse(this.#text(Part.texts)) as SectionTexts;
  }

  /** One word of a record: {@link Word}. */
  word(index: number, word: number): number {
    return this.#words[index * RECORD_WORDS + word] ?? 0;
  }

  /** When it is judged. */
  atMs(index: number): number | undefined {
    const atMs = this.#times[(index * RECORD_WORDS + Word.atMs) >> 1];
    return Number.isNaN(atMs) ? undefined : atMs;
  }

  /** Its own id, if it has one. */
  id(index: number): string | undefined {
    if (this.word(index, Word.hasId) === 0) return undefined;
    this.#ids ??= JSON.parse(this.#text(Part.ids)) as readonly string[];
    return this.#ids[index];
  }

  /** Characters [start, start + length) of the lines of the results. */
  result(start: number, length: number): string {
    this.#results ??= this.#text(Part.results);
    return this.#results.slice(start, start + length);
  }

  /** Offset and length of each line that is to come again with a context, and which contexts these are. */
  get needs(): { readonly lines: readonly number[]; readonly identifiers: readonly string[] } {
    const lines: number[] = [];
    const identifiers = new Set<string>();
    for (let index = 0; index < this.count; index++) {
      if (this.word(index, Word.status) !== NEEDS) continue;
      lines.push(this.word(index, Word.lineStart), this.word(index, Word.lineLength));
      identifiers.add(this.texts.contexts[this.word(index, Word.context)] ?? '');
    }
    return { lines, identifiers: [...identifiers] };
  }

  #text(part: number): string {
    const start = this.#directory[part] ?? 0;
    const length = this.#directory[part + 1] ?? 0;
    return Buffer.from(this.slab.buffer, start, length).toString('utf8');
  }
}
