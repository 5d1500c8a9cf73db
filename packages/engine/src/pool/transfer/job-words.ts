import { CONTROL_BYTES } from './task.ts';

/** What a worker is told of one message. */
export interface JobWords {
  /** In the input slab. */
  readonly start: number;
  readonly length: number;
  readonly atMs: number | 'message';
  readonly soapAction: string | undefined;
  readonly signatureValuesSent: readonly string[] | undefined;
  /** The replay key under which it may be decrypted; empty: none yet, to be asked for; `undefined`: nobody wants to be asked. */
  readonly decryptable: string | undefined;
}

const WORDS = 6;
const ABSENT = -1;

/** Where answers may begin in the output slab of a task of `count` messages: jobs are words (float64) behind the control words. */
export function answersStart(count: number): number {
  return CONTROL_BYTES + count * WORDS * Float64Array.BYTES_PER_ELEMENT;
}

/** Writes the jobs of a task, and collects their texts, which travel with the task. */
export class JobWriter {
  readonly texts: string[] = [];
  readonly #words: Float64Array;
  #at = 0;

  constructor(output: SharedArrayBuffer, count: number) {
    this.#words = new Float64Array(output, CONTROL_BYTES, count * WORDS);
  }

  add(
    { start, length }: Pick<JobWords, 'start' | 'length'>,
    { atMs, soapAction, signatureValuesSent }: Pick<JobWords, 'atMs' | 'soapAction' | 'signatureValuesSent'>,
    decryptable: string | undefined,
  ): void {
    const words = this.#words;
    const at = this.#at;
    words[at] = start;
    words[at + 1] = length;
    words[at + 2] = atMs === 'message' ? Number.NaN : atMs;
    words[at + 3] = this.#indexOf(soapAction);
    // Base64 holds no blank; no value at all is not the same as none said.
    words[at + 4] = this.#indexOf(signatureValuesSent?.join(' '));
    words[at + 5] = this.#indexOf(decryptable);
    this.#at += WORDS;
  }

  #indexOf(text: string | undefined): number {
    return text === undefined ? ABSENT : this.texts.push(text) - 1;
  }
}

/** Reads them. */
export class JobReader {
  readonly #words: Float64Array;
  readonly #texts: readonly string[];

  constructor(output: SharedArrayBuffer, count: number, texts: readonly string[]) {
    this.#words = new Float64Array(output, CONTROL_BYTES, count * WORDS);
    this.#texts = texts;
  }

  at(index: number): JobWords {
    const words = this.#words;
    const at = index * WORDS;
    const atMs = words[at + 2]!;
    return {
      start: words[at]!,
      length: words[at + 1]!,
      atMs: Number.isNaN(atMs) ? 'message' : atMs,
      soapAction: this.#texts[words[at + 3]!],
      signatureValuesSent: splitAtBlanks(this.#texts[words[at + 4]!]),
      decryptable: this.#texts[words[at + 5]!],
    };
  }
}

function splitAtBlanks(joined: string | undefined): readonly string[] | undefined {
  return joined === '' ? [] : joined?.split(' ');
}
