/** What contexts are called in the database. */
import { storableOctets } from '@parley/conversation/internal';

// The database's own order: the check record comes before the changes, and those before all contexts.
const CONTEXT_PREFIX = 1;
export const CONTEXTS_START: Uint8Array = Uint8Array.of(CONTEXT_PREFIX);
export const AFTER_CONTEXTS: Uint8Array = Uint8Array.of(CONTEXT_PREFIX + 1);

/** Of the octets of an identifier. */
export function keyOf(octets: Uint8Array): Uint8Array {
  const key = new Uint8Array(octets.length + 1);
  key[0] = CONTEXT_PREFIX;
  key.set(octets, 1);
  return key;
}

/** `undefined` for what can be nobody's identifier. */
export function keyNamed(identifier: string): Uint8Array | undefined {
  const octets = storableOctets(identifier);
  return octets && keyOf(octets);
}

/** `undefined` for a key that is damaged: it is nobody's name. */
export function identifierOf(key: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(key.subarray(1));
  } catch {
    return undefined;
  }
}
