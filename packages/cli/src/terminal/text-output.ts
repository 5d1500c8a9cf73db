import type { Writable } from 'node:stream';
import { Fault } from '@parley/core';
import { printableLines } from '@parley/core/internal';

const CHUNK_CHARACTERS = 64 * 1024;

/** Thrown when whoever reads our output has gone: not an error, only the end. */
export class PipeClosed extends Error {
  override readonly name = 'PipeClosed';
}

/** Lines on their way to a file or a pipe: gathered, and no faster than they are taken. */
export class TextOutput {
  readonly #stream: Writable;
  readonly #name: string;
  #gathered: string[] = [];
  #characters = 0;
  #failure: Error | undefined;

  /** Writes to `stream`, which stays the caller's; `name` is for errors. */
  constructor(stream: Writable, name: string) {
    this.#stream = stream;
    this.#name = name;
    stream.on('error', (error) => {
      this.#failure ??= outputFailure(error, name);
    });
  }

  /** Adds a line. Await what it returns, if anything. @throws PipeClosed, Fault `caller.output-unwritable` */
  line(text: string): Promise<void> | undefined {
    return this.lines(`${text}\n`);
  }

  /** Adds lines, each with its end, as {@link line} does. */
  lines(text: string): Promise<void> | undefined {
    // Whoever made them should have made them safe; nothing that is not leaves here.
    this.#gathered.push(printableLines(text));
    this.#characters += text.length;
    return this.#characters < CHUNK_CHARACTERS ? undefined : this.flush();
  }

  /** Writes octets (borrowed) as they are: a message that somebody asked for, whose signature would not bear a change. @throws as {@link line} */
  async octets(octets: Uint8Array): Promise<void> {
    await this.flush();
    await this.#write(octets);
  }

  /** Resolves when everything so far was taken. @throws as {@link line} */
  async flush(): Promise<void> {
    const text = this.#gathered.join('');
    this.#gathered = [];
    this.#characters = 0;
    await this.#write(text);
  }

  async #write(content: string | Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(content, (error) => {
        if (error) reject(this.#failure ?? outputFailure(error, this.#name));
        else resolve();
      });
    });
  }

  /** Flushes, and ends the stream: for files. @throws as {@link line} */
  async close(): Promise<void> {
    await this.flush();
    await new Promise<void>((resolve, reject) => {
      this.#stream.once('error', () => reject(this.#failure));
      this.#stream.end(resolve);
    });
  }
}

function outputFailure(error: Error, file: string): Error {
  const code = 'code' in error ? String(error.code) : error.message;
  if (code === 'EPIPE') return new PipeClosed();
  return new Fault('caller.output-unwritable', { file, reason: code });
}
