import type { Tape } from '@parley/codec';
import { attributeNamed, attributeText, localName, Namespace } from '@parley/codec/internal';
import { decodeBase64Text, encodeBase64 } from '@parley/core/internal';
import { trimmedOctets } from './claim.ts';
import { structureInvalid } from './shape-refusals.ts';

const VALUE = localName('Value');

/**
 * The Value of a wsse11:SignatureConfirmation (WSS 1.1 §8.5), in base64 without white space; `undefined` without one.
 * @throws Fault `peer.structure-invalid` the element is not empty; `peer.encoding-invalid`
 */
export function readSignatureConfirmation(tape: Tape, element: number): string | undefined {
  const { start, end } = trimmedOctets(tape, element, 'wsse11:SignatureConfirmation');
  if (start < end) {
    throw structureInvalid(tape, element, 'content of wsse11:SignatureConfirmation');
  }
  const attribute = attributeNamed(tape, element, Namespace.none, VALUE);
  return attribute < 0 ? undefined : encodeBase64(decodeBase64Text(attributeText(tape, attribute)));
}
