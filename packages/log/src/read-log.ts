import { DEFAULT_LIMITS, Fault } from '@parley/core';
import type { Kind, Members } from '@parley/core/internal';
import {
  anything,
  asyncIterable,
  callback,
  called,
  either,
  objectWith,
  optional,
  requireInput,
  requireKind,
  requireOptions,
  shapeOf,
  TEXT,
  whole,
} from '@parley/core/internal';
import { compressionOf, decompress } from './decompress.ts';
import { fileOctets, READ_BYTES } from './file-octets.ts';
import type { Line } from './line-splitter.ts';
import { LineSplitter } from './line-splitter.ts';
import type { LogEntry, LogRefusal } from './log-entry.ts';
import { readRecord } from './read-record.ts';
import { isResultLine } from './result-line.ts';
import type { UnpackLimits } from './unpack-limits.ts';
import { DEFAULT_UNPACK_LIMITS, SOME_UNPACK_LIMITS } from './unpack-limits.ts';

/** A file by its path, or octets that come from elsewhere under a name. */
export type LogSource = string | { readonly name: string; readonly octets: AsyncIterable<Uint8Array> };

export interface ReadLogOptions {
  /** Larger messages are refused with `peer.limit-message-size`; default that of the strict profile. */
  readonly messageBytesMax?: number | undefined;
  /** What compressed data may unpack to; what is left out is as in `DEFAULT_UNPACK_LIMITS`. */
  readonly unpack?: Partial<UnpackLimits> | undefined;
  /** Told how many octets were taken from the source, before decompression. */
  readonly onOctets?: ((count: number) => void) | undefined;
}

export const LOG_SOURCE: Kind<LogSource> = either(
  objectWith<Exclude<LogSource, string>>({ name: TEXT, octets: asyncIterable<Uint8Array>() }),
  TEXT,
);

export const READ_LOG_MEMBERS: Members<ReadLogOptions> = {
  messageBytesMax: optional(whole(1)),
  unpack: optional(SOME_UNPACK_LIMITS),
  onOctets: optional(callback()),
};
const READ_LOG_OPTIONS: Kind<ReadLogOptions> = shapeOf<ReadLogOptions>(READ_LOG_MEMBERS);

/** Room for the members of a record beside the message. */
const RECORD_OVERHEAD_BYTES = 64 * 1024;
/** Long enough for every magic number and the window of a zstd frame. */
const HEAD_BYTES_MIN = 6;

/**
 * The records of a log in order, in bounded memory whatever its size and whatever stands in it. NDJSON or one XML
 * message, by the name's ending, else by the first octet that is not blank; gzip and zstd are recognised by their
 * magic numbers. A record that cannot be a message yields a refusal, and reading goes on with the next.
 *
 * @throws Fault `caller.input-unreadable`; `caller.input-invalid` for corrupt compressed data and unknown formats;
 *   `caller.limit-decompression`; `caller.input-results` for the results of a verification.
 */
export async function* readLog(source: LogSource, options: ReadLogOptions = {}): AsyncGenerator<LogEntry> {
  requireKind(LOG_SOURCE, source, 'source');
  requireOptions(READ_LOG_OPTIONS, options, 'options');
  const messageBytesMax = options.messageBytesMax ?? DEFAULT_LIMITS.messageBytesMax;
  const log = await openLog(source, options);
  try {
    if (log.format === 'xml') yield await oneMessage(log.octets, log.name, messageBytesMax);
    else yield* records(log.octets, log.name, messageBytesMax);
  } finally {
    log.close();
  }
}

/** A log of which the beginning was looked at. */
export interface OpenedLog {
  readonly name: string;
  readonly format: 'xml' | 'ndjson';
  /** All of it, decompressed. */
  readonly octets: AsyncIterable<Uint8Array>;
  /** Closes the file; does not wait, for a pipe may never say another word. */
  close(): void;
}

/** Looks at the beginning of `source`. @throws Fault as {@link readLog} */
export async function openLog(source: LogSource, options: ReadLogOptions): Promise<OpenedLog> {
  const limits = { ...DEFAULT_UNPACK_LIMITS, ...options.unpack };
  const name = nameOf(source);
  const raw = counted(typeof source === 'string' ? fileOctets(source) : source.octets, options.onOctets);
  const close = (): void => void raw.return(undefined).catch(() => undefined);
  try {
    const packed = await withHead(raw, (head) => head.length >= HEAD_BYTES_MIN);
    const compression = compressionOf(packed.head);
    const named = namedCompression(name);
    if (named !== 'none' && compression !== named) throw invalidFile(name, `not ${named} data`);
    const plain = await withHead(decompress(packed.octets, compression, name, limits), hasFirstLine);
    return { name, format: formatOf(plain.head, name), octets: plain.octets, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** What a source is called in ids and errors. */
export function nameOf(source: LogSource): string {
  return typeof source === 'string' ? source : source.name;
}

/** Whether a file of this name that begins like this is NDJSON as it stands. @throws Fault as {@link readLog} */
export function isPlainLines(name: string, head: Uint8Array): boolean {
  if (compressionOf(head) !== 'none' || namedCompression(name) !== 'none') return false;
  return formatOf(head, name) === 'ndjson';
}

async function* counted(
  octets: AsyncIterable<Uint8Array>,
  onOctets: ((count: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of octets) {
    requireInput(chunk, 'source.octets');
    called('onOctets', anything(), () => onOctets?.(chunk.length));
    yield chunk;
  }
}

interface Headed {
  readonly head: Uint8Array;
  /** All octets, those of `head` included. */
  readonly octets: AsyncIterable<Uint8Array>;
}

/** Reads until `enough`, and gives what was read together with the whole. */
async function withHead(octets: AsyncIterable<Uint8Array>, enough: (head: Uint8Array) => boolean): Promise<Headed> {
  const iterator = octets[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (!enough(head) && head.length < READ_BYTES) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  return { head, octets: rejoined(head, iterator) };
}

async function* rejoined(head: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

function namedCompression(name: string): 'none' | 'gzip' | 'zstd' {
  if (/\.gz$/i.test(name)) return 'gzip';
  return /\.zst$/i.test(name) ? 'zstd' : 'none';
}

function namedFormat(name: string): 'xml' | 'ndjson' | undefined {
  const match = /\.(xml|ndjson|jsonl)(?:\.gz|\.zst)?$/i.exec(name);
  if (match === null) return undefined;
  return match[1]?.toLowerCase() === 'xml' ? 'xml' : 'ndjson';
}

/** By the name, else by the first octet that is not blank. @throws Fault for results of a verification */
function formatOf(head: Uint8Array, name: string): 'xml' | 'ndjson' {
  const format = namedFormat(name) ?? likelyFormat(head, name);
  if (format === 'ndjson' && isResultLine(firstLine(head))) throw new Fault('caller.input-results', { file: name });
  return format;
}

function likelyFormat(head: Uint8Array, file: string): 'xml' | 'ndjson' {
  const ink = firstInk(head);
  if (ink === undefined || ink === 0x7b) return 'ndjson';
  // UTF-16 cannot be NDJSON; as a message it is refused with its precise code.
  if (ink === 0x3c || ink === 0xfe || ink === 0xff || ink === 0) return 'xml';
  throw invalidFile(file, 'neither an XML message nor NDJSON');
}

/** The first octet that is neither blank nor part of a UTF-8 byte order mark. */
export function firstInk(head: Uint8Array): number | undefined {
  return head[inkOffset(head)];
}

function inkOffset(head: Uint8Array): number {
  const blank = (octet: number | undefined): boolean =>
    octet === 0x20 || octet === 0x09 || octet === 0x0a || octet === 0x0d;
  let offset = startOf(head);
  while (blank(head[offset])) offset += 1;
  return offset;
}

/** Whether `head` says all that is asked of it: its format, and if it is NDJSON, a line of it. */
function hasFirstLine(head: Uint8Array): boolean {
  const offset = inkOffset(head);
  return offset < head.length && (head[offset] !== 0x7b || head.includes(0x0a, offset));
}

/** The first line that is not blank. */
function firstLine(head: Uint8Array): Uint8Array {
  const offset = inkOffset(head);
  const end = head.indexOf(0x0a, offset);
  return head.subarray(offset, end < 0 ? head.length : end);
}

/** Behind a UTF-8 byte order mark. */
export function startOf(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

/** The one message of a log, or a refusal. */
export async function oneMessage(
  octets: AsyncIterable<Uint8Array>,
  id: string,
  messageBytesMax: number,
): Promise<LogEntry> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of octets) {
    sizeBytes += piece.length;
    if (sizeBytes > messageBytesMax) return tooLarge(id, sizeBytes, messageBytesMax);
    pieces.push(piece);
  }
  return { kind: 'message', id, atMs: undefined, message: Buffer.concat(pieces, sizeBytes) };
}

/** The longest line that is looked at. Base64 takes 4/3, JSON's escapes of a message's quotes and angle brackets up to about 2. */
export function lineBytesMax(messageBytesMax: number): number {
  return messageBytesMax * 2 + RECORD_OVERHEAD_BYTES;
}

async function* records(
  octets: AsyncIterable<Uint8Array>,
  name: string,
  messageBytesMax: number,
): AsyncGenerator<LogEntry> {
  const splitter = new LineSplitter(lineBytesMax(messageBytesMax));
  const entryOf = (line: Line): LogEntry | undefined => {
    const fallbackId = `${name}:${line.number}`;
    if (line.bytes === undefined) return tooLarge(fallbackId, line.sizeBytes, messageBytesMax);
    const bytes = line.number === 1 ? line.bytes.subarray(startOf(line.bytes)) : line.bytes;
    return firstInk(bytes) === undefined ? undefined : readRecord(bytes, { fallbackId, messageBytesMax });
  };
  for await (const chunk of octets) {
    for (const line of splitter.split(chunk)) {
      const entry = entryOf(line);
      if (entry !== undefined) yield entry;
    }
  }
  for (const line of splitter.end()) {
    const entry = entryOf(line);
    if (entry !== undefined) yield entry;
  }
}

function invalidFile(file: string, reason: string): Fault {
  return new Fault('caller.input-invalid', { file, reason });
}

/** The refusal of what is too large to be looked at. */
export function tooLarge(id: string, sizeBytes: number, messageBytesMax: number): LogRefusal {
  const detail = { sizeBytes, messageBytesMax };
  return { kind: 'refused', id, reply: { ok: false, code: 'peer.limit-message-size', detail }, sizeBytes };
}
