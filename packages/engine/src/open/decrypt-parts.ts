/**
 * Decrypting: ciphertext is replaced by plaintext in a copy of the message, which is then scanned whole under the same
 * limits. So plaintext is read in the namespace context of its place, and may not change anything around it (T46).
 */

import type { Tape } from '@parley/codec';
import type { OctetSink, Patch } from '@parley/codec/internal';
import {
  E,
  ELEMENT_WORDS,
  isNamed,
  localName,
  localNameOf,
  Namespace,
  namespaceUriOf,
  parentOf,
  readDocument,
  splice,
} from '@parley/codec/internal';
import type { CipherAlgorithm } from '@parley/core';
import { Fault } from '@parley/core';
import { limitFault, restoreStackDepth } from '@parley/core/internal';
import { endOf, startOf } from '../claims/claim.ts';
import { isEncryptedData } from '../claims/encrypted-data.ts';
import { resolveSecret } from '../keys/resolve-keys.ts';
import type { SymmetricResolvedKey } from '../keys/resolved-key.ts';
import type { OpenScope } from '../keys/scope.ts';
import { isRoutedAlike, readHeaderRouting } from '../message/header-routing.ts';
import type { PartRole } from '../message/opened-message.ts';
import type { PlannedDecryption, UncoveredMessage, UncoveredPart } from '../plan/decryption.ts';
import type { Policy } from '../policy/policy.ts';
import type { MessageClaims } from '../read/message.ts';
import type { Plaintext } from './plaintext.ts';
import { plaintextsOf, uniform } from './plaintext.ts';

/** Encrypted data whose key was found. */
export interface ReadyDecryption {
  readonly planned: PlannedDecryption;
  readonly resolved: SymmetricResolvedKey;
}

/** One decrypted part, with the key that opened it. */
export interface DecryptedPart extends UncoveredPart {
  readonly cipher: CipherAlgorithm;
  readonly resolved: SymmetricResolvedKey;
  /** Its name. */
  readonly namespace: string;
  readonly localName: string;
}

export interface DecryptedMessage extends UncoveredMessage {
  readonly parts: readonly DecryptedPart[];
}

/** What decrypting gave. */
export interface Decryption extends DecryptedMessage {
  /** To be called when the message is refused after all: does what only a part that makes no sense has cost so far. */
  readonly levelOff: () => void;
}

/**
 * Finds the keys of what is to be decrypted.
 * @throws Fault `peer.key-usage` the key has not the cipher's length; and what resolving throws
 */
export function resolveDecryptions(
  planned: readonly PlannedDecryption[],
  scope: OpenScope,
): readonly ReadyDecryption[] {
  return planned.map((decryption) => {
    const resolved = resolveSecret(decryption.key, scope);
    if (resolved.key.secret.lengthBytes !== decryption.claim.cipher.keyBytes)
      throw new Fault('peer.key-usage', { reason: 'length' });
    return { planned: decryption, resolved };
  });
}

/**
 * Decrypts into a new document and scans it into the other tape of the workspace.
 *
 * A failure of the cipher, of the padding or of the plaintext's syntax does not end here: bad padding is read like good, a
 * part that makes no sense is left blank, the failure is returned, and the caller verifies all the same, so that what a
 * forger can see, and as far as we can how long it takes, does not depend on where it went wrong (T37).
 */
export function decryptParts(claims: MessageClaims, ready: readonly ReadyDecryption[], scope: OpenScope): Decryption {
  const { workspace } = scope;
  const decrypted = decryptAll(claims.tape, ready, workspace.ciphertext);
  const plaintexts = decrypted.map(({ octets }) => octets);
  let failure = decrypted.find((plaintext) => plaintext.failure !== undefined)?.failure;
  // What came in is read no more once its plaintext has been, so its tape is free for the one after.
  const tape = claims.tape === workspace.tape ? workspace.plainTape : workspace.tape;
  const into = tape === workspace.plainTape ? workspace.plain : undefined;
  const document = spliceAll(claims, ready, plaintexts, into);
  const filledWith = (octet: number): SplicedDocument => {
    const filled = plaintexts.map(({ length }) => new Uint8Array(length).fill(octet));
    return spliceAll(claims, ready, filled, into);
  };
  // What makes no sense is read without success, and then once more as blanks; what does, the other way round.
  const readBlank = (): SplicedDocument => {
    const blank = filledWith(SPACE);
    readAgain(blank.bytes, scope.policy, tape);
    return blank;
  };
  const levelOff = (): void => {
    try {
      readAgain(filledWith(NO_UTF8).bytes, scope.policy, tape);
    } catch {
      // As it should.
    }
  };
  try {
    readAgain(document.bytes, scope.policy, tape);
    return { parts: locate(claims, ready, document, tape, failure !== undefined), failure, levelOff };
  } catch (error) {
    if (error instanceof Fault && error.code === 'peer.limit-enc-depth') throw error;
    failure ??= uniform(error);
  }
  // Not even the document can be read: read it with the parts left blank.
  return { parts: locate(claims, ready, readBlank(), tape, true), failure, levelOff: () => undefined };
}

/** Neighbours under one key together, as WCF sends the signature and the Body. */
function decryptAll(tape: Tape, ready: readonly ReadyDecryption[], ciphertext: OctetSink): readonly Plaintext[] {
  const plaintexts: Plaintext[] = [];
  for (let from = 0; from < ready.length; from = plaintexts.length) {
    const { planned, resolved } = ready[from]!;
    const parts = [planned.claim];
    for (let next = ready[from + 1]; next !== undefined; next = ready[from + parts.length]) {
      if (next.resolved.key !== resolved.key || next.planned.claim.cipher !== planned.claim.cipher) break;
      parts.push(next.planned.claim);
    }
    plaintexts.push(...plaintextsOf(tape, parts, resolved.key, ciphertext));
  }
  return plaintexts;
}

const SPACE = 0x20;
const NO_UTF8 = 0xff;

/**
 * Reads a document with parts put in. It is UTF-8 by now, and is read in place: parts are found by their offsets.
 * safety: why it cannot be read is nobody's business, and to say so takes longer than to read it (T37): no stack is taken down.
 */
function readAgain(bytes: Uint8Array, { limits, reader }: Policy, tape: Tape): void {
  const { stackTraceLimit } = Error;
  restoreStackDepth(0);
  try {
    readDocument(bytes, limits, tape, reader === 'libxml' ? 'cross-check' : reader, { tersely: true });
  } finally {
    restoreStackDepth(stackTraceLimit);
  }
}

interface SplicedDocument {
  readonly bytes: Uint8Array;
  /** Per part: where its plaintext begins and ends in `bytes`. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Where an offset of the old document (outside every part) is in the new one. */
  moved(offset: number): number;
}

function spliceAll(
  claims: MessageClaims,
  ready: readonly ReadyDecryption[],
  plaintexts: readonly Uint8Array[],
  into: OctetSink | undefined,
): SplicedDocument {
  const patches: Patch[] = ready.map(({ planned: { replaced } }, index) => ({
    start: startOf(claims.tape, replaced),
    end: endOf(claims.tape, replaced),
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
    bytes: splice(claims.tape.bytes, sorted, into),
    starts,
    ends: starts.map((start, index) => start + patches[index]!.with.length),
    moved,
  };
}

/** Finds each part in the new document and checks that the plaintext stayed inside its place. */
function locate(
  claims: MessageClaims,
  ready: readonly ReadyDecryption[],
  document: SplicedDocument,
  tape: Tape,
  isBroken: boolean,
): DecryptedPart[] {
  return ready.map(({ planned, resolved }, index) => {
    const { claim, place, replaced } = planned;
    const start = document.starts[index]!;
    const end = document.ends[index]!;
    const parent = parentOf(claims.tape, replaced);
    const newParent = elementStartingAt(tape, document.moved(startOf(claims.tape, parent)));
    const parentEnd = claims.tape.elements[parent * ELEMENT_WORDS + E.contentEnd]!;
    if (newParent < 0 || tape.elements[newParent * ELEMENT_WORDS + E.contentEnd] !== document.moved(parentEnd)) {
      throw new Fault('peer.decrypt-failed');
    }
    refuseNested(tape, start, end);
    const element = claim.target === 'content' ? newParent : elementStartingAt(tape, start);
    if (claim.target === 'element' && !isBroken) {
      if (element < 0 || endOf(tape, element) !== end) throw new Fault('peer.decrypt-failed');
      if (replaced !== claim.element) requireKnownRouting(claims, replaced, tape, element);
    }
    return {
      role: place === 'security' ? roleOfSecurityChild(tape, element) : place,
      target: claim.target,
      cipher: claim.cipher,
      resolved,
      start,
      end,
      element,
      namespace: element < 0 ? '' : namespaceUriOf(tape, element),
      localName: element < 0 ? '' : localNameOf(tape, element),
      headerPlace: planned.headerPlace,
      isWholeBody: planned.isWholeBody,
    };
  });
}

// spec: WSS 1.1 §9.3, the wrapper repeats what the Security header says to every node. interop: or what its block says.
function requireKnownRouting(claims: MessageClaims, wrapper: number, tape: Tape, block: number): void {
  const { envelope, security } = claims;
  const said = readHeaderRouting(claims.tape, wrapper, envelope.soap);
  const isSaidBy = (of: Tape, element: number): boolean =>
    isRoutedAlike(said, readHeaderRouting(of, element, envelope.soap));
  if (!isSaidBy(claims.tape, security.element) && !isSaidBy(tape, block)) throw new Fault('peer.decrypt-failed');
}

function roleOfSecurityChild(tape: Tape, element: number): PartRole {
  if (element < 0 || isNamed(tape, element, Namespace.ds, SIGNATURE)) return 'signature';
  if (isNamed(tape, element, Namespace.wsu, TIMESTAMP)) return 'timestamp';
  return isNamed(tape, element, Namespace.wsse11, SIGNATURE_CONFIRMATION) ? 'confirmation' : 'token';
}

const SIGNATURE = localName('Signature');
const TIMESTAMP = localName('Timestamp');
const SIGNATURE_CONFIRMATION = localName('SignatureConfirmation');

function refuseNested(tape: Tape, start: number, end: number): void {
  for (let element = firstFrom(tape, start); element < tape.elementCount; element++) {
    if (startOf(tape, element) >= end) return;
    if (isEncryptedData(tape, element)) throw limitFault('peer.limit-enc-depth', 'encryptionDepthMax', 1, 2);
  }
}

/** The element whose `<` is at `offset`, or -1. */
function elementStartingAt(tape: Tape, offset: number): number {
  const element = firstFrom(tape, offset);
  return element < tape.elementCount && startOf(tape, element) === offset ? element : -1;
}

/** The first element whose `<` is at `offset` or later, or their number: a binary search, for records are in document order. */
function firstFrom(tape: Tape, offset: number): number {
  let low = 0;
  let high = tape.elementCount;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (startOf(tape, middle) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
