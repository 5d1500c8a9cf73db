/**
 * The signatures of one message: the value over SignedInfo first, then the digests that it vouches for. What is digested
 * stays in the sink, so that what was verified is what is handed over.
 */
import type { Tape } from '@parley/codec';
import { canonicalise, isLiteral } from '@parley/codec';
import type { MacAlgorithm, SignatureAlgorithm } from '@parley/core';
import { digestBase64, encodeBase64, equalConstantTime, equalsText, Fault, verify } from '@parley/core';
import type { OpenScope } from './open-scope.ts';
import type { PartRole } from './opened-message.ts';
import type { Policy } from './policy.ts';
import { base64Octets, structureInvalid, textEnd, textStart } from './read/claim.ts';
import type { MessageClaims } from './read/message.ts';
import { roleOf } from './read/message.ts';
import type { ReferenceClaim, SignatureClaim } from './read/signature.ts';
import { readKeyInfo, readReferences, readSignature, requireNothingElse } from './read/signature.ts';
import { resolveCertificate } from './resolve-certificate.ts';
import { resolveKey } from './resolve-keys.ts';
import type { ResolvedKey } from './resolved-key.ts';
import { sourceOf } from './resolved-key.ts';
import { canonicaliseToken } from './token-transform.ts';

/** A signature whose references are known to stand where parts of a message stand. */
export interface PlannedSignature {
  readonly claim: SignatureClaim;
  readonly references: readonly ReferenceClaim[];
  readonly roles: readonly PartRole[];
  /** Whether it vouches for another signature, as the policy asks for, and not for the message itself. */
  readonly isEndorsing: boolean;
}

/** A part whose digest and whose signature are right: `sink.bytes[start, end)` are its canonical octets. */
export interface VerifiedPart {
  readonly element: number;
  readonly role: PartRole;
  readonly start: number;
  readonly end: number;
  readonly reference: ReferenceClaim;
  readonly algorithm: MacAlgorithm | SignatureAlgorithm;
  readonly signature: VerifiedSignature;
  readonly isEndorsing: boolean;
}

/** A signature whose value is right: `sink.bytes[start, end)` are the canonical octets of its SignedInfo. */
export interface VerifiedSignature {
  readonly resolved: ResolvedKey;
  /** The SignatureValue as strict base64, however the message breaks it into lines. */
  readonly valueBase64: string;
  readonly start: number;
  readonly end: number;
}

// perf: SHA-384 and SHA-512 have 128-octet blocks; the HMAC pad is written into this room before SignedInfo.
const PAD_ROOM_BYTES = 128;

/**
 * Reads every signature of the header and checks where its references point: no key is touched. Endorsing signatures
 * come after the others.
 * @throws Fault `peer.coverage-missing` a reference to something that is no part of the message, and reading faults.
 */
export function planSignatures(claims: MessageClaims, policy: Policy): readonly PlannedSignature[] {
  const { tape } = claims;
  const planned = claims.security.signatures.map((element): PlannedSignature => {
    const claim = readSignature(tape, element, policy);
    const references = readReferences(tape, claim, policy);
    const roles = references.map((reference, index) => {
      if (!policy.digests.includes(reference.digest.name))
        throw new Fault('peer.alg-forbidden', { algorithm: reference.digest.name });
      for (let other = 0; other < index; other++) {
        if (references[other]!.target === reference.target)
          throw structureInvalid(tape, reference.target, 'signed twice by one signature');
      }
      const role = reference.isTokenTransform
        ? roleOfOwnToken(tape, claim, reference)
        : roleOf(claims, reference.target);
      if (role === undefined) throw new Fault('peer.coverage-missing', { reason: 'a signed element out of place' });
      return role;
    });
    return { claim, references, roles, isEndorsing: policy.endorsedBy.length > 0 && roles.includes('signature') };
  });
  return policy.endorsedBy.length === 0 ? planned : planned.sort((left, right) => rankOf(left) - rankOf(right));
}

// safety: the token that is signed is the one whose key signed; any other is signed as an element (T20).
function roleOfOwnToken(tape: Tape, claim: SignatureClaim, reference: ReferenceClaim): PartRole {
  if (readKeyInfo(tape, claim.keyInfo) !== reference.target)
    throw new Fault('peer.transform-forbidden', { reason: 'STR-Transform of another reference' });
  return 'token';
}

function rankOf({ isEndorsing }: PlannedSignature): number {
  return isEndorsing ? 1 : 0;
}

/**
 * Resolves the key of a signature and checks its value.
 * @throws Fault `peer.signature-invalid`, and resolving faults.
 */
export function verifyValue(claims: MessageClaims, claim: SignatureClaim, scope: OpenScope): VerifiedSignature {
  const { algorithm } = claim;
  const verified =
    algorithm.kind === 'mac'
      ? verifyMac(claims, claim, algorithm, scope)
      : verifySigned(claims, claim, algorithm, scope);
  requireNothingElse(claims.tape, claim);
  return verified;
}

function verifyMac(
  claims: MessageClaims,
  claim: SignatureClaim,
  algorithm: MacAlgorithm,
  scope: OpenScope,
): VerifiedSignature {
  if (!scope.policy.macs.includes(algorithm.name)) throw new Fault('peer.alg-forbidden', { algorithm: algorithm.name });
  const { tape } = claims;
  const resolved = resolveKey(claims, readKeyInfo(tape, claim.keyInfo), claim.element, scope);
  const { sink } = scope.workspace;
  sink.reserve(PAD_ROOM_BYTES);
  sink.length += PAD_ROOM_BYTES;
  const start = sink.length;
  canonicalise(tape, claim.signedInfo, sink, claim.canonicalisation);
  const mac = resolved.key.macKey(algorithm).macBase64(sink.bytes, start, sink.length);
  if (!isMac(tape, claim.signatureValue, mac)) throw new Fault('peer.signature-invalid');
  return { resolved, valueBase64: mac, start, end: sink.length };
}

// safety: the algorithm decides which resolver is asked, and that one gives public keys only (T13).
function verifySigned(
  claims: MessageClaims,
  claim: SignatureClaim,
  algorithm: SignatureAlgorithm,
  scope: OpenScope,
): VerifiedSignature {
  const { tape } = claims;
  const resolved = resolveCertificate(claims, readKeyInfo(tape, claim.keyInfo), claim.element, scope);
  const { sink } = scope.workspace;
  const start = sink.length;
  canonicalise(tape, claim.signedInfo, sink, claim.canonicalisation);
  const value = base64Octets(tape, claim.signatureValue);
  if (!verify(algorithm, resolved.publicKey, sink.bytes.subarray(start, sink.length), value))
    throw new Fault('peer.signature-invalid');
  return { resolved, valueBase64: encodeBase64(value), start, end: sink.length };
}

// safety: a key of a kind that the policy does not name proves nothing, however right the signature is (T11).
function requireAcceptedSource({ isEndorsing }: PlannedSignature, resolved: ResolvedKey, policy: Policy): void {
  const source = sourceOf(resolved);
  if (!(isEndorsing ? policy.endorsedBy : policy.signedBy).includes(source))
    throw new Fault('peer.keyinfo-forbidden', { reason: `signed by ${source}` });
}

/**
 * Verifies planned signatures, in their order, and gives the parts that they vouch for.
 * @throws Fault `peer.signature-invalid`, `peer.digest-mismatch`, `peer.limit-cost`, and resolving faults.
 */
export function verifySignatures(
  claims: MessageClaims,
  signatures: readonly PlannedSignature[],
  scope: OpenScope,
): readonly VerifiedPart[] {
  const { sink } = scope.workspace;
  const parts: VerifiedPart[] = [];
  for (const signature of signatures) {
    const { claim, references, roles } = signature;
    const value = verifyValue(claims, claim, scope);
    requireAcceptedSource(signature, value.resolved, scope.policy);
    for (let index = 0; index < references.length; index++) {
      const reference = references[index]!;
      const start = sink.length;
      let element = reference.target;
      if (reference.isTokenTransform) element = canonicaliseToken(claims, reference, value.resolved, scope);
      else canonicalise(claims.tape, element, sink, reference.canonicalisation);
      sink.checkSize();
      const digest = digestBase64(reference.digest, sink.bytes.subarray(start, sink.length));
      if (!isDigest(claims.tape, reference.digestValue, digest))
        throw new Fault('peer.digest-mismatch', { reference: index });
      parts.push({
        element,
        role: roles[index]!,
        start,
        end: sink.length,
        reference,
        algorithm: claim.algorithm,
        signature: value,
        isEndorsing: signature.isEndorsing,
      });
    }
  }
  return parts;
}

/** Whether the text of `element` is the MAC whose base64 text is `expected`. @throws Fault `peer.encoding-invalid` */
function isMac(tape: Tape, element: number, expected: string): boolean {
  if (isLiteral(tape, element)) {
    // perf: the usual text has no white space inside, and strict base64 has one text per value.
    const text = tape.bytes.subarray(textStart(tape, element), textEnd(tape, element));
    if (equalConstantTime(text, ascii.subarray(0, ascii.write(expected, 0, 'latin1')))) return true;
  }
  return equalConstantTime(base64Octets(tape, element), Buffer.from(expected, 'base64'));
}

// Room for the base64 text of the longest MAC.
const ascii = Buffer.alloc(88);

/** The same for a digest, which is no secret. @throws Fault `peer.encoding-invalid` */
function isDigest(tape: Tape, element: number, expected: string): boolean {
  if (isLiteral(tape, element) && equalsText(tape.bytes, textStart(tape, element), textEnd(tape, element), expected)) {
    return true;
  }
  return equalConstantTime(base64Octets(tape, element), Buffer.from(expected, 'base64'));
}
