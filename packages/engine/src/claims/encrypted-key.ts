/**
 * xenc:EncryptedKey (XML Encryption 1.1 §3.5.1), as WS-Security uses it:
 *   EncryptedKey @Id (EncryptionMethod, KeyInfo, CipherData(CipherValue), ReferenceList?, CarriedKeyName?)
 */
import type { Tape } from '@parley/codec';
import { attributeNamed, firstChild, isNamed, localName, Namespace, nextSibling } from '@parley/codec/internal';
import type { HashName, KeyWrapAlgorithm } from '@parley/core';
import { Fault } from '@parley/core';
import type { KeyTransport } from '@parley/core/internal';
import {
  DIGEST_ALGORITHMS,
  KEY_TRANSPORT_ALGORITHMS,
  KEY_WRAP_ALGORITHMS,
  keyTransport,
  MASK_ALGORITHMS,
} from '@parley/core/internal';
import type { Policy } from '../policy/policy.ts';
import { refusedBy } from '../policy/refused-by.ts';
import {
  base64Octets,
  namedRows,
  requireAttribute,
  requireCharacters,
  requireElementOnly,
  requireNamed,
  rowNamed,
  rowNamedOrNone,
} from './claim.ts';
import { readCipherValue } from './encrypted-data.ts';
import { structureInvalid } from './shape-refusals.ts';
import { isTokenReference } from './token-reference.ts';
import { isX509Data } from './x509-data.ts';

/** An encrypted key as claimed. */
export interface EncryptedKeyClaim {
  readonly element: number;
  readonly method: KeyTransport | KeyWrapAlgorithm;
  /** The wsse:SecurityTokenReference, or for key transport also the ds:X509Data, that names the key to decrypt with. */
  readonly recipient: number;
  readonly cipherValue: number;
}

const ENCRYPTED_KEY = localName('EncryptedKey');
const ENCRYPTION_METHOD = localName('EncryptionMethod');
const KEY_INFO = localName('KeyInfo');
const CIPHER_DATA = localName('CipherData');
const REFERENCE_LIST = localName('ReferenceList');
const CARRIED_KEY_NAME = localName('CarriedKeyName');
const ENCRYPTION_PROPERTIES = localName('EncryptionProperties');
const DIGEST_METHOD = localName('DigestMethod');
const MGF = localName('MGF');
const OAEP_PARAMS = localName('OAEPparams');
const ALGORITHM = localName('Algorithm');
const TYPE = localName('Type');
const TRANSPORT_ROWS = namedRows(KEY_TRANSPORT_ALGORITHMS);
const WRAP_ROWS = namedRows(KEY_WRAP_ALGORITHMS);
const DIGEST_ROWS = namedRows(DIGEST_ALGORITHMS);
const MASK_ROWS = namedRows(MASK_ALGORITHMS);

/** Whether `element` is xenc:EncryptedKey. */
export function isEncryptedKey(tape: Tape, element: number): boolean {
  return isNamed(tape, element, Namespace.xenc, ENCRYPTED_KEY);
}

/** The xenc:ReferenceList inside an EncryptedKey, if it has one. @throws Fault `peer.structure-invalid` it has two */
export function referenceListsOf(tape: Tape, encryptedKey: number): readonly number[] {
  const lists: number[] = [];
  for (let child = firstChild(tape, encryptedKey); child >= 0; child = nextSibling(tape, child)) {
    if (!isNamed(tape, child, Namespace.xenc, REFERENCE_LIST)) continue;
    if (lists.length > 0) throw structureInvalid(tape, child, 'two xenc:ReferenceLists in one xenc:EncryptedKey');
    lists.push(child);
  }
  return lists;
}

/**
 * Reads one EncryptedKey.
 *
 * @throws Fault `peer.structure-invalid`, `peer.encoding-invalid`; `peer.alg-forbidden` an algorithm or parameter that
 *   the policy does not allow; `peer.keyinfo-forbidden`; `peer.ref-uri-forbidden` for CipherReference (T22).
 */
export function readEncryptedKey(tape: Tape, element: number, policy: Policy): EncryptedKeyClaim {
  requireElementOnly(tape, element, 'xenc:EncryptedKey');
  if (attributeNamed(tape, element, Namespace.none, TYPE) >= 0)
    throw structureInvalid(tape, element, 'Type of xenc:EncryptedKey');
  const method = requireNamed(
    tape,
    firstChild(tape, element),
    Namespace.xenc,
    ENCRYPTION_METHOD,
    element,
    'xenc:EncryptionMethod',
  );
  const algorithm = readMethod(tape, method, policy);
  const keyInfo = nextSibling(tape, method);
  if (keyInfo < 0 || !isNamed(tape, keyInfo, Namespace.ds, KEY_INFO))
    throw new Fault('peer.keyinfo-forbidden', { reason: 'no ds:KeyInfo' });
  const cipherData = requireNamed(
    tape,
    nextSibling(tape, keyInfo),
    Namespace.xenc,
    CIPHER_DATA,
    element,
    'xenc:CipherData',
  );
  requireRest(tape, nextSibling(tape, cipherData));
  return {
    element,
    method: algorithm,
    recipient: readRecipient(tape, keyInfo, 'kind' in algorithm),
    cipherValue: readCipherValue(tape, cipherData),
  };
}

function readMethod(tape: Tape, element: number, policy: Policy): KeyTransport | KeyWrapAlgorithm {
  requireElementOnly(tape, element, 'xenc:EncryptionMethod');
  const attribute = requireAttribute(tape, element, ALGORITHM, 'Algorithm');
  const wrap = rowNamedOrNone(tape, attribute, WRAP_ROWS);
  if (wrap !== undefined) {
    if (!policy.keyWraps.includes(wrap.name))
      throw refusedBy('keyWraps', 'peer.alg-forbidden', { algorithm: wrap.name });
    const parameter = firstChild(tape, element);
    if (parameter >= 0) throw structureInvalid(tape, parameter, 'a parameter of key wrap');
    return wrap;
  }
  const transport = rowNamed(tape, attribute, TRANSPORT_ROWS);
  if (!policy.keyTransports.includes(transport.name))
    throw refusedBy('keyTransports', 'peer.alg-forbidden', { algorithm: transport.name });
  let hash: HashName | undefined;
  let maskHash: HashName | undefined;
  let label: Uint8Array | undefined;
  for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child)) {
    if (isNamed(tape, child, Namespace.ds, DIGEST_METHOD) && hash === undefined) {
      hash = rowNamed(tape, requireAttribute(tape, child, ALGORITHM, 'Algorithm'), DIGEST_ROWS).name;
    } else if (isNamed(tape, child, Namespace.xenc11, MGF) && maskHash === undefined) {
      maskHash = rowNamed(tape, requireAttribute(tape, child, ALGORITHM, 'Algorithm'), MASK_ROWS).hash;
    } else if (isNamed(tape, child, Namespace.xenc, OAEP_PARAMS) && label === undefined) {
      requireCharacters(tape, child, 'xenc:OAEPparams');
      label = base64Octets(tape, child);
    } else {
      throw structureInvalid(tape, child, 'a parameter of key transport');
    }
    if (firstChild(tape, child) >= 0) throw structureInvalid(tape, child, 'a child of a parameter');
  }
  return keyTransport(transport, { hash, maskHash, label });
}

// spec: WSS wants an STR in every KeyInfo. interop: WSS4J also writes X509Data alone in that of an EncryptedKey.
function readRecipient(tape: Tape, keyInfo: number, isWrap: boolean): number {
  requireElementOnly(tape, keyInfo, 'ds:KeyInfo');
  const child = firstChild(tape, keyInfo);
  const isName = child >= 0 && (isTokenReference(tape, child) || (!isWrap && isX509Data(tape, child)));
  if (!isName || nextSibling(tape, child) >= 0) {
    throw new Fault('peer.keyinfo-forbidden', { reason: 'KeyInfo of xenc:EncryptedKey' });
  }
  return child;
}

// Of these, a reader needs the list only; all are allowed once, in the order of the schema.
function requireRest(tape: Tape, first: number): void {
  let child = first;
  for (const local of [ENCRYPTION_PROPERTIES, REFERENCE_LIST, CARRIED_KEY_NAME]) {
    if (child >= 0 && isNamed(tape, child, Namespace.xenc, local)) {
      if (local === CARRIED_KEY_NAME) requireCharacters(tape, child, 'xenc:CarriedKeyName');
      child = nextSibling(tape, child);
    }
  }
  if (child >= 0) throw structureInvalid(tape, child, 'an unknown child of xenc:EncryptedKey');
}
