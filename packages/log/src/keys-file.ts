import type { KeyInstance, SecurityContext, SuiteName, Version } from '@parley/core';
import { algorithmSuite, Fault, Secret } from '@parley/core';
import {
  CONTEXT_SECRET_BYTES_MIN,
  decodeBase64Text,
  parseInstant,
  requireInput,
  VERSION_URIS,
} from '@parley/core/internal';

/** For contexts without a lifetime: whatever the message's time, the key is good. */
const FOREVER_MS = Number.MAX_SAFE_INTEGER;
const FIELDS = new Set([
  'identifier',
  'instance',
  'secret',
  'suite',
  'version',
  'wscNamespace',
  'created',
  'expires',
  'cancelled',
  'principal',
]);

/**
 * The contexts of a keys file: `{"contexts": [entry, …]}` or the bare array. Entries with one identifier and different
 * instances become one context with several keys. Borrows `file`; the secrets belong to the caller.
 *
 * @throws Fault `caller.keys-invalid` naming the entry's index and the field, never its value.
 */
export function parseKeys(file: Uint8Array): readonly SecurityContext[] {
  requireInput(file, 'file');
  const contexts = new Map<string, SecurityContext>();
  for (const [index, value] of entriesOf(file).entries()) {
    const context = contextOf(new EntryReader(value, index));
    const known = contexts.get(context.identifier);
    contexts.set(context.identifier, known === undefined ? context : merged(known, context, index));
  }
  return [...contexts.values()];
}

function entriesOf(file: Uint8Array): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file));
  } catch {
    // safety: the parser's message would quote the file.
    throw new Fault('caller.keys-invalid', { reason: 'not JSON in UTF-8' });
  }
  if (Array.isArray(value)) return value;
  const contexts: unknown = isObject(value) ? value['contexts'] : undefined;
  if (!Array.isArray(contexts)) throw new Fault('caller.keys-invalid', { field: 'contexts' });
  return contexts;
}

function contextOf(entry: EntryReader): SecurityContext {
  const createdAtMs = entry.instant('created') ?? 0;
  const expiresAtMs = entry.instant('expires') ?? FOREVER_MS;
  if (expiresAtMs <= createdAtMs) throw entry.fault('expires');
  const key: KeyInstance = { instance: entry.text('instance'), secret: entry.secret(), createdAtMs, expiresAtMs };
  return {
    identifier: entry.text('identifier') ?? entry.missing('identifier'),
    version: entry.version(),
    suite: entry.suite(),
    keys: [key],
    createdAtMs,
    expiresAtMs,
    cancelledAtMs: entry.instant('cancelled'),
    principal: entry.text('principal'),
  };
}

/** Two entries of one context. A key's own lifetime stays with the key. */
function merged(known: SecurityContext, more: SecurityContext, entry: number): SecurityContext {
  const key = more.keys[0];
  if (key === undefined || known.keys.some((one) => one.instance === key.instance)) {
    throw new Fault('caller.keys-invalid', { entry, field: 'instance', reason: 'given before' });
  }
  for (const field of ['version', 'suite', 'cancelledAtMs', 'principal'] as const) {
    if (known[field] === more[field]) continue;
    throw new Fault('caller.keys-invalid', {
      entry,
      field: field.replace('AtMs', ''),
      reason: 'differs within a context',
    });
  }
  return {
    ...known,
    keys: [...known.keys, key],
    createdAtMs: Math.min(known.createdAtMs, more.createdAtMs),
    expiresAtMs: Math.max(known.expiresAtMs, more.expiresAtMs),
  };
}

/** Reads the fields of one entry, and knows what to say when one is wrong. */
class EntryReader {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #index: number;

  constructor(value: unknown, index: number) {
    if (!isObject(value)) throw new Fault('caller.keys-invalid', { entry: index, reason: 'not an object' });
    this.#fields = value;
    this.#index = index;
    // safety: a misspelt `expires` must not turn into a key without end.
    for (const field of Object.keys(value)) if (!FIELDS.has(field)) throw this.fault(field.slice(0, 64), 'unknown');
  }

  text(field: string): string | undefined {
    const value = this.#fields[field];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string' || value.length === 0) throw this.fault(field);
    return value;
  }

  instant(field: string): number | undefined {
    const text = this.text(field);
    try {
      return text === undefined ? undefined : parseInstant(text);
    } catch {
      throw this.fault(field);
    }
  }

  secret(): Secret {
    let octets: Uint8Array;
    try {
      octets = decodeBase64Text(this.text('secret') ?? this.missing('secret'));
    } catch {
      throw this.fault('secret');
    }
    try {
      if (octets.length < CONTEXT_SECRET_BYTES_MIN) throw this.fault('secret', 'too short');
      return Secret.copyOf(octets);
    } finally {
      octets.fill(0);
    }
  }

  suite(): SuiteName {
    const name = this.text('suite') ?? 'Basic256';
    try {
      return algorithmSuite(name).name as SuiteName;
    } catch {
      throw this.fault('suite');
    }
  }

  version(): Version | undefined {
    const version = this.text('version');
    const namespace = this.text('wscNamespace');
    if (version === undefined && namespace === undefined) return undefined;
    for (const uris of Object.values(VERSION_URIS)) {
      if ((version ?? uris.version) === uris.version && (namespace ?? uris.conversation) === uris.conversation)
        return uris.version;
    }
    throw this.fault(namespace === undefined ? 'version' : 'wscNamespace');
  }

  missing(field: string): never {
    throw this.fault(field, 'missing');
  }

  fault(field: string, reason: string = 'invalid'): Fault {
    return new Fault('caller.keys-invalid', { entry: this.#index, field, reason });
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
