import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import {
  encodeBase64,
  formatInstant,
  INSTANT_MS,
  jsonLine,
  OCTETS,
  optional,
  requireKind,
  requireOptions,
  shapeOf,
  TEXT,
} from '@parley/core/internal';
import { systemReason } from './unreadable.ts';

/** What is written for one message. */
export interface LogRecord {
  readonly id?: string | undefined;
  readonly atMs: number;
  /** Borrowed until the call returns. */
  readonly message: Uint8Array;
}

const RECORD: Kind<LogRecord> = shapeOf<LogRecord>({ id: optional(TEXT), atMs: INSTANT_MS, message: OCTETS });

const FLUSH_CHARACTERS = 256 * 1024;

/** Writes an NDJSON log. Records are gathered and written in order; all is on disk when `close` resolves. */
export class LogWriter {
  readonly #file: FileHandle;
  readonly #path: string;
  #lines: string[] = [];
  #characters = 0;

  private constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** Opens `path` for appending; a new file is readable by its owner only. @throws Fault `caller.output-unwritable`, `caller.option-invalid` */
  static async open(path: string): Promise<LogWriter> {
    requireKind(TEXT, path, 'path');
    try {
      return new LogWriter(await open(path, 'a', 0o600), path);
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  /** Appends one record: as text when the message is UTF-8, else as base64. @throws Fault `caller.output-unwritable`, `caller.option-invalid` */
  async append(record: LogRecord): Promise<void> {
    requireOptions(RECORD, record, 'record');
    const line = lineOf(record);
    this.#lines.push(line);
    this.#characters += line.length;
    if (this.#characters >= FLUSH_CHARACTERS) await this.#flush();
  }

  /** Writes what is left, waits for the disk, and closes. @throws Fault `caller.output-unwritable` */
  async close(): Promise<void> {
    try {
      await this.#flush();
      await this.#file.sync();
    } catch (error) {
      throw error instanceof Fault ? error : unwritable(this.#path, error);
    } finally {
      await this.#file.close();
    }
  }

  async #flush(): Promise<void> {
    const text = this.#lines.join('');
    this.#lines = [];
    this.#characters = 0;
    try {
      await this.#file.appendFile(text);
    } catch (error) {
      throw unwritable(this.#path, error);
    }
  }
}

function lineOf(record: LogRecord): string {
  const { message } = record;
  const octets = isUtf8(message)
    ? { message: Buffer.from(message.buffer, message.byteOffset, message.byteLength).toString('utf8') }
    : { base64: encodeBase64(message) };
  return `${jsonLine({ id: record.id, at: formatInstant(record.atMs), ...octets })}\n`;
}

function unwritable(file: string, error: unknown): Fault {
  return new Fault('caller.output-unwritable', { file, reason: systemReason(error) }, error);
}
