/**
 * The signatures of one message: the value over SignedInfo first, then the digests that it vouches for. What is digested
 * stays in the sink, so that what was verified is what is handed over.
 */
import type { Tape } from '@parley/codec';
import type { OctetSink } from '@parley/codec/internal';
import { canonicalise } from '@parley/codec/internal';
import type { MacAlgorithm, SignatureAlgorithm } from '@parley/core';
import { Fault } from '@parley/core';
import {
  digestBase64,
  encodeBase64,
  equalConstantTime,
  equalsText,
  invariant,
  verify,
  withWholeHalves,
} from '@parley/core/internal';
import { base64Octets, trimmedOctets } from '../claims/claim.ts';
import type { ReferenceClaim, SignatureClaim } from '../claims/signature.ts';
import { resolveKey } from '../keys/resolve-keys.ts';
import type { PublicResolvedKey, ResolvedKey, SymmetricResolvedKey } from '../keys/resolved-key.ts';
import type { OpenScope } from '../keys/scope.ts';
import type { PartRole } from '../message/opened-message.ts';
import { isSecret } from '../plan/planned-key.ts';
import type { PlannedSignature } from '../plan/signatures.ts';
import type { MessageClaims } from '../read/message.ts';
import { canonicaliseToken } from './token-transform.ts';

/** A part whose digest and whose signature are right: `sink.bytes[start, end)` are its canonical octets. */
export interface VerifiedPart {
  readonly element: number;
  readonly role: PartRole;
  /** The octets that were digested; a view of memory that the sink has left, if it has grown since. */
  readonly digested: Uint8Array;
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
 * Resolves the keys of planned signatures and checks their values, in their order.
 * @throws Fault `peer.signature-invalid`, and resolving faults
 */
export function verifyValues(
  claims: MessageClaims,
  signatures: readonly PlannedSignature[],
  scope: OpenScope,
): readonly VerifiedSignature[] {
  return signatures.map((signature) => verifyValue(claims, signature, scope));
}

function verifyValue(claims: MessageClaims, signature: PlannedSignature, scope: OpenScope): VerifiedSignature {
  const resolved = resolveKey(signature.key, scope);
  return isSecret(resolved)
    ? verifyMac(claims, signature.claim, resolved, scope)
    : verifySigned(claims, signature.claim, resolved, scope);
}

function verifyMac(
  { tape }: MessageClaims,
  { algorithm, signedInfo, canonicalisation, signatureValue }: SignatureClaim,
  resolved: SymmetricResolvedKey,
  { workspace: { sink } }: OpenScope,
): VerifiedSignature {
  // safety: the plan gave a secret to a MAC, and to nothing else (T13).
  invariant(algorithm.kind === 'mac', 'a secret makes MACs');
  sink.reserve(PAD_ROOM_BYTES);
  sink.length += PAD_ROOM_BYTES;
  const start = sink.length;
  canonicalise(tape, signedInfo, sink, canonicalisation);
  const mac = resolved.key.macKey(algorithm).macBase64(sink.bytes, start, sink.length);
  const isRight = isMac(tape, signatureValue, mac);
  // safety: to its sender, an unknown user is a wrong password.
  if (!isRight || (resolved.source === 'username' && !resolved.passwordKey.isKnown))
    throw new Fault('peer.signature-invalid');
  return { resolved, valueBase64: mac, start, end: sink.length };
}

function verifySigned(
  { tape }: MessageClaims,
  { algorithm, signedInfo, canonicalisation, signatureValue }: SignatureClaim,
  resolved: PublicResolvedKey,
  { workspace: { sink } }: OpenScope,
): VerifiedSignature {
  invariant(algorithm.kind === 'signature', 'a public key makes signatures');
  const start = sink.length;
  canonicalise(tape, signedInfo, sink, canonicalisation);
  const value = base64Octets(tape, signatureValue);
  if (
    !verify(
      algorithm,
      resolved.publicKey,
      sink.bytes.subarray(start, sink.length),
      withWholeHalves(resolved.publicKey, value),
    )
  )
    throw new Fault('peer.signature-invalid');
  return { resolved, valueBase64: encodeBase64(value), start, end: sink.length };
}

/**
 * Checks what signatures whose `values` are right vouch for, in their order, and gives those parts. `claims` are of the
 * signatures' document, or of that with another Body.
 *
 * @throws Fault `peer.digest-mismatch`, `peer.limit-cost`, and what STR-Transform throws
 */
export function verifyDigests(
  claims: MessageClaims,
  signatures: readonly PlannedSignature[],
  values: readonly VerifiedSignature[],
  scope: OpenScope,
): readonly VerifiedPart[] {
  const { sink } = scope.workspace;
  const parts: VerifiedPart[] = [];
  for (let place = 0; place < signatures.length; place++) {
    const { claim, references, roles, elements, key, isEndorsing } = signatures[place]!;
    const value = values[place]!;
    for (let index = 0; index < references.length; index++) {
      const reference = references[index]!;
      const start = sink.length;
      let element = elements[index]!;
      if (reference.isTokenTransform) {
        const named = element === reference.target ? key.named : element;
        element = canonicaliseToken(claims, reference, named, value.resolved, scope);
      } else canonicalise(claims.tape, element, sink, reference.canonicalisation);
      sink.checkSize();
      const digested = sink.bytes.subarray(start, sink.length);
      requireDigestOf(claims.tape, reference, digested, index);
      parts.push({
        element,
        role: roles[index]!,
        digested,
        start,
        end: sink.length,
        reference,
        algorithm: claim.algorithm,
        signature: value,
        isEndorsing,
      });
    }
  }
  return parts;
}

/**
 * Checks the digest of one reference to an element of `tape`, before the others can be.
 * @throws Fault `peer.digest-mismatch`, `peer.limit-cost`
 */
export function requireDigest(tape: Tape, reference: ReferenceClaim, sink: OctetSink): void {
  const start = sink.length;
  canonicalise(tape, reference.target, sink, reference.canonicalisation);
  sink.checkSize();
  requireDigestOf(tape, reference, sink.bytes.subarray(start, sink.length), 0);
}

function requireDigestOf(tape: Tape, claim: ReferenceClaim, octets: Uint8Array, reference: number): void {
  if (!isDigest(tape, claim.digestValue, digestBase64(claim.digest, octets)))
    throw new Fault('peer.digest-mismatch', { reference });
}

/** Whether the text of `element` is the MAC whose base64 text is `expected`. @throws Fault `peer.encoding-invalid` */
function isMac(tape: Tape, element: number, expected: string): boolean {
  // perf: the usual text has no white space inside, and strict base64 has one text per value.
  const { bytes, start, end } = trimmedOctets(tape, element, 'ds:SignatureValue');
  if (isMacText(bytes, start, end, expected)) return true;
  return equalConstantTime(base64Octets(tape, element), Buffer.from(expected, 'base64'));
}

/** Whether bytes[start, end) are the base64 text of a MAC, octet by octet. */
export function isMacText(bytes: Uint8Array, start: number, end: number, expected: string): boolean {
  const length = expected.length;
  if (end - start !== length) return false;
  // perf: views cost more than the comparison.
  const room = macRoomOf(length);
  room.expected.write(expected, 0, 'latin1');
  for (let index = 0; index < length; index++) room.given[index] = bytes[start + index]!;
  return equalConstantTime(room.given, room.expected);
}

/** Room for the base64 texts of MACs of one length. */
interface MacRoom {
  readonly given: Uint8Array;
  readonly expected: Buffer;
}

const macRooms: MacRoom[] = [];

/** One for each length that a MAC can have. */
function macRoomOf(length: number): MacRoom {
  const room = macRooms[length] ?? { given: new Uint8Array(length), expected: Buffer.alloc(length) };
  macRooms[length] = room;
  return room;
}

/** The same for a digest, which is no secret. @throws Fault `peer.encoding-invalid` */
function isDigest(tape: Tape, element: number, expected: string): boolean {
  const { bytes, start, end } = trimmedOctets(tape, element, 'ds:DigestValue');
  if (equalsText(bytes, start, end, expected)) return true;
  return equalConstantTime(base64Octets(tape, element), Buffer.from(expected, 'base64'));
}
