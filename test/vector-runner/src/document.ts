/** Small readings of documents that the vectors need: a Body's content, an element by name or Id. */
import { attributeText, canonicaliseContent, firstChild, nextSibling, OctetSink, scan, Tape } from '@parley/codec';
import { attributeNamed, isNamed, localName, Namespace } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import { UnreadableVector } from './json-record.ts';

const ID = localName('Id');
const BODY = localName('Body');
const ENCRYPTED_DATA = localName('EncryptedData');

/** `bytes` on a tape of its own. @throws Fault as `scan` does */
export function scanned(bytes: Uint8Array): Tape {
  const tape = new Tape();
  scan(bytes, DEFAULT_LIMITS, tape);
  return tape;
}

/** The octets of `sink`, copied. */
export function octetsOf(sink: OctetSink): Uint8Array {
  return sink.bytes.slice(0, sink.length);
}

/** Exclusive C14N of the children of `element`, each on its own. */
export function canonicalContent(tape: Tape, element: number): Uint8Array {
  const sink = new OctetSink();
  canonicaliseContent(tape, element, sink);
  return octetsOf(sink);
}

/** The first element that `matches`, in document order, or -1. */
export function findElement(tape: Tape, matches: (element: number) => boolean): number {
  for (let element = 0; element < tape.elementCount; element++) if (matches(element)) return element;
  return -1;
}

/** The soap:Body of an envelope. @throws UnreadableVector */
export function bodyOf(tape: Tape): number {
  for (let child = firstChild(tape, 0); child >= 0; child = nextSibling(tape, child)) {
    if (isNamed(tape, child, Namespace.soap11, BODY) || isNamed(tape, child, Namespace.soap12, BODY)) return child;
  }
  throw new UnreadableVector('the message has no Body');
}

/** The EncryptedData with `id`, or -1. */
export function encryptedDataWithId(tape: Tape, id: string): number {
  return findElement(tape, (element) => isEncryptedData(tape, element) && unqualifiedId(tape, element) === id);
}

/** Whether anything in the document is encrypted. */
export function hasEncryptedData(tape: Tape): boolean {
  return findElement(tape, (element) => isEncryptedData(tape, element)) >= 0;
}

/** The value of the attribute `Id` in no namespace, or `undefined` if there is none. */
export function unqualifiedId(tape: Tape, element: number): string | undefined {
  const attribute = attributeNamed(tape, element, Namespace.none, ID);
  return attribute < 0 ? undefined : attributeText(tape, attribute);
}

function isEncryptedData(tape: Tape, element: number): boolean {
  return isNamed(tape, element, Namespace.xenc, ENCRYPTED_DATA);
}
