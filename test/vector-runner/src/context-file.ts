/** contexts.json: what is in the context store when a suite begins. */

import type { KeyInstance, SecurityContext, Version } from '@parley/core';
import { Secret } from '@parley/core';
import { decodeBase64Text, VERSION_URIS } from '@parley/core/internal';
import type { JsonRecord } from './json-record.ts';
import { instantField, listField, recordOf, requiredText, textField, UnreadableVector } from './json-record.ts';

const FOREVER_MS = 8.64e15;

/** The contexts of a file's JSON: an array of rows, or an object that holds it. @throws UnreadableVector */
export function contextsOf(json: unknown): readonly SecurityContext[] {
  const rows = Array.isArray(json) ? json : listField(recordOf(json, 'contexts file'), 'contexts');
  const byIdentifier = new Map<string, SecurityContext>();
  for (const entry of rows) {
    const row = recordOf(entry, 'context');
    const context = contextOf(row);
    const known = byIdentifier.get(context.identifier);
    byIdentifier.set(context.identifier, known === undefined ? context : withKeysOf(known, context));
  }
  return [...byIdentifier.values()];
}

function contextOf(row: JsonRecord): SecurityContext {
  const createdAtMs = instantField(row, 'created') ?? 0;
  const expiresAtMs = instantField(row, 'expires') ?? FOREVER_MS;
  const key: KeyInstance = {
    instance: textField(row, 'instance'),
    secret: Secret.copyOf(decodeBase64Text(requiredText(row, 'secret'))),
    createdAtMs,
    expiresAtMs,
  };
  return {
    identifier: requiredText(row, 'identifier'),
    version: versionOf(textField(row, 'wscNamespace')),
    suite: 'Basic256',
    keys: [key],
    createdAtMs,
    expiresAtMs,
    cancelledAtMs: row['cancelled'] === true ? createdAtMs : instantField({ at: row['cancelled'] || undefined }, 'at'),
    principal: undefined,
  };
}

// A renewed context has a row per key.
function withKeysOf(known: SecurityContext, added: SecurityContext): SecurityContext {
  return {
    ...known,
    keys: [...known.keys, ...added.keys].sort((left, right) => left.createdAtMs - right.createdAtMs),
    createdAtMs: Math.min(known.createdAtMs, added.createdAtMs),
    expiresAtMs: Math.max(known.expiresAtMs, added.expiresAtMs),
    cancelledAtMs: known.cancelledAtMs ?? added.cancelledAtMs,
  };
}

function versionOf(conversationNamespace: string | undefined): Version | undefined {
  if (conversationNamespace === undefined) return undefined;
  const found = Object.values(VERSION_URIS).find((uris) => uris.conversation === conversationNamespace);
  if (found === undefined)
    throw new UnreadableVector(`wscNamespace ${conversationNamespace} is of no known generation`);
  return found.version;
}
