import { isUtf8 } from 'node:buffer';
import { Fault } from '@parley/core';
import { decodeBase64Text, failedReply, limitFault, parseInstant } from '@parley/core/internal';
import type { LogEntry } from './log-entry.ts';

/** The longest `id` that is taken from a record. */
export const ID_LENGTH_MAX = 256;

/** The last instant that a Date knows. */
const LATEST_MS = 8.64e15;

/** How a record becomes an entry. */
export interface RecordRules {
  /** The id when the record brings none. */
  readonly fallbackId: string;
  readonly messageBytesMax: number;
}

/**
 * One line of an NDJSON log as an entry: `{"at": …, "message": "<xml>"}` or `"base64"`, with an optional `"id"`;
 * other members are ignored. Borrows `line`.
 */
export function readRecord(line: Uint8Array, rules: RecordRules): LogEntry {
  let id = rules.fallbackId;
  try {
    const record = objectOf(line);
    id = idOf(record) ?? id;
    const message = messageOf(record, line);
    if (message.length > rules.messageBytesMax) {
      throw limitFault('peer.limit-message-size', 'messageBytesMax', rules.messageBytesMax, message.length);
    }
    return { kind: 'message', id, atMs: atOf(record), message };
  } catch (error) {
    return { kind: 'refused', id, reply: failedReply(error), sizeBytes: line.length };
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

function objectOf(line: Uint8Array): JsonObject {
  if (!isUtf8(line)) throw invalid('not UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8'));
  } catch {
    throw invalid('not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('not a JSON object');
  return value as JsonObject;
}

function idOf(record: JsonObject): string | undefined {
  const { id } = record as { id?: unknown };
  if (id === undefined || id === null) return undefined;
  if (typeof id !== 'string' || id.length === 0 || id.length > ID_LENGTH_MAX) throw invalid('id');
  return id;
}

function messageOf(record: JsonObject, line: Uint8Array): Uint8Array {
  const { message, base64 } = record as { message?: unknown; base64?: unknown };
  if (message !== undefined && base64 !== undefined) throw invalid('both message and base64');
  if (typeof message === 'string') return octetsOf(message, line);
  if (typeof base64 !== 'string') throw invalid('neither message nor base64');
  try {
    return decodeBase64Text(base64);
  } catch {
    throw invalid('base64');
  }
}

function octetsOf(message: string, line: Uint8Array): Uint8Array {
  // safety: an escaped half of a surrogate pair would turn into U+FFFD, that is, into another message.
  if (line.includes(0x5c) && /\p{Surrogate}/u.test(message)) throw invalid('message has a lone surrogate');
  return Buffer.from(message, 'utf8');
}

function atOf(record: JsonObject): number | undefined {
  const { at } = record as { at?: unknown };
  if (at === undefined || at === null) return undefined;
  const atMs = typeof at === 'string' ? instantOf(at) : at;
  if (typeof atMs === 'number' && isInstant(atMs)) return atMs;
  throw invalid('at');
}

function instantOf(text: string): number | undefined {
  try {
    return parseInstant(text);
  } catch {
    return undefined;
  }
}

/** Whether a message can be judged as of then. */
function isInstant(atMs: number): boolean {
  return Number.isSafeInteger(atMs) && atMs >= 0 && atMs <= LATEST_MS;
}

function invalid(reason: string): Fault {
  return new Fault('caller.input-invalid', { reason });
}
