/**
 * Records of a log as a WebAssembly module reads them; see assembly/record.ts.
 *
 * perf: JSON.parse makes a text of a message, and Buffer.from octets of the text: 11 us for 5 KB, here one. What this does not
 * take, read-record.ts does; and that says what is right.
 */
import { isUtf8 } from 'node:buffer';
import { instantiate, parseInstantOctets } from '@parley/core/internal';
import { RECORD_MODULE } from './record-module-octets.ts';

// Where things are in the module's memory of 12 MiB; assembly/record.ts has the same number.
const ANSWER_AT = 0x1000;
const LINES_AT = 0x10000;
const MESSAGE_AT = 0x700000;
/** Room for lines, behind which the module may read a little. */
export const LINES_BYTES: number = 6 * 1024 * 1024;
/** A line that is longer is for the plain reader. */
const LINE_BYTES_MAX = 4 * 1024 * 1024;

interface RecordExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly readRecord: (start: number, end: number, out: number) => number;
}

const module = instantiate(RECORD_MODULE, {}) as RecordExports | undefined;
const memory: ArrayBuffer = module?.memory.buffer ?? new ArrayBuffer(LINES_AT + LINES_BYTES);
const octets = new Uint8Array(memory);
const answer = new Int32Array(memory, ANSWER_AT, 5);

/** Where lines are put to be read; they stay until others are put there. */
export const LINES: Uint8Array = new Uint8Array(memory, LINES_AT, LINES_BYTES);

/** A record that was read; what it views is overwritten by the next one. */
export interface PlainRecord {
  /** Empty if it has none. */
  readonly id: string;
  readonly atMs: number | undefined;
  readonly message: Uint8Array;
}

/** The record in lines[start, end), if it is one of the usual kind in {@link LINES}; `undefined` leaves it to the plain reader. */
export function readPlainRecord(
  lines: Uint8Array,
  start: number,
  end: number,
  idLengthMax: number,
): PlainRecord | undefined {
  if (module === undefined || lines !== LINES || end - start > LINE_BYTES_MAX) return undefined;
  const lengthBytes = module.readRecord(LINES_AT + start, LINES_AT + end, MESSAGE_AT);
  if (lengthBytes < 0) return undefined;
  const [idStart = 0, idEnd = 0, atStart = 0, atEnd = 0, isAscii = 0] = answer;
  if (isAscii === 0 && !isUtf8(LINES.subarray(start, end))) return undefined;
  const idLength = idStart === 0 ? 0 : idEnd - idStart;
  if (idStart !== 0 && (idLength === 0 || idLength > idLengthMax)) return undefined;
  let atMs: number | undefined;
  if (atStart !== 0) {
    try {
      atMs = parseInstantOctets(octets, atStart, atEnd);
    } catch {
      return undefined;
    }
    if (atMs < 0) return undefined;
  }
  const id = idLength === 0 ? '' : Buffer.from(memory, idStart, idLength).toString('latin1');
  return { id, atMs, message: octets.subarray(MESSAGE_AT, MESSAGE_AT + lengthBytes) };
}
