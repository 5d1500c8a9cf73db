/** SAML assertions of our own, as a small token service or a test issues them. */
import { OctetSink, XmlWriter } from '@parley/codec';
import type { Certificate, CertifiedKey, ConfirmationName, HashName, PublicKey, SamlVersion } from '@parley/core';
import { digestAlgorithm, Fault } from '@parley/core';
import { digestBase64, encodeBase64, sign, signatureAlgorithm } from '@parley/core/internal';
import type { AssertionSubject } from '../message/opened-message.ts';
import { writeKeyValue, writeX509Certificates } from '../write/holder-key.ts';
import type { AssertionParts, AttributeWish } from '../write/saml-assertion.ts';
import { writeAssertion } from '../write/saml-assertion.ts';
import { openSignedInfo, writeSignature } from '../write/signature.ts';
import type { EncryptedKey } from './encrypted-key.ts';

/** What an assertion is to say, and who says it. */
export interface AssertionRequest {
  readonly version: SamlVersion;
  /** An NCName that nobody has used before; the caller's to make, as randomness is. */
  readonly id: string;
  readonly issuer: string;
  /** Signs it; its certificates go along. */
  readonly key: CertifiedKey;
  /** Short name or URI. Default: `rsa-sha256`. */
  readonly algorithm?: string;
  /** Default: `sha256`. */
  readonly digest?: HashName;
  readonly issuedAtMs: number;
  readonly lifetimeMs: number;
  readonly subject?: Pick<AssertionSubject, 'name'> & Partial<AssertionSubject>;
  readonly confirmation: Exclude<ConfirmationName, 'holder-of-key'> | { readonly holder: HolderKey };
  readonly audiences?: readonly string[];
  readonly useOnce?: boolean;
  readonly attributes?: readonly AttributeWish[];
}

/** The key whose holder an assertion is about. */
export type HolderKey =
  | { readonly certificate: Certificate }
  | { readonly publicKey: PublicKey }
  /** For whom its messages are; named otherwise than by a token, for an assertion has none. The holder is told the secret. */
  | { readonly encryptedKey: EncryptedKey };

/**
 * Writes and signs an assertion: octets that are the caller's, and that {@link seal} takes.
 *
 * @throws Fault `caller.keys-invalid` the key is of another family than the algorithm; `caller.option-invalid` an EncryptedKey
 *   that is known only, or names its recipient by a token; `caller.input-invalid` a character that XML cannot carry, or a time
 *   outside the years 0001 to 9999; `peer.alg-forbidden` there is no such algorithm
 */
export function issueAssertion(request: AssertionRequest): Uint8Array {
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
