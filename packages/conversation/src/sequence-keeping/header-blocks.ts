/** Header blocks put into an envelope that is there already. */
import type { Tape } from '@parley/codec';
import { XmlWriter } from '@parley/codec';
import { Namespace, namespaceOf, readDocument, splice, uriOfPrefix } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import type { SoapVersion } from '@parley/engine';
import { contentOf, endOf, readEnvelopeShape, SOAP, SOAP_NAMESPACES, startOf } from '@parley/engine/internal';
import { ofOwnEnvelope } from '../soap/own-envelope.ts';

/**
 * The octets of `envelope` (borrowed), with the header blocks that `write` writes before all others. `tape`: scratch.
 * @throws Fault `caller.envelope-invalid`
 */
export function withHeaderBlocks(
  envelope: Uint8Array,
  tape: Tape,
  write: (writer: XmlWriter, soapVersion: SoapVersion) => void,
): Uint8Array {
  const { header, body } = ofOwnEnvelope(() => {
    readDocument(envelope, DEFAULT_LIMITS, tape, 'scan');
    return readEnvelopeShape(tape);
  });
  const soapVersion: SoapVersion = namespaceOf(tape, 0) === Namespace.soap11 ? '1.1' : '1.2';
  const soap = SOAP_NAMESPACES[soapVersion];
  const isInScope = uriOfPrefix(tape, Math.max(header, 0), soap.prefix) === soap.uri;
  const writer = new XmlWriter(undefined, isInScope ? [soap] : []);
  const isEmptyTag = header >= 0 && contentOf(tape, header) === endOf(tape, header);
  if (header < 0 || isEmptyTag) writer.open(SOAP[soapVersion].Header);
  write(writer, soapVersion);
  if (header < 0 || isEmptyTag) writer.close();
  const replaced = isEmptyTag ? { start: startOf(tape, header), end: endOf(tape, header) } : undefined;
  const at = header < 0 ? startOf(tape, body) : contentOf(tape, header);
  const place = replaced ?? { start: at, end: at };
  return splice(tape.bytes, [{ ...place, with: writer.take() }]);
}
