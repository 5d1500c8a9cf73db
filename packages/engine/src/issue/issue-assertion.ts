/** SAML assertions of our own, as a small token service or a test issues them. */
import { XmlWriter } from '@parley/codec';
import { OctetSink } from '@parley/codec/internal';
import { digestAlgorithm, Fault } from '@parley/core';
import { digestBase64, encodeBase64, requireOptions, sign, signatureAlgorithm } from '@parley/core/internal';
import { writeKeyValue, writeX509Certificates } from '../write/holder-key.ts';
import type { AssertionParts } from '../write/saml-assertion.ts';
import { writeAssertion } from '../write/saml-assertion.ts';
import { openSignedInfo, writeSignature } from '../write/signature.ts';
import type { AssertionRequest, HolderKey } from './assertion-request.ts';
import { ASSERTION } from './assertion-request.ts';

/**
 * Writes and signs an assertion: octets that are the caller's, and that {@link seal} takes.
 *
 * @throws Fault `caller.keys-invalid` the key is of another family than the algorithm; `caller.option-invalid` an EncryptedKey
 *   that is known only, or names its recipient by a token; `caller.input-invalid` a character that XML cannot carry, or a time
 *   outside the years 0001 to 9999
 */
export function issueAssertion(request: AssertionRequest): Uint8Array {
  requireOptions(ASSERTION, request, 'request');
  const { key, algorithm = 'rsa-sha256', digest = 'sha256', subject, confirmation, issuedAtMs } = request;
  const hash = digestAlgorithm(digest);
  const method = signatureAlgorithm(algorithm);
  const unsigned: AssertionParts = {
    version: request.version,
    id: request.id,
    issuer: request.issuer,
    issuedAtMs,
    notOnOrAfterMs: issuedAtMs + request.lifetimeMs,
    subject: subject && { format: undefined, nameQualifier: undefined, ...subject },
    method: typeof confirmation === 'string' ? confirmation : 'holder-of-key',
    writeKey: typeof confirmation === 'string' ? undefined : keyWriter(confirmation.holder),
    audiences: request.audiences ?? [],
    useOnce: request.useOnce ?? false,
    attributes: request.attributes ?? [],
    writeSignature: undefined,
  };
  // What is left out by the transform was not written yet.
  const signed = new XmlWriter();
  writeAssertion(signed, unsigned);
  const digestValue = digestBase64(hash, signed.take());
  const references = [{ id: request.id, isEnveloped: true, digestBase64: digestValue }];
  const writer = new XmlWriter();
  writeAssertion(writer, {
    ...unsigned,
    writeSignature: (into) =>
      writeSignature(into, {
        signedInfo: { method, digest: hash, references },
        valueBase64: (start, end) => {
          const sink = new OctetSink();
          openSignedInfo(new XmlWriter(sink));
          sink.write(into.sink.bytes, start, end);
          return encodeBase64(sign(method, key.privateKey, sink.take()));
        },
        writeReference: (inner) => writeX509Certificates(inner, key.path),
      }),
  });
  return writer.take();
}

function keyWriter(holder: HolderKey): (writer: XmlWriter) => void {
  if ('certificate' in holder) return (writer) => writeX509Certificates(writer, [holder.certificate]);
  if ('publicKey' in holder) return (writer) => writeKeyValue(writer, holder.publicKey);
  const { encryptedKey } = holder;
  if (!encryptedKey.isSelfContained)
    throw new Fault('caller.option-invalid', { option: 'holder', reason: 'an EncryptedKey that needs a token' });
  return (writer) => encryptedKey.writeAlone(writer);
}
