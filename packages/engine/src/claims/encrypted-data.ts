/**
 * xenc:ReferenceList and xenc:EncryptedData (XML Encryption §5.2), as WS-Security uses them:
 *   EncryptedData @Id @Type (EncryptionMethod, KeyInfo(STR), CipherData(CipherValue))
 */

import type { Tape } from '@parley/codec';
import { attributeNamed, firstChild, isNamed, localName, Namespace, nextSibling } from '@parley/codec/internal';
import type { CipherAlgorithm, Limits } from '@parley/core';
import { Fault } from '@parley/core';
import { CIPHER_ALGORITHMS, limitFault } from '@parley/core/internal';
import {
  attributeIs,
  childCount,
  namedRows,
  requireAttribute,
  requireCharacters,
  requireElementOnly,
  requireNamed,
  rowNamed,
} from './claim.ts';
import { structureInvalid } from './shape-refusals.ts';
import { readKeyInfo } from './signature.ts';
import { resolveFragment } from './token-reference.ts';

// perf: a module's own constants are folded into its code, imported ones are looked up at every use.
const { ds: IN_DS, none: IN_NO_NAMESPACE, xenc: IN_XENC } = Namespace;

/** Encrypted data as claimed. */
export interface EncryptedDataClaim {
  readonly element: number;
  readonly target: 'content' | 'element';
  readonly cipher: CipherAlgorithm;
  /** The wsse:SecurityTokenReference that names the key; -1 where the EncryptedKey that lists it is the key. */
  readonly tokenReference: number;
  readonly cipherValue: number;
}

const ENCRYPTED_DATA = localName('EncryptedData');
const DATA_REFERENCE = localName('DataReference');
const ENCRYPTION_METHOD = localName('EncryptionMethod');
const KEY_INFO = localName('KeyInfo');
const CIPHER_DATA = localName('CipherData');
const CIPHER_VALUE = localName('CipherValue');
const CIPHER_REFERENCE = localName('CipherReference');
const ENCRYPTION_PROPERTIES = localName('EncryptionProperties');
const ALGORITHM = localName('Algorithm');
const TYPE = localName('Type');
const URI = localName('URI');
const TYPE_CONTENT = localName('http://www.w3.org/2001/04/xmlenc#Content');
const TYPE_ELEMENT = localName('http://www.w3.org/2001/04/xmlenc#Element');
const CIPHER_ROWS = namedRows(CIPHER_ALGORITHMS);

/** Whether `element` is xenc:EncryptedData. */
export function isEncryptedData(tape: Tape, element: number): boolean {
  return isNamed(tape, element, IN_XENC, ENCRYPTED_DATA);
}

/**
 * The EncryptedData elements that the given ReferenceLists name, in list order; each at most once.
 *
 * @throws Fault `peer.structure-invalid`, `peer.ref-unresolved`, `peer.ref-uri-forbidden`, `peer.limit-encrypted-parts`.
 */
export function readReferenceLists(tape: Tape, lists: readonly number[], limits: Limits): readonly number[] {
  const targets: number[] = [];
  for (const list of lists) {
    requireElementOnly(tape, list, 'xenc:ReferenceList');
    for (let child = firstChild(tape, list); child >= 0; child = nextSibling(tape, child)) {
      if (!isNamed(tape, child, IN_XENC, DATA_REFERENCE))
        throw structureInvalid(tape, child, 'not an xenc:DataReference');
      const target = resolveFragment(tape, requireAttribute(tape, child, URI, 'URI'));
      if (target < 0) throw new Fault('peer.ref-uri-forbidden', { reason: 'not a reference into the message' });
      if (!isEncryptedData(tape, target))
        throw structureInvalid(tape, target, 'a DataReference to something else than xenc:EncryptedData');
      if (targets.includes(target)) throw structureInvalid(tape, target, 'xenc:EncryptedData listed twice');
      if (targets.length >= limits.encryptedPartsMax)
        throw limitFault(
          'peer.limit-encrypted-parts',
          'encryptedPartsMax',
          limits.encryptedPartsMax,
          countOf(tape, lists),
        );
      targets.push(target);
    }
  }
  return targets;
}

/** What all lists have; to be told. */
function countOf(tape: Tape, lists: readonly number[]): number {
  return lists.reduce((count, list) => count + childCount(tape, list), 0);
}

/**
 * Reads one EncryptedData.
 *
 * @throws Fault `peer.structure-invalid`, `peer.alg-forbidden`, `peer.keyinfo-forbidden` more than an STR in KeyInfo,
 * `peer.ref-uri-forbidden` for CipherReference (T22).
 */
export function readEncryptedData(tape: Tape, element: number): EncryptedDataClaim {
  requireElementOnly(tape, element, 'xenc:EncryptedData');
  const method = requireNamed(
    tape,
    firstChild(tape, element),
    IN_XENC,
    ENCRYPTION_METHOD,
    element,
    'xenc:EncryptionMethod',
  );
  const cipher = rowNamed(tape, requireAttribute(tape, method, ALGORITHM, 'Algorithm'), CIPHER_ROWS);
  if (firstChild(tape, method) >= 0) throw structureInvalid(tape, method, 'a parameter of xenc:EncryptionMethod');
  const afterMethod = nextSibling(tape, method);
  const hasKeyInfo = afterMethod >= 0 && isNamed(tape, afterMethod, IN_DS, KEY_INFO);
  const cipherData = requireNamed(
    tape,
    hasKeyInfo ? nextSibling(tape, afterMethod) : afterMethod,
    IN_XENC,
    CIPHER_DATA,
    element,
    'xenc:CipherData',
  );
  const properties = nextSibling(tape, cipherData);
  if (properties >= 0 && !isNamed(tape, properties, IN_XENC, ENCRYPTION_PROPERTIES)) {
    throw structureInvalid(tape, properties, 'an unknown child of xenc:EncryptedData');
  }
  return {
    element,
    target: readType(tape, element),
    cipher,
    tokenReference: hasKeyInfo ? readKeyInfo(tape, afterMethod) : -1,
    cipherValue: readCipherValue(tape, cipherData),
  };
}

function readType(tape: Tape, element: number): 'content' | 'element' {
  const type = attributeNamed(tape, element, IN_NO_NAMESPACE, TYPE);
  if (type >= 0 && attributeIs(tape, type, TYPE_CONTENT)) return 'content';
  if (type >= 0 && attributeIs(tape, type, TYPE_ELEMENT)) return 'element';
  throw structureInvalid(tape, element, 'Type of xenc:EncryptedData');
}

/** The xenc:CipherValue of a CipherData. @throws Fault `peer.structure-invalid`, `peer.ref-uri-forbidden` */
export function readCipherValue(tape: Tape, cipherData: number): number {
  requireElementOnly(tape, cipherData, 'xenc:CipherData');
  const value = firstChild(tape, cipherData);
  if (value >= 0 && isNamed(tape, value, IN_XENC, CIPHER_REFERENCE)) {
    throw new Fault('peer.ref-uri-forbidden', { reason: 'xenc:CipherReference' });
  }
  const cipherValue = requireNamed(tape, value, IN_XENC, CIPHER_VALUE, cipherData, 'xenc:CipherValue');
  if (nextSibling(tape, cipherValue) >= 0) throw structureInvalid(tape, cipherValue, 'two children of xenc:CipherData');
  requireCharacters(tape, cipherValue, 'xenc:CipherValue');
  return cipherValue;
}
