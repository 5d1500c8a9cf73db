/**
 * What was seen once, within one transaction of a database: entries, when each may be forgotten, and how many there are of whom. Fingerprints
 * alone: nothing of a message can be read there.
 */
import type { ForgottenTimes } from '@parley/conversation/internal';
import {
  claimantOf,
  fingerprintOf,
  isForgottenTime,
  roomsOf,
  shareRefusal,
  withForgotten,
} from '@parley/conversation/internal';
import type { Fault } from '@parley/core';
import type { ReplayEntry, ReplayShare } from '@parley/engine';
import type { Writing } from './lmdb-database.ts';

const PREFIX = { entry: 1, time: 2, count: 3, forgotten: 4, context: 5 } as const;
/** Entries are forgotten together with the others of their ten seconds. */
const BUCKET_MS = 10_000;
const BUCKET_BYTES = 6;
/** Later than that is as good as never. */
const BUCKET_MAX = 2 ** (8 * BUCKET_BYTES) - 1;
/** More than comes in: each insert forgets so many that are over. */
const FORGOTTEN_AT_ONCE = 8;

const FORGOTTEN_KEY: Uint8Array = Uint8Array.of(PREFIX.forgotten);
const NOTHING = new Uint8Array(0);
const ROOM_KEY_BYTES = 2;
const OWNER_KEY_BYTES = 18;
const KINDS = ['message', 'trust'] as const;
type Kind = (typeof KINDS)[number];

/** `false`: it is there, or its time has passed. A fault is a quota that is used up; nothing is written then. */
export type Inserted = boolean | Fault;

/** Inserts `entry`, as `ReplayCache` says it; forgets some of what is over at `nowMs` before. */
export function insertEntry(
  writing: Writing,
  { scope, key, untilMs }: ReplayEntry,
  nowMs: number,
  { owner, kind = 'message' }: ReplayShare,
  entriesMax: number,
): Inserted {
  const bucket = Math.floor(nowMs / BUCKET_MS);
  const last = Math.ceil(untilMs / BUCKET_MS);
  // A clock that goes backwards, in this process or another, brings nothing back.
  if (untilMs <= nowMs || isForgottenTime(timesIn(writing.get(FORGOTTEN_KEY)), last)) return false;
  const fingerprint = octetsIn(fingerprintOf(scope, key));
  const entryKey = Uint8Array.of(PREFIX.entry, ...fingerprint);
  const known = writing.get(entryKey);
  if (known !== undefined && numberIn(known) > bucket) return false;
  const over = known === undefined ? [] : [timeKey(numberIn(known), fingerprint)];
  forgetAll(writing, [...over, ...overAt(writing, bucket)]);
  const rooms = roomsOf(entriesMax);
  const room = rooms.trust > 0 ? kind : 'message';
  const claimant = claimantOf(scope, owner);
  const counts = [countKey(room), countKey(room, owner)] as const;
  const context = claimant.context === undefined ? NOTHING : contextKey(room, owner, claimant.context);
  const held = {
    room: numberIn(writing.get(counts[0])),
    owner: numberIn(writing.get(counts[1])),
    context: context.length === 0 ? 0 : numberIn(writing.get(context)),
  };
  const refusal = shareRefusal(held, { name: room, entriesMax: rooms[room] }, claimant);
  if (refusal !== undefined) return refusal;
  writing.put(entryKey, octetsOf(last));
  writing.put(timeKey(last, fingerprint), Uint8Array.of(...counts[1], ...context));
  writing.put(counts[0], octetsOf(held.room + 1));
  writing.put(counts[1], octetsOf(held.owner + 1));
  if (context.length > 0) writing.put(context, octetsOf(held.context + 1));
  return true;
}

/** All that are there, some of them possibly past their time. */
export function heldEntries(writing: Pick<Writing, 'get'>): number {
  return KINDS.reduce((sum, kind) => sum + numberIn(writing.get(countKey(kind))), 0);
}

/** Some of what is over. */
function overAt(writing: Writing, bucket: number): readonly Uint8Array[] {
  return writing.keys(Uint8Array.of(PREFIX.time), timeKey(bucket + 1, NOTHING), FORGOTTEN_AT_ONCE);
}

/** Forgets them, and from then on takes nothing for new that may be among it. */
function forgetAll(writing: Writing, keys: readonly Uint8Array[]): void {
  if (keys.length === 0) return;
  let times = timesIn(writing.get(FORGOTTEN_KEY));
  for (const key of keys) times = withForgotten(times, bucketOf(key), bucketOf(key) + 1);
  writing.put(FORGOTTEN_KEY, Uint8Array.of(...times.flat().flatMap((time) => [...octetsOf(time)])));
  for (const key of keys) forget(writing, key);
}

/** One number alone, as earlier versions wrote it, is the last of all that were forgotten. */
function timesIn(octets: Uint8Array | undefined): ForgottenTimes {
  if (octets === undefined) return [];
  const numbers = Array.from({ length: Math.floor(octets.length / 8) }, (_, at) =>
    numberIn(octets.subarray(8 * at, 8 * at + 8)),
  );
  if (numbers.length === 1) return [[0, (numbers[0] ?? 0) + 1]];
  return numbers.flatMap((from, at) => (at % 2 === 0 ? [[from, numbers[at + 1] ?? from] as const] : []));
}

/** `key`: its time and its fingerprint. Whatever was forgotten before is not forgotten twice. */
function forget(writing: Writing, key: Uint8Array): void {
  const known = writing.get(key);
  if (known === undefined) return;
  // Taken out of the database's own memory, which changes with what is written.
  const value = Uint8Array.from(known);
  const counts = [
    value.subarray(0, ROOM_KEY_BYTES),
    value.subarray(0, OWNER_KEY_BYTES),
    value.subarray(OWNER_KEY_BYTES),
  ];
  writing.remove(key);
  writing.remove(Uint8Array.of(PREFIX.entry, ...key.subarray(1 + BUCKET_BYTES)));
  for (const count of counts) if (count.length > 0) lower(writing, count);
}

function lower(writing: Writing, key: Uint8Array): void {
  const left = numberIn(writing.get(key)) - 1;
  if (left > 0) writing.put(key, octetsOf(left));
  else writing.remove(key);
}

/** Of all of a room; with an owner, of him. */
function countKey(room: Kind, owner?: string): Uint8Array {
  const of = owner === undefined ? NOTHING : octetsIn(fingerprintOf('', owner));
  return Uint8Array.of(PREFIX.count, KINDS.indexOf(room), ...of);
}

/** Of one context of an owner. */
function contextKey(room: Kind, owner: string, context: string): Uint8Array {
  return Uint8Array.of(PREFIX.context, KINDS.indexOf(room), ...octetsIn(fingerprintOf(owner, context)));
}

function timeKey(bucket: number, fingerprint: Uint8Array): Uint8Array {
  const time = new Uint8Array(BUCKET_BYTES);
  const counted = Math.min(bucket, BUCKET_MAX);
  new DataView(time.buffer).setUint32(2, counted % 2 ** 32);
  new DataView(time.buffer).setUint16(0, Math.floor(counted / 2 ** 32));
  return Uint8Array.of(PREFIX.time, ...time, ...fingerprint);
}

/** Of a key of its kind. */
function bucketOf(key: Uint8Array): number {
  const view = new DataView(key.buffer, key.byteOffset + 1);
  return view.getUint16(0) * 2 ** 32 + view.getUint32(2);
}

function octetsIn(latin1: string): Uint8Array {
  return Uint8Array.from(latin1, (character) => character.charCodeAt(0));
}

function octetsOf(count: number): Uint8Array {
  const octets = new Uint8Array(8);
  new DataView(octets.buffer).setFloat64(0, count);
  return octets;
}

function numberIn(octets: Uint8Array | undefined): number {
  return octets?.length === 8 ? new DataView(octets.buffer, octets.byteOffset).getFloat64(0) : 0;
}
