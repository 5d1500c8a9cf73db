/** Finding, in a message that is known to be good, the elements that its signature is about. */
import type { Tape } from '@parley/codec';
import {
  A,
  ATTRIBUTE_WORDS,
  attributeNamed,
  isNamed,
  localName,
  Namespace,
  resolveId,
  textOf,
} from '@parley/codec/internal';

const SIGNED_INFO = localName('SignedInfo');
const SIGNATURE_VALUE = localName('SignatureValue');
const REFERENCE = localName('Reference');
const CIPHER_VALUE = localName('CipherValue');
const URI = localName('URI');

/** The one ds:SignedInfo. */
export function signedInfoOf(tape: Tape): number {
  return onlyOne(tape, Namespace.ds, SIGNED_INFO);
}

/** The text of the one ds:SignatureValue. */
export function signatureValueOf(tape: Tape): string {
  return textOf(tape, onlyOne(tape, Namespace.ds, SIGNATURE_VALUE));
}

/** The elements that the references of the signature name. */
export function referencedElements(tape: Tape): readonly number[] {
  return elementsNamed(tape, Namespace.ds, REFERENCE).map((reference) => {
    const words = attributeNamed(tape, reference, Namespace.none, URI) * ATTRIBUTE_WORDS;
    const { [words + A.value]: start, [words + A.valueEnd]: end } = tape.attributes;
    return resolveId(tape, start! + 1, end!); // past the `#`
  });
}

/** The octets of each xenc:CipherValue, in document order. */
export function cipherValues(tape: Tape): readonly Uint8Array[] {
  return elementsNamed(tape, Namespace.xenc, CIPHER_VALUE).map(
    (element) => new Uint8Array(Buffer.from(textOf(tape, element), 'base64')),
  );
}

function onlyOne(tape: Tape, namespace: number, local: Uint8Array): number {
  const elements = elementsNamed(tape, namespace, local);
  if (elements.length !== 1) throw new Error(`expected one element of that name, found ${elements.length}`);
  return elements[0]!;
}

function elementsNamed(tape: Tape, namespace: number, local: Uint8Array): readonly number[] {
  return Array.from({ length: tape.elementCount }, (_, element) => element).filter((element) =>
    isNamed(tape, element, namespace, local),
  );
}
