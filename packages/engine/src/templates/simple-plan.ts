/** The plans that templates know: one signature by a key of a context, and at most the content of the Body encrypted. */
import { nextSibling } from '@parley/codec/internal';
import type { MacAlgorithm } from '@parley/core';
import type { PlannedDecryption } from '../plan/decryption.ts';
import type { DocumentPlan } from '../plan/document.ts';
import { isSettled } from '../plan/document.ts';
import type { PlannedContextKey, PlannedKey } from '../plan/planned-key.ts';
import type { PlannedSignature } from '../plan/signatures.ts';
import type { MessageClaims } from '../read/message.ts';
import { NoTemplate } from './hole-list.ts';

/** What signs. */
export interface SimpleSignature {
  readonly signature: PlannedSignature;
  readonly algorithm: MacAlgorithm;
  readonly key: PlannedContextKey;
}

/** @throws NoTemplate */
export function simpleSignature({ claims, signatures }: DocumentPlan): SimpleSignature {
  const { envelope, security, tape } = claims;
  const [signature] = signatures;
  const isSimple =
    envelope.encryptedHeaders.length === 0 &&
    security.encryptedData.length + security.encryptedKeys.length === 0 &&
    security.otherTokens.length + security.assertions.length + security.tokenReferences.length === 0 &&
    security.signatureConfirmations.length === 0 &&
    security.signatures.length === 1 &&
    tape.commentCount + tape.processingInstructionCount === 0;
  if (!isSimple || signature === undefined) throw new NoTemplate();
  const { claim, references, roles, hidden, isEndorsing, key } = signature;
  const { algorithm } = claim;
  const isPlain =
    !isEndorsing &&
    hidden.length === 0 &&
    // The Body that is handed over is the one that was digested.
    roles.includes('body') &&
    references.every(({ isTokenTransform }) => !isTokenTransform) &&
    references.length === referenceCount(claims, claim.signatureMethod);
  if (!isPlain || algorithm.kind !== 'mac') throw new NoTemplate();
  return { signature, algorithm, key: ofContext(claims, key) };
}

/** Whether anything of it is to be decrypted. */
export function isEncrypted({ decryptions, signedCiphertext, claims }: DocumentPlan): boolean {
  return decryptions.length + signedCiphertext.length + claims.security.referenceLists.length > 0;
}

/** What is decrypted. */
export interface SimpleDecryption {
  readonly decryption: PlannedDecryption;
  readonly key: PlannedContextKey;
  /** Whether it was signed as ciphertext. */
  readonly isSigned: boolean;
}

/** What is decrypted, and nothing else is. @throws NoTemplate */
export function simpleDecryption(plan: DocumentPlan): SimpleDecryption {
  const { claims, decryptions, signedCiphertext } = plan;
  const [decryption, another] = [...decryptions, ...signedCiphertext];
  if (decryption === undefined || another !== undefined) throw new NoTemplate();
  const { claim, place, isWholeBody, key } = decryption;
  const isSimple =
    claims.security.referenceLists.length <= 1 &&
    isSettled(plan) &&
    place === 'body' &&
    isWholeBody &&
    claim.target === 'content' &&
    claim.tokenReference >= 0;
  if (!isSimple) throw new NoTemplate();
  return { decryption, key: ofContext(claims, key), isSigned: decryptions.length === 0 };
}

/** A signature that is encrypted, and the Body. */
export interface HiddenDecryptions {
  readonly signature: PlannedDecryption;
  readonly body: PlannedDecryption;
  /** Both, as they are decrypted. */
  readonly inOrder: readonly PlannedDecryption[];
  /** Of both. */
  readonly key: PlannedContextKey;
}

/** What is decrypted where nothing in clear is a signature: one, and the Body, under one key. @throws NoTemplate */
export function hiddenDecryptions({
  claims,
  decryptions,
  signatures,
  signedListCount,
}: DocumentPlan): HiddenDecryptions {
  const signature = decryptions.find(({ place }) => place === 'security');
  const body = decryptions.find(({ place }) => place === 'body');
  if (signature === undefined || body === undefined || decryptions.length > 2) throw new NoTemplate();
  const [ofSignature, ofBody] = [signature.claim, body.claim];
  const key = ofContext(claims, body.key);
  const isSimple =
    signatures.length + claims.security.signatures.length + signedListCount === 0 &&
    claims.security.referenceLists.length === 1 &&
    body.isWholeBody &&
    ofBody.target === 'content' &&
    ofSignature.target === 'element' &&
    ofSignature.cipher === ofBody.cipher &&
    Math.min(ofSignature.tokenReference, ofBody.tokenReference) >= 0 &&
    // Both name it alike, by a token of the message.
    signature.key.named === key.named &&
    key.named >= 0 &&
    key.derivations.every(({ implied }) => !implied);
  if (!isSimple) throw new NoTemplate();
  return { signature, body, inOrder: decryptions, key };
}

/** The token is the key's own, so nothing has to be compared with it. @throws NoTemplate */
function ofContext({ security }: MessageClaims, key: PlannedKey): PlannedContextKey {
  if (key.source !== 'context' || key.token !== security.securityContextToken) throw new NoTemplate();
  return key;
}

/** ds:References as written: some may say again what another said. */
function referenceCount({ tape }: MessageClaims, signatureMethod: number): number {
  let count = 0;
  for (let child = nextSibling(tape, signatureMethod); child >= 0; child = nextSibling(tape, child)) count++;
  return count;
}
