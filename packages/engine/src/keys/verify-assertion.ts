/**
 * Whether we believe an assertion: its issuer is one of those that the credentials name, a certificate that this issuer's
 * trust vouches for signed the very element, and it is valid now. For whom it is, assertion-rules.ts has asked before.
 */
import { canonicalise, firstChild, nextSibling } from '@parley/codec/internal';
import type { TrustedCertificate } from '@parley/core';
import { Fault } from '@parley/core';
import { digest, equalConstantTime, invariant, verify, withWholeHalves } from '@parley/core/internal';
import { readCertificateReference } from '../claims/certificate-reference.ts';
import { base64Octets, requireElementOnly } from '../claims/claim.ts';
import { isTokenReference } from '../claims/token-reference.ts';
import { isX509Data, readX509Data } from '../claims/x509-data.ts';
import type { MessageClaims } from '../read/message.ts';
import type { AssertionClaim, Validity } from '../saml/assertion-claim.ts';
import type { AssertionIssuer } from './credentials.ts';
import type { CandidateCertificate } from './resolve-certificate.ts';
import { firstTrusted, knownBy } from './resolve-certificate.ts';
import type { OpenScope } from './scope.ts';
import type { VerifiedAssertion } from './verified-assertion.ts';

/**
 * Verifies an assertion of `claims`; once, however often it is named.
 *
 * @throws Fault `peer.assertion-untrusted`, `peer.assertion-expired`; `peer.signature-invalid`, `peer.digest-mismatch`,
 *   `peer.certificate-*`, `peer.keyinfo-forbidden`, `peer.key-usage`, and what reading certificates throws
 */
export function verifyAssertion(claims: MessageClaims, claim: AssertionClaim, scope: OpenScope): VerifiedAssertion {
  const known = scope.assertions.get(claim);
  if (known !== undefined) return known;
  const verified = verifySignature(claims, claim, scope);
  requireValid(claim, scope);
  scope.assertions.set(claim, verified);
  return verified;
}

function verifySignature(claims: MessageClaims, claim: AssertionClaim, scope: OpenScope): VerifiedAssertion {
  const { tape } = claims;
  const { sink } = scope.workspace;
  invariant(claim.signature !== undefined, 'an unsigned assertion is not planned');
  const { signature, canonicalisation, digest: hash, digestValue } = claim.signature;
  const { certificate, publicKey } = issuerCertificate(claims, claim, signature.keyInfo, scope);
  const infoStart = sink.length;
  canonicalise(tape, signature.signedInfo, sink, signature.canonicalisation);
  const signedInfo = sink.bytes.subarray(infoStart, sink.length);
  const value = withWholeHalves(publicKey, base64Octets(tape, signature.signatureValue));
  if (!verify(signature.algorithm, publicKey, signedInfo, value))
    throw new Fault('peer.signature-invalid', { part: 'saml:Assertion' });
  const start = sink.length;
  canonicalise(tape, claim.element, sink, { ...canonicalisation, without: signature.element });
  sink.checkSize();
  const expected = digest(hash, sink.bytes.subarray(start, sink.length));
  if (!equalConstantTime(base64Octets(tape, digestValue), expected))
    throw new Fault('peer.digest-mismatch', { part: 'saml:Assertion' });
  return { claim, certificate, start, end: sink.length };
}

/** The certificate that signed, of whichever of the issuer's trusts vouches for it. */
function issuerCertificate(
  claims: MessageClaims,
  claim: AssertionClaim,
  keyInfo: number,
  scope: OpenScope,
): TrustedCertificate {
  // safety: an issuer is its name and its own trust; whom another issuer may sign with says nothing (T11).
  const issuers = scope.credentials.assertionIssuers?.filter(({ name }) => name === claim.issuer) ?? [];
  let failure: unknown = new Fault('peer.assertion-untrusted', { reason: 'issuer' });
  for (const issuer of issuers) {
    try {
      return firstTrusted(issuer.trust, candidatesOf(claims, keyInfo, issuer, scope), scope);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** What the KeyInfo of an assertion's signature names: data, which the trust judges. */
function candidatesOf(
  { tape }: MessageClaims,
  keyInfo: number,
  { trust }: AssertionIssuer,
  { policy }: OpenScope,
): readonly CandidateCertificate[] {
  requireElementOnly(tape, keyInfo, 'ds:KeyInfo');
  const child = firstChild(tape, keyInfo);
  if (child < 0 || nextSibling(tape, child) >= 0 || !(isX509Data(tape, child) || isTokenReference(tape, child)))
    throw new Fault('peer.keyinfo-forbidden', { reason: 'not one ds:X509Data or wsse:SecurityTokenReference' });
  const reference = isX509Data(tape, child)
    ? readX509Data(tape, child, policy.limits)
    : readCertificateReference(tape, child, policy);
  // A token of the message is nothing that the issuer could know of.
  if (reference.form === 'token')
    throw new Fault('peer.keyinfo-forbidden', { reason: 'a token outside the assertion' });
  return reference.form === 'name' ? knownBy(trust, reference.isMeant) : [reference];
}

function requireValid(claim: AssertionClaim, { policy: { clockSkewMs }, atMs }: OpenScope): void {
  const validities = [claim.conditions.validity, claim.confirmation.validity];
  const isEarly = ({ notBeforeMs = Number.NEGATIVE_INFINITY }: Validity): boolean => atMs < notBeforeMs - clockSkewMs;
  if (validities.some(isEarly) || claim.issuedAtMs > atMs + clockSkewMs)
    throw new Fault('peer.assertion-expired', { reason: 'not yet valid' });
  const endMs = notOnOrAfterMs(claim);
  // safety: what is valid for ever can be stolen for ever.
  if (endMs === Number.POSITIVE_INFINITY) throw new Fault('peer.assertion-expired', { reason: 'no NotOnOrAfter' });
  if (atMs >= endMs + clockSkewMs) throw new Fault('peer.assertion-expired', { notOnOrAfterMs: endMs });
}

/** The first end of those that an assertion states; infinity for none. */
export function notOnOrAfterMs({ conditions, confirmation }: AssertionClaim): number {
  const ends = [conditions.validity, confirmation.validity].map(
    (validity) => validity.notOnOrAfterMs ?? Number.POSITIVE_INFINITY,
  );
  return Math.min(...ends);
}
