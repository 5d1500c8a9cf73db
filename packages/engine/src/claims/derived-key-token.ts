/**
 * wsc:DerivedKeyToken (WS-SC §1.10):
 *   SecurityTokenReference, Properties?, ((Generation | Offset), Length?)?, Label?, Nonce — in any order (interop).
 */

import type { Tape } from '@parley/codec';
import type { OctetRange } from '@parley/codec/internal';
import {
  attributeNamed,
  attributeOctets,
  decodeText,
  firstChild,
  isNamed,
  localName,
  Namespace,
  namespaceOf,
  nextSibling,
  textOctets,
} from '@parley/codec/internal';
import type { Limits, Version } from '@parley/core';
import { Fault } from '@parley/core';
import { belowLimitFault, limitFault, VERSION_URIS } from '@parley/core/internal';
import type { WireDerivation } from '../message/wire-derivation.ts';
import { attributeIs, decodedBase64, requireCharacters, requireElementOnly, trimmedOctets } from './claim.ts';
import type { FieldLimits } from './derivation-limits.ts';
import { requireWithin } from './derivation-limits.ts';
import type { ReferenceRules } from './reference-type.ts';
import { structureInvalid } from './shape-refusals.ts';
import type { TokenReference } from './token-reference.ts';
import { isTokenReference, readTokenReference } from './token-reference.ts';
import { readUnsigned } from './unsigned-number.ts';

// perf: a module's own constants are folded into its code, imported ones are looked up at every use.
const { none: IN_NO_NAMESPACE, wsc: IN_WSC } = Namespace;

/** A derivation as the message asks for it; within the limits. */
export interface DerivedKeyToken {
  readonly version: Version;
  readonly base: TokenReference;
  readonly derivation: WireDerivation;
}

/** WS-SC §1.10: Length when neither token nor policy says otherwise. */
const DEFAULT_LENGTH_BYTES = 32;

const ALGORITHM = localName('Algorithm');
const OFFSET = localName('Offset');
const GENERATION = localName('Generation');
const LENGTH = localName('Length');
const LABEL = localName('Label');
const NONCE = localName('Nonce');
const PROPERTIES = localName('Properties');
const P_SHA1_200512 = localName(VERSION_URIS['200512'].pSha1);
const P_SHA1_200502 = localName(VERSION_URIS['200502'].pSha1);

const LENGTH_LIMITS: FieldLimits = { field: 'Length', least: 'derivedKeyBytesMin', most: 'derivedKeyBytesMax' };
const OFFSET_LIMITS: FieldLimits = { field: 'Offset', most: 'derivedKeyOffsetMax' };
const GENERATION_LIMITS: FieldLimits = { field: 'Generation', most: 'derivedKeyOffsetMax' };
const LABEL_LIMITS: FieldLimits = { field: 'Label', most: 'labelBytesMax' };
const NONCE_LIMITS: FieldLimits = { field: 'Nonce', least: 'nonceBytesMin', most: 'nonceBytesMax' };

/**
 * Reads a DerivedKeyToken. Numbers are exact and bounded before anything is derived (T48, T49).
 *
 * @throws Fault `peer.structure-invalid`, `peer.alg-forbidden`, `peer.encoding-invalid`, `peer.dk-limit`, `peer.derivation-source`
 * its source is not there, and what {@link readTokenReference} throws.
 */
export function readDerivedKeyToken(tape: Tape, element: number, rules: ReferenceRules): DerivedKeyToken {
  const { limits } = rules;
  requireElementOnly(tape, element, 'wsc:DerivedKeyToken');
  const namespace = namespaceOf(tape, element);
  requirePSha1(tape, element, namespace);
  let reference = -1;
  let offset = -1;
  let generation = -1;
  let length = -1;
  let label = -1;
  let nonce = -1;
  for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child)) {
    if (isTokenReference(tape, child)) reference = once(tape, child, reference);
    else if (isNamed(tape, child, namespace, OFFSET)) offset = once(tape, child, offset);
    else if (isNamed(tape, child, namespace, GENERATION)) generation = once(tape, child, generation);
    else if (isNamed(tape, child, namespace, LENGTH)) length = once(tape, child, length);
    else if (isNamed(tape, child, namespace, LABEL)) label = once(tape, child, label);
    else if (isNamed(tape, child, namespace, NONCE)) nonce = once(tape, child, nonce);
    // interop: Metro and WSS4J ignore Properties; they describe children of this key, not the key.
    else if (!isNamed(tape, child, namespace, PROPERTIES))
      throw structureInvalid(tape, child, 'an unknown child of wsc:DerivedKeyToken');
  }
  if (reference < 0) throw new Fault('peer.derivation-source', { reason: 'none is named' });
  if (offset >= 0 && generation >= 0) throw structureInvalid(tape, element, 'wsc:Offset beside wsc:Generation');
  if (nonce < 0) throw noNonce(limits);

  const lengthBytes = length < 0 ? DEFAULT_LENGTH_BYTES : numberIn(tape, length, LENGTH_LIMITS, limits);
  requireWithin(lengthBytes, LENGTH_LIMITS, limits);
  return {
    version: namespace === IN_WSC ? '200512' : '200502',
    base: readBase(tape, reference, rules),
    derivation: {
      label: label < 0 ? undefined : readLabel(tape, label, limits),
      nonce: readNonce(trimmedOctets(tape, nonce, 'wsc:Nonce'), limits),
      offsetBytes: readOffset(tape, offset, generation, lengthBytes, limits),
      lengthBytes,
      implied: false,
    },
  };
}

/** spec: WS-SC §9, what a key comes from is not found, and that is told apart from a context that is not known. */
function readBase(tape: Tape, element: number, rules: ReferenceRules): TokenReference {
  try {
    return readTokenReference(tape, element, rules);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'peer.ref-unresolved') throw error;
    throw new Fault('peer.derivation-source', error.detail, error);
  }
}

/** The derivation that wsc:Nonce and wsc:Length on an STR imply, or `undefined` without a Nonce. */
export function readImpliedDerivation(
  tape: Tape,
  reference: TokenReference,
  limits: Limits,
): WireDerivation | undefined {
  if (reference.impliedNonce < 0) {
    if (reference.impliedLength >= 0) throw noNonce(limits);
    return undefined;
  }
  let lengthBytes = DEFAULT_LENGTH_BYTES;
  if (reference.impliedLength >= 0) {
    const length = attributeOctets(tape, reference.impliedLength);
    lengthBytes = readUnsigned(length, LENGTH_LIMITS, limits);
  }
  requireWithin(lengthBytes, LENGTH_LIMITS, limits);
  return {
    label: undefined,
    nonce: readNonce(attributeOctets(tape, reference.impliedNonce), limits),
    offsetBytes: 0,
    lengthBytes,
    implied: true,
  };
}

function requirePSha1(tape: Tape, element: number, namespace: number): void {
  // interop: CXF writes the attribute with the namespace, and the Feb 2005 URI in both generations.
  let algorithm = attributeNamed(tape, element, IN_NO_NAMESPACE, ALGORITHM);
  if (algorithm < 0) algorithm = attributeNamed(tape, element, namespace, ALGORITHM);
  if (algorithm < 0) return;
  if (attributeIs(tape, algorithm, P_SHA1_200512) || attributeIs(tape, algorithm, P_SHA1_200502)) return;
  throw new Fault('peer.alg-forbidden', { reason: 'derivation' });
}

function once(tape: Tape, child: number, seen: number): number {
  if (seen >= 0) throw structureInvalid(tape, child, 'a child of wsc:DerivedKeyToken twice');
  return child;
}

function numberIn(tape: Tape, element: number, within: FieldLimits, limits: Limits): number {
  return readUnsigned(trimmedOctets(tape, element, `wsc:${within.field}`), within, limits);
}

function noNonce(limits: Limits): Fault {
  return belowLimitFault('peer.dk-limit', 'nonceBytesMin', limits.nonceBytesMin, 0, { field: 'Nonce' });
}

function readOffset(tape: Tape, offset: number, generation: number, lengthBytes: number, limits: Limits): number {
  if (offset >= 0) return numberIn(tape, offset, OFFSET_LIMITS, limits);
  if (generation < 0) return 0;
  const offsetBytes = numberIn(tape, generation, GENERATION_LIMITS, limits) * lengthBytes;
  requireWithin(offsetBytes, GENERATION_LIMITS, limits);
  return offsetBytes;
}

function readLabel(tape: Tape, element: number, limits: Limits): string | undefined {
  requireCharacters(tape, element, 'wsc:Label');
  const { bytes, start, end } = textOctets(tape, element);
  requireWithin(end - start, LABEL_LIMITS, limits);
  // spec: an empty Label means the default, as an absent one does.
  return start === end ? undefined : decodeText(bytes, start, end);
}

/** The nonce that a text stands for. @throws Fault `peer.dk-limit`, `peer.encoding-invalid` */
export function readNonce(text: OctetRange, limits: Limits): Uint8Array {
  // Four characters make three octets; white space is allowed within reason.
  if (text.end - text.start > limits.nonceBytesMax * 2 + 8)
    throw limitFault('peer.dk-limit', 'nonceBytesMax', limits.nonceBytesMax, undefined, { field: 'Nonce' });
  const nonce = decodedBase64(text);
  requireWithin(nonce.length, NONCE_LIMITS, limits);
  return nonce;
}
