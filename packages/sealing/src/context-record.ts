/** A security context as MessagePack, before it is sealed and after it was opened. */

import type { KeyInstance, SecurityContext, SuiteName } from '@parley/core';
import { Fault, Secret, SUITE_NAMES } from '@parley/core';
import { Packr } from 'msgpackr';
import type { RecordPlace } from './record-place.ts';

// No structures: a record is readable on its own, by any MessagePack reader.
const packr = new Packr({ useRecords: false, mapsAsObjects: true });
const FIELD_NAMES_BYTES_MAX = 4096;

/** Seals `context` (borrowed) for `place`. @throws Fault as {@link RecordPlace.seal} */
export function sealContext(context: SecurityContext, place: RecordPlace): Uint8Array {
  const plaintext = packContext(context);
  try {
    return place.seal(plaintext);
  } finally {
    plaintext.fill(0);
  }
}

/** Opens what {@link sealContext} gave; its secrets are the caller's. @throws Fault as {@link RecordPlace.open}; `internal.store-corrupt` no context of that name */
export function openContext(record: Uint8Array, place: RecordPlace, identifier: string): SecurityContext {
  const plaintext = place.open(record);
  try {
    return unpackContext(plaintext, identifier);
  } finally {
    plaintext.fill(0);
  }
}

/** The octets of `context` (borrowed). They hold its secrets: wipe them. */
function packContext(context: SecurityContext): Uint8Array {
  // safety: msgpackr writes into a buffer that it keeps, unless it is given one; this one is large enough and gets wiped.
  const scratch = Buffer.alloc(packedBytesMax(context));
  const copies = context.keys.map((key) => key.secret.lend((bytes) => Uint8Array.from(bytes)));
  packr.useBuffer(scratch);
  try {
    const keys = context.keys.map((key, index) => ({ ...key, secret: copies[index] }));
    return Uint8Array.from(packr.pack({ ...context, keys }));
  } finally {
    scratch.fill(0);
    for (const copy of copies) copy.fill(0);
  }
}

/**
 * The context in `octets` (borrowed); its secrets are the caller's.
 * @throws Fault `internal.store-corrupt` for anything that is not a context called `identifier`
 */
function unpackContext(octets: Uint8Array, identifier: string): SecurityContext {
  const fields = fieldsOf(unpacked(octets));
  if (text(fields, 'identifier') !== identifier) throw corrupt('identifier');
  const renewable = fields.get('renewable');
  const claims = fields.get('claims');
  return {
    identifier,
    version: optional(fields, 'version', (value) => oneOf(value, ['200512', '200502'] as const, 'version')),
    suite: oneOf(fields.get('suite'), SUITE_NAMES, 'suite') satisfies SuiteName,
    keys: list(fields, 'keys').map(unpackKey),
    createdAtMs: instant(fields, 'createdAtMs'),
    expiresAtMs: end(fields, 'expiresAtMs'),
    cancelledAtMs: optional(fields, 'cancelledAtMs', () => end(fields, 'cancelledAtMs')),
    principal: optional(fields, 'principal', () => text(fields, 'principal')),
    ...(claims === undefined ? {} : { claims: list(fields, 'claims').map(textOf) }),
    ...(renewable === undefined
      ? {}
      : { renewable: oneOf(renewable, ['never', 'until-expiry', 'after-expiry'] as const, 'renewable') }),
  };
}

function packedBytesMax(context: SecurityContext): number {
  const texts = [
    context.identifier,
    context.principal ?? '',
    ...(context.claims ?? []).map((claim) => `${claim} `),
    ...context.keys.map((key) => key.instance ?? ''),
  ];
  const textBytes = texts.reduce((sum, part) => sum + 3 * part.length, 0);
  return context.keys.reduce(
    (sum, key) => sum + key.secret.lengthBytes + FIELD_NAMES_BYTES_MAX,
    textBytes + FIELD_NAMES_BYTES_MAX,
  );
}

type Fields = ReadonlyMap<string, unknown>;

function unpackKey(value: unknown): KeyInstance {
  const fields = fieldsOf(value);
  const secret = fields.get('secret');
  if (!(secret instanceof Uint8Array) || secret.length === 0) throw corrupt('secret');
  return {
    instance: optional(fields, 'instance', () => text(fields, 'instance')),
    secret: Secret.copyOf(secret),
    createdAtMs: instant(fields, 'createdAtMs'),
    expiresAtMs: end(fields, 'expiresAtMs'),
  };
}

function unpacked(octets: Uint8Array): unknown {
  try {
    return packr.unpack(octets);
  } catch {
    throw corrupt('encoding');
  }
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw corrupt('shape');
  return new Map(Object.entries(value));
}

function list(fields: Fields, name: string): unknown[] {
  const value = fields.get(name);
  if (!Array.isArray(value)) throw corrupt(name);
  return value;
}

function text(fields: Fields, name: string): string {
  const value = fields.get(name);
  if (typeof value !== 'string') throw corrupt(name);
  return value;
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw corrupt('claims');
  return value;
}

function instant(fields: Fields, name: string): number {
  const value = fields.get(name);
  if (typeof value !== 'number' || !Number.isFinite(value)) throw corrupt(name);
  return value;
}

/** What may be never, too. */
function end(fields: Fields, name: string): number {
  const value = fields.get(name);
  if (typeof value !== 'number' || Number.isNaN(value)) throw corrupt(name);
  return value;
}

function oneOf<const T extends string>(value: unknown, allowed: readonly T[], name: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw corrupt(name);
  return found;
}

function optional<T>(fields: Fields, name: string, read: (value: unknown) => T): T | undefined {
  const value = fields.get(name);
  return value === undefined || value === null ? undefined : read(value);
}

function corrupt(field: string): Fault {
  return new Fault('internal.store-corrupt', { reason: 'record content', field });
}
