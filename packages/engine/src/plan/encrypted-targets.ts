/** What is encrypted in a message, and whether that was done before or after it was signed. */
import type { Tape } from '@parley/codec';
import { attributeNamed, firstChild, localName, Namespace, nextSibling } from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { isEncryptedData, readReferenceLists } from '../claims/encrypted-data.ts';
import { structureInvalid } from '../claims/shape-refusals.ts';
import { resolveFragment } from '../claims/token-reference.ts';
import type { MessageClaims } from '../read/message.ts';

export interface EncryptedTargets {
  /** xenc:EncryptedData to decrypt before signatures are verified: it was made after them, or hides them. */
  readonly before: readonly number[];
  /** xenc:ReferenceLists, the last of the header, whose data the signatures cover as ciphertext. */
  readonly signedListCount: number;
}

/**
 * Finds what is encrypted for us and settles the order by the places of the ReferenceLists.
 *
 * The sender prepends, so a ReferenceList above the signature was made after it and is undone before it (WSS §3.9).
 * The signature itself may be encrypted; then it is what the first list leads to, though one that endorses it be in clear. Lists on both sides are of
 * EncryptBeforeSigning: what was signed as ciphertext below; above, the signature (EncryptSignature), or tokens that
 * it covers in clear (CXF and Metro encrypt a UsernameToken so).
 *
 * @throws Fault `peer.structure-invalid` data that no list names; lists on both sides of a signature in clear, and more
 *   than tokens above it.
 */
export function encryptedTargets(claims: MessageClaims, limits: Limits): EncryptedTargets {
  const { security, tape } = claims;
  const { referenceLists } = security;
  const content = firstChild(tape, claims.envelope.body);
  const visible = [...security.encryptedData, ...claims.envelope.encryptedHeaders];
  if (content >= 0 && isEncryptedData(tape, content)) visible.push(content);
  if (visible.length === 0 && referenceLists.length === 0) return NOTHING;
  const targets = new Set(readReferenceLists(tape, referenceLists, limits));
  for (const element of visible) {
    if (!targets.has(element)) throw structureInvalid(tape, element, 'xenc:EncryptedData that no list names');
  }
  const [first = -1] = referenceLists;
  const clear = security.signatures[0];
  const signature = placeOfSigning(claims, first) ?? tape.elementCount;
  const above = referenceLists.filter((list) => list < signature);
  const signedListCount = referenceLists.length - above.length;
  const before = readReferenceLists(tape, above, limits);
  const isOfTokens = before.every((element) => security.encryptedData.includes(element));
  if (clear !== undefined && signedListCount > 0 && !isOfTokens) {
    throw structureInvalid(tape, first, 'lists of encrypted data on both sides of a signature');
  }
  return { before, signedListCount };
}

/** The signature of the message, or what may hide it: encrypted data of the header, which the `first` list leads to. */
function placeOfSigning({ tape, security }: MessageClaims, first: number): number | undefined {
  const clear = security.signatures[0];
  const hiding = security.encryptedData.find((element) => element > first);
  // A signature over nothing that can be seen endorses one that cannot.
  const isHidden = clear === undefined || (hiding !== undefined && hiding < clear && !coversVisible(tape, clear));
  return isHidden ? hiding : clear;
}

const URI = localName('URI');

/** Whether the ds:Signature `element` is over anything that is in the message in clear. */
function coversVisible(tape: Tape, element: number): boolean {
  const signedInfo = firstChild(tape, element);
  if (signedInfo < 0) return false;
  for (let child = firstChild(tape, signedInfo); child >= 0; child = nextSibling(tape, child)) {
    const uri = attributeNamed(tape, child, Namespace.none, URI);
    if (uri >= 0 && resolveFragment(tape, uri, true) >= 0) return true;
  }
  return false;
}

const NOTHING: EncryptedTargets = { before: [], signedListCount: 0 };

/** What the last `signedListCount` lists name, in the document whose signatures can be seen. */
export function signedTargets(claims: MessageClaims, signedListCount: number, limits: Limits): readonly number[] {
  if (signedListCount === 0) return [];
  return readReferenceLists(claims.tape, claims.security.referenceLists.slice(-signedListCount), limits);
}
