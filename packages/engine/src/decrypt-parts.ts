/**
 * Decrypting: ciphertext is replaced by plaintext in a copy of the message, which is then scanned whole under the same
 * limits. So plaintext is read in the namespace context of its place, and may not change anything around it (T46).
 */

import type { Patch, Tape } from '@parley/codec';
import { E, ELEMENT_WORDS, firstChild, nextSibling, parentOf, readDocument, splice } from '@parley/codec';
import type { CipherAlgorithm } from '@parley/core';
import { decrypt, Fault } from '@parley/core';
import type { OpenScope } from './open-scope.ts';
import type { PartRole } from './opened-message.ts';
import type { Policy } from './policy.ts';
import { base64Octets, endOf, isWithin, startOf, structureInvalid } from './read/claim.ts';
import type { EncryptedDataClaim } from './read/encrypted-data.ts';
import { isEncryptedData, readEncryptedData, readReferenceLists } from './read/encrypted-data.ts';
import { referenceListsOf } from './read/encrypted-key.ts';
import type { MessageClaims } from './read/message.ts';
import { resolveKey, resolveListingKey } from './resolve-keys.ts';
import type { SymmetricResolvedKey } from './resolved-key.ts';

/** Encrypted data whose place and key are settled. */
export interface PlannedDecryption {
  readonly claim: EncryptedDataClaim;
  /** The part of the message that it is, or stands in. */
  readonly role: PartRole;
  readonly resolved: SymmetricResolvedKey;
}

/** One decrypted part: where its plaintext stands in the new document. */
export interface DecryptedPart {
  readonly role: PartRole;
  readonly target: 'content' | 'element';
  readonly cipher: CipherAlgorithm;
  readonly resolved: SymmetricResolvedKey;
  readonly start: number;
  readonly end: number;
  /** The element in the new document whose content, or which itself, was encrypted. */
  readonly element: number;
}

export interface DecryptedMessage {
  readonly parts: readonly DecryptedPart[];
  /** Set when a part did not decrypt or made no sense: the caller goes on to verify, and then refuses with this. */
  readonly failure: Fault | undefined;
}

/**
 * Settles what is to be decrypted: its place, its algorithm, its key.
 * @throws Fault `peer.structure-invalid`, `peer.alg-forbidden`, and what reading and resolving throw.
 */
export function planDecryption(
  claims: MessageClaims,
  targets: readonly number[],
  scope: OpenScope,
): readonly PlannedDecryption[] {
  return targets.map((element) => {
    const role = placeOf(claims, element);
    const claim = readEncryptedData(claims.tape, element);
    if (!scope.policy.ciphers.includes(claim.cipher.name))
      throw new Fault('peer.alg-forbidden', { algorithm: claim.cipher.name });
    if (claim.target === 'content' && !isOnlyChild(claims.tape, element)) {
      throw structureInvalid(claims.tape, element, 'encrypted content beside other elements');
    }
    if (claim.target === 'content' && role !== 'body')
      throw structureInvalid(claims.tape, element, 'encrypted content outside soap:Body');
    const resolved = keyOf(claims, claim, scope);
    if (resolved.key.secret.lengthBytes !== claim.cipher.keyBytes)
      throw new Fault('peer.key-usage', { reason: 'length' });
    return { claim, role, resolved };
  });
}

function keyOf(claims: MessageClaims, claim: EncryptedDataClaim, scope: OpenScope): SymmetricResolvedKey {
  const { element, tokenReference, cipher } = claim;
  if (tokenReference >= 0) return resolveKey(claims, tokenReference, element, scope, cipher.keyBytes);
  const { tape, security } = claims;
  const listing = security.encryptedKeys.find((key) =>
    readReferenceLists(tape, referenceListsOf(tape, key), scope.policy.limits).includes(element),
  );
  if (listing === undefined) throw new Fault('peer.keyinfo-forbidden', { reason: 'no ds:KeyInfo' });
  return resolveListingKey(claims, listing, element, scope, cipher.keyBytes);
}

/**
 * Decrypts into a new document and scans it into the workspace's second tape.
 *
 * A failure of the cipher, of the padding or of the plaintext's syntax does not end here: the part is left empty, the
 * failure is returned, and the caller verifies all the same, so that what a forger can see does not depend on where
 * it went wrong (T37).
 */
export function decryptParts(
  claims: MessageClaims,
  planned: readonly PlannedDecryption[],
  scope: OpenScope,
): DecryptedMessage {
  let failure: Fault | undefined;
  const plaintexts = planned.map(({ claim, resolved }) => {
    try {
      const data = base64Octets(claims.tape, claim.cipherValue);
      return resolved.key.secret.lend((key) => decrypt(claim.cipher, key, data));
    } catch (error) {
      failure ??= uniform(error);
      return EMPTY;
    }
  });
  const document = spliceAll(claims, planned, plaintexts);
  const tape = scope.workspace.plainTape;
  try {
    readAgain(document.bytes, scope.policy, tape);
    return { parts: locate(claims, planned, document, tape, failure !== undefined), failure };
  } catch (error) {
    if (error instanceof Fault && error.code === 'peer.limit-enc-depth') throw error;
    failure ??= uniform(error);
  }
  // Not even the document can be read: read it with the parts left empty.
  const empty = spliceAll(
    claims,
    planned,
    planned.map(() => EMPTY),
  );
  readAgain(empty.bytes, scope.policy, tape);
  return { parts: locate(claims, planned, empty, tape, true), failure };
}

const EMPTY = new Uint8Array(0);

/** Reads a document with parts put in. It is UTF-8 by now, and is read in place: parts are found by their offsets. */
function readAgain(bytes: Uint8Array, { limits, reader }: Policy, tape: Tape): void {
  readDocument(bytes, limits, tape, reader === 'libxml' ? 'cross-check' : reader);
}

// safety: every cause of failure behind the cipher is one outcome; a bad base64 is visible to all and may be named.
function uniform(error: unknown): Fault {
  if (!(error instanceof Fault)) throw error;
  return error.code === 'peer.encoding-invalid' ? error : new Fault('peer.decrypt-failed');
}

interface SplicedDocument {
  readonly bytes: Uint8Array;
  /** Per planned part: where its plaintext begins and ends in `bytes`. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Where an offset of the old document (outside every part) is in the new one. */
  moved(offset: number): number;
}

function spliceAll(
  claims: MessageClaims,
  planned: readonly PlannedDecryption[],
  plaintexts: readonly Uint8Array[],
): SplicedDocument {
  const patches: Patch[] = planned.map(({ claim }, index) => ({
    start: startOf(claims.tape, claim.element),
    end: endOf(claims.tape, claim.element),
    with: plaintexts[index]!,
  }));
  const sorted = [...patches].sort((left, right) => left.start - right.start);
  const moved = (offset: number): number => {
    let shift = 0;
    for (const patch of sorted) if (patch.end <= offset) shift += patch.with.length - (patch.end - patch.start);
    return offset + shift;
  };
  const starts = patches.map((patch) => moved(patch.start));
  return {
    bytes: splice(claims.tape.bytes, sorted),
    starts,
    ends: starts.map((start, index) => start + patches[index]!.with.length),
    moved,
  };
}

/** Finds each part in the new document and checks that the plaintext stayed inside its place. */
function locate(
  claims: MessageClaims,
  planned: readonly PlannedDecryption[],
  document: SplicedDocument,
  tape: Tape,
  leftEmpty: boolean,
): DecryptedPart[] {
  return planned.map(({ claim, role, resolved }, index) => {
    const start = document.starts[index]!;
    const end = document.ends[index]!;
    const parent = parentOf(claims.tape, claim.element);
    const newParent = elementStartingAt(tape, document.moved(startOf(claims.tape, parent)));
    const parentEnd = claims.tape.elements[parent * ELEMENT_WORDS + E.contentEnd]!;
    if (newParent < 0 || tape.elements[newParent * ELEMENT_WORDS + E.contentEnd] !== document.moved(parentEnd)) {
      throw new Fault('peer.decrypt-failed');
    }
    refuseNested(tape, start, end);
    const element = claim.target === 'content' ? newParent : elementStartingAt(tape, start);
    if (claim.target === 'element' && !leftEmpty && (element < 0 || endOf(tape, element) !== end))
      throw new Fault('peer.decrypt-failed');
    return { role, target: claim.target, cipher: claim.cipher, resolved, start, end, element };
  });
}

function refuseNested(tape: Tape, start: number, end: number): void {
  for (let element = 0; element < tape.elementCount; element++) {
    const offset = startOf(tape, element);
    if (offset >= end) return;
    if (offset >= start && isEncryptedData(tape, element)) throw new Fault('peer.limit-enc-depth');
  }
}

/** The element whose `<` is at `offset`, or -1: a binary search, for records are in document order. */
function elementStartingAt(tape: Tape, offset: number): number {
  let low = 0;
  let high = tape.elementCount - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const start = startOf(tape, middle);
    if (start === offset) return middle;
    if (start < offset) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

// safety: decrypt only where a policy could name the part: in Body, or as a child of Security or of Header (T44).
function placeOf(claims: MessageClaims, element: number): PartRole {
  const { tape, envelope, security } = claims;
  if (element !== envelope.body && isWithin(tape, element, envelope.body)) return 'body';
  if (security.encryptedData.includes(element)) return 'signature';
  if (parentOf(tape, element) === envelope.header) return 'header';
  throw new Fault('peer.coverage-missing', { reason: 'encrypted data out of place' });
}

function isOnlyChild(tape: Tape, element: number): boolean {
  return firstChild(tape, parentOf(tape, element)) === element && nextSibling(tape, element) < 0;
}
