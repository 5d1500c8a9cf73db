/**
 * What is to be done with a document, in which order, and every refusal that follows from it: settled before a key is
 * touched. What was encrypted last is undone first, and its plaintext is planned again.
 */

import type { CertificateReader } from '../claims/certificate-token.ts';
import type { Policy } from '../policy/policy.ts';
import type { MessageClaims } from '../read/message.ts';
import { requireAcceptable } from './assertion-rules.ts';
import {
  requireCoverage,
  requireEncryption,
  requireEndorsement,
  requireKnownChildren,
  requireSignedCiphertext,
  requireSignedPlaintext,
} from './coverage.ts';
import type { PlannedDecryption, UncoveredMessage } from './decryption.ts';
import { placeOf, planDecryptions } from './decryption.ts';
import { encryptedTargets, signedTargets } from './encrypted-targets.ts';
import { KeyPlanner } from './key-planner.ts';
import { requireOneOrigin, requireSeparateKeys, requireUsedToken } from './key-rules.ts';
import { isSameKey, mayBeOfOneOrigin } from './planned-key.ts';
import type { PlannedSignature } from './signatures.ts';
import { hidesItsKey, placeSignatures, planSignatures, signaturesOfMessage } from './signatures.ts';

export interface DocumentPlan {
  readonly claims: MessageClaims;
  /**
   * To be undone first, because it was encrypted after everything was signed. While there is any, only the values of the
   * signatures that can be seen are checked; what it hides, and all digests, are planned when it is undone.
   */
  readonly decryptions: readonly PlannedDecryption[];
  /** Endorsing ones last. */
  readonly signatures: readonly PlannedSignature[];
  /** Elements that the signatures of the message cover, as far as they can be seen. */
  readonly signed: ReadonlySet<number>;
  /** What the signatures cover as ciphertext: undone when they hold. */
  readonly signedCiphertext: readonly PlannedDecryption[];
  /** xenc:ReferenceLists, the last of the header, that name it. */
  readonly signedListCount: number;
  /** Whether undoing {@link decryptions} may show elements that signatures name, or a signature. */
  readonly hidesElements: boolean;
}

/**
 * Plans a message as it came.
 * @throws Fault whatever can be refused without a key
 */
export function planReceived(claims: MessageClaims, policy: Policy, certificates: CertificateReader): DocumentPlan {
  const { before, signedListCount } = encryptedTargets(claims, policy.limits);
  const planner = new KeyPlanner(claims, policy, certificates);
  if (before.length > 0) return planHiding(planner, before, signedListCount);
  const plan = planVisible(planner, signedListCount, NOTHING_UNDONE);
  requireEncryption(claims, plan.signedCiphertext, policy);
  return plan;
}

/**
 * A plan that is settled ({@link isSettled}), for the document in which its decryptions are undone. `claims` are that
 * document's.
 */
export function withoutDecryptions(plan: DocumentPlan, claims: MessageClaims): DocumentPlan {
  const { signatures, signed, signedCiphertext, signedListCount } = plan;
  return { claims, decryptions: [], signatures, signed, signedCiphertext, signedListCount, hidesElements: false };
}

/**
 * Plans the document in which `plan.decryptions` are undone, anew.
 * @throws Fault as {@link planReceived}
 */
export function planDecrypted(
  claims: MessageClaims,
  { decryptions, signedListCount }: DocumentPlan,
  decrypted: UncoveredMessage,
  policy: Policy,
  certificates: CertificateReader,
): DocumentPlan {
  return planVisible(new KeyPlanner(claims, policy, certificates), signedListCount, { decryptions, decrypted });
}

/** What was undone before a document could be seen. */
interface Undone {
  readonly decryptions: readonly PlannedDecryption[];
  readonly decrypted: UncoveredMessage;
}

const NOTHING_UNDONE: Undone = { decryptions: [], decrypted: { parts: [], failure: undefined } };

/** A document whose signatures, and all that they cover, can be seen. */
function planVisible(planner: KeyPlanner, signedListCount: number, { decryptions, decrypted }: Undone): DocumentPlan {
  const { claims, policy } = planner;
  const placed = placeSignatures(claims, false, policy);
  const ofMessage = signaturesOfMessage(placed);
  const targets = signedTargets(claims, signedListCount, policy.limits);
  const signed = requireCoverage(claims, ofMessage, targets.length > 0, policy);
  requireEndorsement(placed, policy);
  requireAcceptable(claims.assertions, policy);
  if (decrypted.failure === undefined) requireSignedPlaintext(claims, ofMessage, decrypted.parts, policy);
  requireSignedCiphertext(claims, ofMessage, targets, policy);
  const signatures = planSignatures(planner, placed);
  const signedCiphertext = planDecryptions(planner, targets);
  const encrypted = [...decryptions, ...signedCiphertext];
  requireOneOrigin(claims, signatures, encrypted, mayBeOfOneOrigin);
  requireUsedToken(claims, signatures, policy);
  requireSeparateKeys(signatures, encrypted, isSameKey, policy);
  return { claims, decryptions: [], signatures, signed, signedCiphertext, signedListCount, hidesElements: false };
}

/** A document in which ciphertext stands that was made after its signatures. */
function planHiding(planner: KeyPlanner, targets: readonly number[], signedListCount: number): DocumentPlan {
  const { claims, policy } = planner;
  const places = targets.map((element) => placeOf(claims, element));
  // Content that is put back into the Body is nothing that a signature could name, unless the policy wants some of it signed.
  const hidesElements = policy.signedPayload.length > 0 || places.some((place) => place !== 'body');
  const placed = placeSignatures(claims, hidesElements, policy);
  const showsSignatures = !places.includes('security');
  requireKnownChildren(claims);
  requireAcceptable(claims.assertions, policy);
  let signed = NONE;
  if (showsSignatures) {
    const ofMessage = signaturesOfMessage(placed);
    signed = requireCoverage(claims, ofMessage, hidesElements, policy);
    requireEndorsement(placed, policy);
    const inBody = targets.filter((_, index) => places[index] === 'body');
    // An element that is signed itself is what only plaintext will show.
    if (policy.signedPayload.length === 0) requireSignedCiphertext(claims, ofMessage, inBody, policy);
  }
  // safety: a signature whose token is hidden is planned when that can be seen, like one that is hidden itself (T37). Who
  // names a token that is not there has us decrypt with nothing proven, as he would by leaving the signature out: beside
  // ciphertext in the Security header it may be in there. Where there is none, all signatures are checked first.
  const visible = showsSignatures ? placed : placed.filter((signature) => !hidesItsKey(claims, signature, policy));
  const signatures = planSignatures(planner, visible);
  const decryptions = planDecryptions(planner, targets);
  if (showsSignatures) {
    requireEncryption(claims, decryptions, policy);
    requireOneOrigin(claims, signatures, decryptions, mayBeOfOneOrigin);
    requireUsedToken(claims, signatures, policy);
  }
  requireSeparateKeys(signatures, decryptions, isSameKey, policy);
  return { claims, decryptions, signatures, signed, signedCiphertext: [], signedListCount, hidesElements };
}

const NONE: ReadonlySet<number> = new Set();

/**
 * Whether undoing `plan.decryptions` can show nothing that is still to be planned: they stand in the Body, behind everything
 * that a plan is made of, and none of it changes with them.
 */
export function isSettled({ decryptions, signedListCount, hidesElements }: DocumentPlan): boolean {
  return decryptions.length === 0 || (signedListCount === 0 && !hidesElements);
}
