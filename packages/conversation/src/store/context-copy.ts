/** Copies of contexts, so that each secret has one owner. */

import type { SecurityContext } from '@parley/core';
import { Fault, Secret } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { instanceOf, listOf, objectWith, requireKind } from '@parley/core/internal';
import { IDENTIFIER_BYTES_MAX } from './context-store.ts';

/** A context with secrets of its own. */
export function copyContext(context: SecurityContext): SecurityContext {
  return {
    ...context,
    keys: context.keys.map((key) => ({ ...key, secret: key.secret.lend((bytes) => Secret.copyOf(bytes)) })),
  };
}

// Of a context that is damaged otherwise, too.
const KEYS: Kind<{ readonly keys: readonly { readonly secret: Secret }[] }> = objectWith({
  keys: listOf(objectWith({ secret: instanceOf(Secret) })),
});

/** Overwrites all secrets of a context that the caller owns. */
export function wipeContext(context: SecurityContext | undefined): void {
  if (context === undefined) return;
  requireKind(KEYS, context, 'context');
  for (const key of context.keys) key.secret.wipe();
}

/** What is left of `context` when it is cancelled at `atMs`. */
export function tombstoneOf(context: SecurityContext, atMs: number, keys: 'wipe' | 'retain'): SecurityContext {
  return { ...context, cancelledAtMs: atMs, keys: keys === 'retain' ? context.keys : [] };
}

/**
 * The octets of an identifier, if a context may have it: text of 1 to {@link IDENTIFIER_BYTES_MAX} octets. Halves of
 * surrogate pairs are no text: two of them would be one name.
 */
export function storableOctets(identifier: string): Uint8Array | undefined {
  if (identifier.length > IDENTIFIER_BYTES_MAX || /\p{Surrogate}/u.test(identifier)) return undefined;
  const octets = new TextEncoder().encode(identifier);
  return octets.length === 0 || octets.length > IDENTIFIER_BYTES_MAX ? undefined : octets;
}

/** The same for one that is to be stored. @throws Fault `caller.input-invalid` */
export function identifierOctets(identifier: string): Uint8Array {
  const octets = storableOctets(identifier);
  if (octets === undefined)
    throw new Fault('caller.input-invalid', { input: 'identifier', lengthCharacters: identifier.length });
  return octets;
}

/** @throws Fault `caller.context-unusable`: what is cancelled stays cancelled */
export function refuseRevival(stored: SecurityContext | undefined): void {
  if (stored?.cancelledAtMs !== undefined) throw new Fault('caller.context-unusable', { reason: 'cancelled' });
}
