/** What of a document is to be decrypted, where it stands and under which key: all that can be known without the key. */

import type { Tape } from '@parley/codec';
import { firstChild, isElementOnly, nextSibling, parentOf } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { isWithin, placeAmongSiblings } from '../claims/claim.ts';
import type { EncryptedDataClaim } from '../claims/encrypted-data.ts';
import { readEncryptedData, readReferenceLists } from '../claims/encrypted-data.ts';
import { referenceListsOf } from '../claims/encrypted-key.ts';
import { structureInvalid } from '../claims/shape-refusals.ts';
import type { PartRole } from '../message/opened-message.ts';
import { refusedBy } from '../policy/refused-by.ts';
import type { MessageClaims } from '../read/message.ts';
import type { KeyPlanner } from './key-planner.ts';
import type { PlannedSymmetricKey } from './planned-key.ts';
import { lengthBytesOf } from './planned-key.ts';

/** What was decrypted, as far as a plan needs to know it: where its plaintext stands in the new document. */
export interface UncoveredPart {
  readonly role: PartRole;
  readonly target: 'content' | 'element';
  readonly start: number;
  readonly end: number;
  /** The element in the new document whose content, or which itself, was encrypted. */
  readonly element: number;
  /** As in {@link PlannedDecryption}. */
  readonly headerPlace: number;
  readonly isWholeBody: boolean;
}

/** A message whose ciphertext was replaced. */
export interface UncoveredMessage {
  readonly parts: readonly UncoveredPart[];
  /** Set when a part did not decrypt or made no sense: the caller goes on to verify, and then refuses with this. */
  readonly failure: Fault | undefined;
}

/** Where ciphertext may stand. */
export type EncryptedPlace = 'body' | 'header' | 'security';

/** Encrypted data whose place is settled. */
export interface PlannedDecryption {
  readonly claim: EncryptedDataClaim;
  /** The part of the message that it is, or stands in. Of a child of Security, only its content tells. */
  readonly place: EncryptedPlace;
  /** What the plaintext replaces: the EncryptedData, or the EncryptedHeader around it. */
  readonly replaced: number;
  /** Number of the header block that it is, which decrypting changes for none; -1 elsewhere. */
  readonly headerPlace: number;
  /** Whether it is all that the Body holds. */
  readonly isWholeBody: boolean;
  readonly key: PlannedSymmetricKey;
}

/**
 * Settles what is to be decrypted: its place, its algorithm, what names its key.
 *
 * @throws Fault `peer.structure-invalid`, `peer.alg-forbidden`, `peer.coverage-missing` out of place; `peer.key-usage` a
 *   derived key of another length than the cipher's; and what reading throws.
 */
export function planDecryptions(planner: KeyPlanner, targets: readonly number[]): readonly PlannedDecryption[] {
  return targets.map((element) => planDecryption(planner, element));
}

function planDecryption(planner: KeyPlanner, element: number): PlannedDecryption {
  const { claims, policy } = planner;
  const { tape, envelope } = claims;
  const place = placeOf(claims, element);
  const claim = readEncryptedData(tape, element);
  if (!policy.ciphers.includes(claim.cipher.name))
    throw refusedBy('ciphers', 'peer.alg-forbidden', { algorithm: claim.cipher.name });
  if (claim.target === 'content' && !isOnlyChild(tape, element)) {
    throw structureInvalid(tape, element, 'encrypted content beside other elements');
  }
  if (claim.target === 'content' && place !== 'body')
    throw structureInvalid(tape, element, 'encrypted content outside soap:Body');
  const key = planKey(planner, claim, place === 'security' ? element : userOutside(claims));
  if ((lengthBytesOf(key) ?? claim.cipher.keyBytes) !== claim.cipher.keyBytes)
    throw new Fault('peer.key-usage', { reason: 'length' });
  const replaced =
    place === 'header' && parentOf(tape, element) !== envelope.header ? parentOf(tape, element) : element;
  return {
    claim,
    place,
    replaced,
    headerPlace: place === 'header' ? placeAmongSiblings(tape, replaced) : -1,
    isWholeBody: isWholeBody(claims, element),
    key,
  };
}

// spec: WS-SecurityPolicy §6.7, tokens stand before the ReferenceList that names what they encrypt. Of several lists, or one in an
// EncryptedKey, from which keys may be derived behind it, that is not asked.
function userOutside({ tape, envelope, security }: MessageClaims): number {
  const [list, another] = security.referenceLists;
  const isAlone = list !== undefined && another === undefined && parentOf(tape, list) === security.element;
  return isAlone ? list : envelope.body;
}

function planKey(planner: KeyPlanner, claim: EncryptedDataClaim, user: number): PlannedSymmetricKey {
  const { element, tokenReference, cipher } = claim;
  if (tokenReference >= 0) return planner.secret(tokenReference, user, cipher.keyBytes);
  const { tape, security } = planner.claims;
  const listing = security.encryptedKeys.find((key) =>
    readReferenceLists(tape, referenceListsOf(tape, key), planner.policy.limits).includes(element),
  );
  if (listing === undefined) throw new Fault('peer.keyinfo-forbidden', { reason: 'no ds:KeyInfo' });
  return planner.listingSecret(listing, user, cipher.keyBytes);
}

// safety: decrypt only where a policy could name the part: in Body, or as a child of Security or of Header (T44).
/** The place of xenc:EncryptedData. @throws Fault `peer.coverage-missing` out of place */
export function placeOf(claims: MessageClaims, element: number): EncryptedPlace {
  const { tape, envelope, security } = claims;
  if (element !== envelope.body && isWithin(tape, element, envelope.body)) return 'body';
  if (security.encryptedData.includes(element)) return 'security';
  if (envelope.encryptedHeaders.includes(element)) return 'header';
  throw new Fault('peer.coverage-missing', { reason: 'encrypted data out of place' });
}

function isWholeBody({ tape, envelope }: MessageClaims, element: number): boolean {
  return parentOf(tape, element) === envelope.body && isOnlyChild(tape, element) && isElementOnly(tape, envelope.body);
}

function isOnlyChild(tape: Tape, element: number): boolean {
  return firstChild(tape, parentOf(tape, element)) === element && nextSibling(tape, element) < 0;
}
