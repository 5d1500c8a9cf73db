/** Header blocks put into an envelope that is there already. */
import { readDocument, Tape, XmlWriter } from '@parley/codec';
import { E, ELEMENT_WORDS, Namespace, namespaceOf, splice, uriOfPrefix } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import type { SoapVersion } from '@parley/engine';
import { readEnvelopeShape, SOAP, SOAP_NAMESPACES } from '@parley/engine/internal';

/** The octets of `envelope` (borrowed), with the header blocks that `write` writes before all others. @throws Fault of the scanner */
export function withHeaderBlocks(
  envelope: Uint8Array,
  write: (writer: XmlWriter, soapVersion: SoapVersion) => void,
): Uint8Array {
  const tape = new Tape();
  readDocument(envelope, DEFAULT_LIMITS, tape, 'scan');
  const { header, body } = readEnvelopeShape(tape);
  const soapVersion: SoapVersion = namespaceOf(tape, 0) === Namespace.soap11 ? '1.1' : '1.2';
  const soap = SOAP_NAMESPACES[soapVersion];
  const isInScope = uriOfPrefix(tape, Math.max(header, 0), soap.prefix) === soap.uri;
  const writer = new XmlWriter(undefined, isInScope ? [soap] : []);
  const place = (element: number, word: number): number => tape.elements[element * ELEMENT_WORDS + word]!;
  const isEmptyTag = header >= 0 && place(header, E.content) === place(header, E.end);
  if (header < 0 || isEmptyTag) writer.open(SOAP[soapVersion].Header);
  write(writer, soapVersion);
  if (header < 0 || isEmptyTag) writer.close();
  const start = isEmptyTag ? place(header, E.start) : header < 0 ? place(body, E.start) : place(header, E.content);
  const end = isEmptyTag ? place(header, E.end) : start;
  return splice(tape.bytes.subarray(0, tape.bytes.length), [{ start, end, with: writer.take() }]);
}
