import type { FailedReply } from '@parley/core';
import type { OctetWriter } from '@parley/engine/internal';
import type { FollowedHeaders } from '../sequence-ledger.ts';
import type { SectionTexts } from './section-task.ts';
import { DIRECTORY_WORDS, GOOD, NEEDS, Part, RECORD_WORDS, Word } from './section-task.ts';

const RECORDS_START = 512;
/** What a line of the results without an id of its own begins with. */
const NO_ID = '{"id":""';

/** What there is to say of one line. */
export interface Judged {
  /** Empty if it has none. */
  readonly id: string;
  readonly atMs: number | undefined;
  /** The line of the results, made with that id. */
  readonly resultLine: string | undefined;
}

/** Gathers what is said of the lines of a section, and writes it behind the control words. */
export class SectionWriter {
  #words = new Int32Array(RECORDS_START * RECORD_WORDS);
  #times = new Float64Array(this.#words.buffer);
  #count = 0;
  #results = '';
  #ids: string[] = [];
  #contexts: string[] = [];
  #places = new Map<string, number>();
  #refusals: (readonly [FailedReply['code'], FailedReply['detail']])[] = [];
  #sequences: FollowedHeaders[] = [];

  /** Begins a section. */
  begin(): void {
    this.#words.fill(0, 0, this.#count * RECORD_WORDS);
    this.#count = 0;
    this.#results = '';
    this.#ids = [];
    this.#contexts = [];
    this.#places = new Map();
    this.#refusals = [];
    this.#sequences = [];
  }

  /** A record for the line of this number at `start`, of `length`. Say next what is to be said of it. */
  line(number: number, start: number, length: number): void {
    if ((this.#count + 1) * RECORD_WORDS > this.#words.length) this.#grow();
    this.#count += 1;
    this.#set(Word.line, number);
    this.#set(Word.lineStart, start);
    // Those that are too long to be kept have no use for it.
    this.#set(Word.lineLength, Math.min(length, 0x7fffffff));
  }

  /** It holds a message of so many octets. */
  message(lengthBytes: number): void {
    this.#set(Word.lengthBytes, lengthBytes);
  }

  /** It is a message that `identifier` proves. */
  good(judged: Judged, identifier: string, print: readonly [number, number, number] | undefined): void {
    this.#set(Word.status, GOOD);
    this.#set(Word.context, this.#contextIndex(identifier));
    if (print !== undefined) for (const [place, word] of print.entries()) this.#set(Word.print + place, word);
    this.#judged(judged);
  }

  /** It is refused. */
  refused(judged: Judged, { code, detail }: FailedReply): void {
    this.#set(Word.status, this.#refusals.push([code, detail]));
    this.#judged(judged);
  }

  /** It is to come again with a context. */
  needs(judged: Judged, identifier: string): void {
    this.#set(Word.status, NEEDS);
    this.#set(Word.context, this.#contextIndex(identifier));
    this.#judged(judged);
  }

  /** … and it says this of sequences. */
  sequences(said: FollowedHeaders): void {
    this.#set(Word.sequences, this.#sequences.push(said));
  }

  /** Writes all of it, and says where the directory is. */
  finish(octets: OctetWriter, lines: number): { readonly start: number; readonly length: number } {
    const texts: SectionTexts = {
      lines,
      contexts: this.#contexts,
      refusals: this.#refusals,
      sequences: this.#sequences,
    };
    const directory = new Int32Array(DIRECTORY_WORDS);
    directory[Part.count] = this.#count;
    for (const [part, text] of [
      [Part.results, this.#results],
      [Part.ids, JSON.stringify(this.#ids)],
      [Part.texts, JSON.stringify(texts)],
    ] as const) {
      const encoded = new TextEncoder().encode(text);
      directory[part] = octets.write(encoded);
      directory[part + 1] = encoded.length;
    }
    const records = this.#words.subarray(0, this.#count * RECORD_WORDS);
    const all = new Uint8Array(directory.byteLength + records.byteLength);
    all.set(new Uint8Array(directory.buffer));
    all.set(new Uint8Array(records.buffer, 0, records.byteLength), directory.byteLength);
    return { start: octets.write(all), length: all.length };
  }

  #judged({ id, atMs, resultLine }: Judged): void {
    const at = (this.#count - 1) * RECORD_WORDS;
    this.#times[(at + Word.atMs) >> 1] = atMs ?? Number.NaN;
    this.#set(Word.hasId, id === '' ? 0 : 1);
    this.#ids.push(id);
    if (resultLine === undefined) return;
    const text = `${id === '' ? resultLine.slice(NO_ID.length) : resultLine}\n`;
    this.#results += text;
    this.#set(Word.resultLength, text.length);
  }

  #set(word: number, value: number): void {
    this.#words[(this.#count - 1) * RECORD_WORDS + word] = value;
  }

  #contextIndex(identifier: string): number {
    let index = this.#places.get(identifier);
    if (index === undefined) {
      index = this.#contexts.push(identifier) - 1;
      this.#places.set(identifier, index);
    }
    return index;
  }

  #grow(): void {
    const grown = new Int32Array(this.#words.length * 2);
    grown.set(this.#words);
    this.#words = grown;
    this.#times = new Float64Array(grown.buffer);
  }
}
