import type { Tape } from '@parley/codec';
import { attributeNamed, firstChild, isNamed, localName, Namespace, resolveId } from '@parley/codec/internal';
import { isAssertionId } from './assertion-reference.ts';
import { trimmedOctets } from './claim.ts';
import { HIDDEN, resolveFragment } from './token-reference.ts';

const REFERENCE = localName('Reference');
const KEY_IDENTIFIER = localName('KeyIdentifier');
const URI = localName('URI');
const VALUE_TYPE = localName('ValueType');

/**
 * Whether the STR `element` names a token of this message that is not there, and so may be in ciphertext. Says nothing else
 * about it: it is read when it can be resolved.
 *
 * @throws Fault `peer.ref-uri-forbidden` a fragment that is no plain name; `peer.structure-invalid` markup in an id
 */
export function namesHiddenToken(tape: Tape, element: number): boolean {
  const name = firstChild(tape, element);
  if (name < 0) return false;
  if (isNamed(tape, name, Namespace.wsse, REFERENCE)) {
    const uri = attributeNamed(tape, name, Namespace.none, URI);
    return uri >= 0 && resolveFragment(tape, uri, true) === HIDDEN;
  }
  if (!isNamed(tape, name, Namespace.wsse, KEY_IDENTIFIER)) return false;
  const valueType = attributeNamed(tape, name, Namespace.none, VALUE_TYPE);
  if (valueType < 0 || !isAssertionId(tape, valueType)) return false;
  const { bytes, start, end } = trimmedOctets(tape, name, 'wsse:KeyIdentifier');
  return resolveId(tape, start, end, bytes) < 0;
}
