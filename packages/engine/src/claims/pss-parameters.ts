/**
 * pss:RSAPSSParams (RFC 9231 §2.3.9), in ds:SignatureMethod:
 *   RSAPSSParams (DigestMethod?, MaskGenerationFunction @Algorithm (DigestMethod?)?, SaltLength?, TrailerField?)
 */
import type { Tape } from '@parley/codec';
import {
  firstChild,
  isNamed,
  localName,
  localNameOf,
  Namespace,
  namespaceUriOf,
  nextSibling,
} from '@parley/codec/internal';
import type { HashName, PssParameters } from '@parley/core';
import { Fault } from '@parley/core';
import { DIGEST_ALGORITHMS, DSIG_MORE_2007 } from '@parley/core/internal';
import { attributeIs, namedRows, requireAttribute, requireElementOnly, rowNamed, trimmedText } from './claim.ts';
import { structureInvalid } from './shape-refusals.ts';

const ALGORITHM = localName('Algorithm');
const DIGEST_METHOD = localName('DigestMethod');
const MGF1 = localName(`${DSIG_MORE_2007}MGF1`);
const DIGEST_ROWS = namedRows(DIGEST_ALGORITHMS);
const DIGITS_MAX = 4;

/**
 * Reads the one child of ds:SignatureMethod.
 * @throws Fault `peer.structure-invalid`, `peer.encoding-invalid`, `peer.limit-value`; `peer.alg-forbidden` an unknown digest or
 *   mask.
 */
export function readPssParameters(tape: Tape, element: number): PssParameters {
  if (!isPss(tape, element, 'RSAPSSParams') || nextSibling(tape, element) >= 0)
    throw structureInvalid(tape, element, 'not one pss:RSAPSSParams');
  requireElementOnly(tape, element, 'pss:RSAPSSParams');
  let child = firstChild(tape, element);
  const taken = (isMeant: boolean): number => {
    const found = isMeant ? child : -1;
    if (isMeant) child = nextSibling(tape, child);
    return found;
  };
  const digest = taken(isDigestMethod(tape, child));
  const mask = taken(isPss(tape, child, 'MaskGenerationFunction'));
  const salt = taken(isPss(tape, child, 'SaltLength'));
  const trailer = taken(isPss(tape, child, 'TrailerField'));
  if (child >= 0) throw structureInvalid(tape, child, 'an unknown child of pss:RSAPSSParams');
  return {
    hash: digest < 0 ? undefined : readDigest(tape, digest),
    maskHash: mask < 0 ? undefined : readMask(tape, mask),
    saltBytes: salt < 0 ? undefined : readNumber(tape, salt),
    trailerField: trailer < 0 ? undefined : readNumber(tape, trailer),
  };
}

function readMask(tape: Tape, element: number): HashName | undefined {
  requireElementOnly(tape, element, 'pss:MaskGenerationFunction');
  if (!attributeIs(tape, requireAttribute(tape, element, ALGORITHM, 'Algorithm'), MGF1))
    throw new Fault('peer.alg-forbidden', { reason: 'pss:MaskGenerationFunction' });
  const digest = firstChild(tape, element);
  if (digest < 0) return undefined;
  if (!isDigestMethod(tape, digest) || nextSibling(tape, digest) >= 0)
    throw structureInvalid(tape, digest, 'an unknown child of pss:MaskGenerationFunction');
  return readDigest(tape, digest);
}

function readDigest(tape: Tape, element: number): HashName {
  if (firstChild(tape, element) >= 0) throw structureInvalid(tape, element, 'a parameter of ds:DigestMethod');
  return rowNamed(tape, requireAttribute(tape, element, ALGORITHM, 'Algorithm'), DIGEST_ROWS).name;
}

function readNumber(tape: Tape, element: number): number {
  const text = trimmedText(tape, element, 'a parameter of RSASSA-PSS', DIGITS_MAX, 'textBytesMax');
  if (!/^\d+$/.test(text)) throw new Fault('peer.encoding-invalid', { field: localNameOf(tape, element) });
  return Number(text);
}

function isDigestMethod(tape: Tape, element: number): boolean {
  return element >= 0 && isNamed(tape, element, Namespace.ds, DIGEST_METHOD);
}

function isPss(tape: Tape, element: number, local: string): boolean {
  return element >= 0 && namespaceUriOf(tape, element) === DSIG_MORE_2007 && localNameOf(tape, element) === local;
}
