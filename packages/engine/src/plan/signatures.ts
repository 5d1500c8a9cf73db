/** What the signatures of a document are over, and whose they are: all that can be known of them without a key. */
import type { Tape } from '@parley/codec';
import { Fault } from '@parley/core';
import { isWithin } from '../claims/claim.ts';
import { namesHiddenToken } from '../claims/hidden-token.ts';
import { structureInvalid } from '../claims/shape-refusals.ts';
import type { ReferenceClaim, SignatureClaim } from '../claims/signature.ts';
import {
  isHidden,
  isSameReference,
  readKeyInfo,
  readReferences,
  readSignature,
  requireNothingElse,
} from '../claims/signature.ts';
import { readSignerKeyInfo } from '../claims/signer-key-info.ts';
import { namedAssertion } from '../claims/token-reference.ts';
import type { PartRole } from '../message/opened-message.ts';
import { isAtPath } from '../message/payload-path.ts';
import type { Policy } from '../policy/policy.ts';
import { refusedBy } from '../policy/refused-by.ts';
import type { MessageClaims } from '../read/message.ts';
import { roleOf } from '../read/message.ts';
import type { KeyPlanner } from './key-planner.ts';
import { requireSignedBefore } from './place.ts';
import type { PlannedKey } from './planned-key.ts';
import { requireTransformable } from './token-transform.ts';

/** A signature whose references are known to stand where parts of a message stand. */
export interface PlacedSignature {
  readonly claim: SignatureClaim;
  readonly references: readonly ReferenceClaim[];
  /** Of each reference. */
  readonly roles: readonly PartRole[];
  /** What each reference covers: its target, or the assertion that STR-Transform puts in the place of it. */
  readonly elements: readonly number[];
  /** References to what only plaintext will show. */
  readonly hidden: readonly ReferenceClaim[];
  /** Whether it vouches for another signature, as the policy asks for, and not for the message itself. */
  readonly isEndorsing: boolean;
}

/** The same, with the key that it names. */
export interface PlannedSignature extends PlacedSignature {
  readonly key: PlannedKey;
}

/**
 * Reads every signature of the header and checks where its references point; endorsing ones come last. `mayHide`: the
 * document has ciphertext in which elements may be that references name.
 *
 * @throws Fault `peer.coverage-missing` a reference to something that is no part of the message, and reading faults.
 */
export function placeSignatures(claims: MessageClaims, mayHide: boolean, policy: Policy): readonly PlacedSignature[] {
  const placed = claims.security.signatures.map((element) => placeSignature(claims, element, mayHide, policy));
  if (policy.endorsedBy.length === 0) return placed;
  return withThoseBeside(placed, policy).sort((left, right) => rankOf(left) - rankOf(right));
}

/**
 * spec: WS-SecurityPolicy §8.3, where TLS protects the message, what endorses it is over its Timestamp. interop: WCF renews so what a
 * certificate began. safety: of a context alone, whose principal is then asked for (T99); what others say of a context has to be over
 * its signature.
 */
function withThoseBeside(
  placed: PlacedSignature[],
  { endorsedBy, signedBy, trustTransport }: Policy,
): PlacedSignature[] {
  const maybe =
    trustTransport && endorsedBy.includes('context') && signedBy.every((source) => source === 'certificate');
  if (!maybe || placed.some(({ isEndorsing }) => isEndorsing)) return placed;
  return placed.map((signature) => ({ ...signature, isEndorsing: signature.claim.algorithm.kind === 'mac' }));
}

/** Those over the message itself, and not over other signatures. */
export function signaturesOfMessage<Signature extends PlacedSignature>(
  signatures: readonly Signature[],
): readonly Signature[] {
  return signatures.filter(({ isEndorsing }) => !isEndorsing);
}

function placeSignature(claims: MessageClaims, element: number, mayHide: boolean, policy: Policy): PlacedSignature {
  const { tape } = claims;
  const claim = readSignature(tape, element, policy);
  const all = readReferences(tape, claim, policy, mayHide);
  for (const { digest } of all) {
    if (!policy.digests.includes(digest.name))
      throw refusedBy('digests', 'peer.alg-forbidden', { algorithm: digest.name });
  }
  const references = withoutRepetitions(tape, mayHide ? all.filter((reference) => !isHidden(reference)) : all);
  const roles = references.map((reference) => {
    const role = reference.isTokenTransform
      ? roleOfToken(claims, claim, reference, policy)
      : (roleOf(claims, reference.target) ?? roleInPayload(claims, reference.target, policy));
    if (role === undefined) throw outOfPlace(claims, reference.target);
    if (!reference.isTokenTransform) requireSignedBefore(claims, reference.target, role, claim.element, policy);
    return role;
  });
  const elements = references.map((reference) => coveredBy(claims, reference, policy));
  const isEndorsing = policy.endorsedBy.length > 0 && roles.includes('signature');
  return { claim, references, roles, elements, hidden: mayHide ? all.filter(isHidden) : NONE, isEndorsing };
}

/** Of an element of the Body, an option says whether that is a place. */
function outOfPlace({ tape, envelope }: MessageClaims, element: number): Fault {
  const detail = { reason: 'a signed element out of place' };
  return isWithin(tape, element, envelope.body)
    ? refusedBy('signedPayload', 'peer.coverage-missing', detail)
    : new Fault('peer.coverage-missing', detail);
}

function roleInPayload({ tape, envelope }: MessageClaims, element: number, policy: Policy): 'payload' | undefined {
  return policy.signedPayload.some((path) => isAtPath(tape, envelope.body, path, element)) ? 'payload' : undefined;
}

/** interop: CXF 2.6 lists each part twice when it encrypts before it signs; the same said again is said once. */
function withoutRepetitions(tape: Tape, references: readonly ReferenceClaim[]): readonly ReferenceClaim[] {
  let repeated: Set<ReferenceClaim> | undefined;
  for (let index = 1; index < references.length; index++) {
    const reference = references[index]!;
    for (let other = 0; other < index; other++) {
      const earlier = references[other]!;
      if (earlier.target !== reference.target) continue;
      if (!isSameReference(tape, earlier, reference))
        throw structureInvalid(tape, reference.target, 'signed twice by one signature, and not alike');
      repeated ??= new Set();
      repeated.add(reference);
      break;
    }
  }
  return repeated === undefined ? references : references.filter((reference) => !repeated.has(reference));
}

// perf: most documents hide nothing.
const NONE: readonly ReferenceClaim[] = [];

/**
 * Plans the keys of signatures that are in place.
 *
 * @throws Fault `peer.structure-invalid` something behind ds:KeyInfo; `peer.keyinfo-forbidden` a key of a kind that the
 *   policy does not take; `peer.alg-forbidden`, `peer.transform-forbidden`; and as {@link KeyPlanner.secret}
 */
export function planSignatures(planner: KeyPlanner, placed: readonly PlacedSignature[]): readonly PlannedSignature[] {
  return placed.map((signature) => planSignature(planner, signature));
}

/**
 * Whether only plaintext will show the token with the public key of a signature. A secret is never taken from there: a MAC in
 * clear is checked before anything is decrypted.
 *
 * @throws Fault `peer.keyinfo-forbidden`, `peer.structure-invalid`, `peer.ref-uri-forbidden`
 */
export function hidesItsKey(
  { tape }: MessageClaims,
  { claim: { algorithm, keyInfo } }: PlacedSignature,
  policy: Policy,
): boolean {
  if (algorithm.kind !== 'signature') return false;
  const { tokenReference } = readSignerKeyInfo(tape, keyInfo, policy);
  return tokenReference >= 0 && namesHiddenToken(tape, tokenReference);
}

function planSignature(planner: KeyPlanner, placed: PlacedSignature): PlannedSignature {
  const { claim, elements, hidden, isEndorsing, references, roles } = placed;
  const { tape } = planner.claims;
  requireNothingElse(tape, claim);
  const key = planKey(planner, claim);
  requireAcceptedSource(placed, key, planner.policy);
  for (let index = 0; index < references.length; index++) {
    const { isTokenTransform, target } = references[index]!;
    if (isTokenTransform && elements[index] === target) requireTransformable(tape, target, key);
  }
  return { claim, references, roles, elements, hidden, isEndorsing, key };
}

// safety: the algorithm decides what the key has to be, and neither reader gives what the other one gives (T13).
/** The key that a signature names. @throws Fault as {@link KeyPlanner.secret} and {@link KeyPlanner.publicKey} */
export function planKey(planner: KeyPlanner, { algorithm, element, keyInfo }: SignatureClaim): PlannedKey {
  const { claims, policy } = planner;
  if (algorithm.kind === 'signature')
    return planner.publicKey(readSignerKeyInfo(claims.tape, keyInfo, policy), element);
  if (!policy.macs.includes(algorithm.name))
    throw refusedBy('macs', 'peer.alg-forbidden', { algorithm: algorithm.name });
  return planner.secret(readKeyInfo(claims.tape, keyInfo), element);
}

// safety: the token that is signed is the one whose key signed; any other is signed as an element (T20), apart from an
// assertion, for which a reference stands beside it.
function roleOfToken(
  { tape, security }: MessageClaims,
  { keyInfo }: SignatureClaim,
  { target }: ReferenceClaim,
  policy: Policy,
): PartRole {
  const isOwn = (): boolean => readSignerKeyInfo(tape, keyInfo, policy).tokenReference === target;
  if (!security.tokenReferences.includes(target) && !isOwn())
    throw new Fault('peer.transform-forbidden', { reason: 'STR-Transform of another reference' });
  return 'token';
}

function coveredBy({ tape, security }: MessageClaims, reference: ReferenceClaim, policy: Policy): number {
  if (!reference.isTokenTransform || security.assertions.length === 0) return reference.target;
  const assertion = namedAssertion(tape, reference.target, policy);
  return assertion < 0 ? reference.target : assertion;
}

// safety: a key of a kind that the policy does not name proves nothing, however right the signature is (T11).
function requireAcceptedSource({ isEndorsing, hidden }: PlacedSignature, { source }: PlannedKey, policy: Policy): void {
  const { endorsedBy, signedBy } = policy;
  // Whether it is over a signature is not known of one that covers something hidden.
  const isAccepted = isEndorsing ? endorsedBy.includes(source) : signedBy.includes(source);
  if (!isAccepted && !(hidden.length > 0 && endorsedBy.includes(source)))
    throw refusedBy(isEndorsing ? 'endorsedBy' : 'signedBy', 'peer.keyinfo-forbidden', {
      reason: `signed by ${source}`,
    });
}

function rankOf({ isEndorsing }: PlacedSignature): number {
  return isEndorsing ? 1 : 0;
}
