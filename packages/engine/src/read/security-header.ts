/**
 * The children of wsse:Security, sorted by what they are. Claims only: nothing here is believed yet.
 */

import type { Tape } from '@parley/codec';
import { firstChild, isNamed, localName, Namespace, namespaceOf, nextSibling } from '@parley/codec/internal';
import type { Fault, Limits } from '@parley/core';
import { limitFault } from '@parley/core/internal';
import { childCount, requireElementOnly } from '../claims/claim.ts';
import { referenceListsOf } from '../claims/encrypted-key.ts';
import { structureInvalid } from '../claims/shape-refusals.ts';
import { isTokenReference } from '../claims/token-reference.ts';
import type { Policy } from '../policy/policy.ts';
import { refusedBy } from '../policy/refused-by.ts';

// perf: a module's own constants are folded into its code, imported ones are looked up at every use.
const {
  ds: IN_DS,
  wsc: IN_WSC,
  wsc05: IN_WSC05,
  saml11: IN_SAML11,
  saml20: IN_SAML20,
  wsse: IN_WSSE,
  wsse11: IN_WSSE11,
  wsu: IN_WSU,
  xenc: IN_XENC,
} = Namespace;

/** Element indexes in document order; -1 for none. */
export interface SecurityHeader {
  readonly element: number;
  readonly timestamp: number;
  readonly securityContextToken: number;
  readonly derivedKeyTokens: readonly number[];
  /** UsernameToken, BinarySecurityToken: may be signed, are not read here. */
  readonly otherTokens: readonly number[];
  /** saml:Assertion of either version, where the policy takes any. */
  readonly assertions: readonly number[];
  /** wsse:SecurityTokenReference beside them: what a signature covers by STR-Transform. */
  readonly tokenReferences: readonly number[];
  readonly signatureConfirmations: readonly number[];
  readonly signatures: readonly number[];
  /** Children of the header, and those inside its EncryptedKeys. */
  readonly referenceLists: readonly number[];
  readonly encryptedData: readonly number[];
  readonly encryptedKeys: readonly number[];
  /** First child that no rule here knows, or -1: refused once the signatures have been read. */
  readonly unknown: number;
}

const TIMESTAMP = localName('Timestamp');
const SECURITY_CONTEXT_TOKEN = localName('SecurityContextToken');
const DERIVED_KEY_TOKEN = localName('DerivedKeyToken');
const SIGNATURE = localName('Signature');
const REFERENCE_LIST = localName('ReferenceList');
const ENCRYPTED_DATA = localName('EncryptedData');
const ENCRYPTED_KEY = localName('EncryptedKey');
const USERNAME_TOKEN = localName('UsernameToken');
const BINARY_SECURITY_TOKEN = localName('BinarySecurityToken');
const ASSERTION = localName('Assertion');
const SIGNATURE_CONFIRMATION = localName('SignatureConfirmation');

/** What reading the header needs of a policy. */
export type HeaderRules = Pick<Policy, 'limits' | 'keyTransports' | 'keyWraps' | 'confirmations'>;

/**
 * Reads the children of `element`.
 *
 * @throws Fault `peer.structure-invalid` text, or Timestamp or SecurityContextToken twice; `peer.limit-tokens`,
 * `peer.limit-assertions`, `peer.limit-signatures`, `peer.limit-encrypted-parts`; `peer.keyinfo-forbidden` for xenc:EncryptedKey where the policy has no use for one (T45).
 */
export function readSecurityHeader(tape: Tape, element: number, rules: HeaderRules): SecurityHeader {
  const { limits } = rules;
  const { encryptedPartsMax } = limits;
  requireElementOnly(tape, element, 'wsse:Security');
  const header = emptyHeader(element);
  let tokenCount = 0;
  for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child)) {
    switch (kindOf(tape, child, rules)) {
      case 'timestamp':
        header.timestamp = once(tape, child, header.timestamp, 'wsu:Timestamp');
        break;
      case 'securityContextToken':
        header.securityContextToken = once(tape, child, header.securityContextToken, 'wsc:SecurityContextToken');
        tokenCount++;
        break;
      case 'derivedKeyToken':
        header.derivedKeyTokens.push(child);
        tokenCount++;
        break;
      case 'signature':
        header.signatures.push(child);
        break;
      case 'referenceList':
        header.referenceLists.push(child);
        // Each names at least one element.
        if (header.referenceLists.length > encryptedPartsMax) throw tooManyParts(tape, element, limits);
        break;
      case 'encryptedData':
        header.encryptedData.push(child);
        if (header.encryptedData.length > encryptedPartsMax) throw tooManyParts(tape, element, limits);
        break;
      case 'encryptedKey':
        header.encryptedKeys.push(child);
        for (const list of referenceListsOf(tape, child)) header.referenceLists.push(list);
        if (header.referenceLists.length > encryptedPartsMax) throw tooManyParts(tape, element, limits);
        break;
      case 'otherToken':
        header.otherTokens.push(child);
        tokenCount++;
        break;
      case 'assertion':
        header.assertions.push(child);
        break;
      case 'tokenReference':
        header.tokenReferences.push(child);
        tokenCount++;
        break;
      case 'signatureConfirmation':
        header.signatureConfirmations.push(child);
        tokenCount++;
        break;
      default:
        if (header.unknown < 0) header.unknown = child;
    }
  }
  requireAtMost('peer.limit-signatures', 'signaturesMax', header.signatures.length, limits);
  requireAtMost('peer.limit-assertions', 'assertionsMax', header.assertions.length, limits);
  requireAtMost('peer.limit-tokens', 'tokensMax', tokenCount, limits);
  requireFewEncryptedKeys(header.encryptedKeys.length, rules);
  return header;
}

/** A {@link SecurityHeader} that is being filled. */
type Filling = {
  -readonly [Name in keyof SecurityHeader]: SecurityHeader[Name] extends number ? number : number[];
};

/** A header with nothing in it. */
export function emptyHeader(element: number): Filling {
  return {
    element,
    timestamp: -1,
    securityContextToken: -1,
    derivedKeyTokens: [],
    otherTokens: [],
    assertions: [],
    tokenReferences: [],
    signatureConfirmations: [],
    signatures: [],
    referenceLists: [],
    encryptedData: [],
    encryptedKeys: [],
    unknown: -1,
  };
}

function once(tape: Tape, child: number, seen: number, name: string): number {
  if (seen >= 0) throw structureInvalid(tape, child, `${name} twice`);
  return child;
}

// safety: each may cost an operation with a private key, and a message of a context needs none (T45).
function requireFewEncryptedKeys(count: number, { limits, keyTransports, keyWraps }: HeaderRules): void {
  if (count > 0 && keyTransports.length === 0 && keyWraps.length === 0)
    throw refusedBy('keyTransports', 'peer.keyinfo-forbidden', { reason: 'xenc:EncryptedKey' });
  requireAtMost('peer.limit-tokens', 'encryptedKeysMax', count, limits);
}

function requireAtMost(
  code: 'peer.limit-signatures' | 'peer.limit-assertions' | 'peer.limit-tokens',
  limit: 'signaturesMax' | 'assertionsMax' | 'tokensMax' | 'encryptedKeysMax',
  found: number,
  limits: Limits,
): void {
  if (found > limits[limit]) throw limitFault(code, limit, limits[limit], found);
}

function tooManyParts(tape: Tape, element: number, { encryptedPartsMax }: Limits): Fault {
  const found = Math.max(childCount(tape, element, ENCRYPTED_DATA), childCount(tape, element, REFERENCE_LIST));
  return limitFault('peer.limit-encrypted-parts', 'encryptedPartsMax', encryptedPartsMax, found);
}

type Kind =
  | 'timestamp'
  | 'securityContextToken'
  | 'derivedKeyToken'
  | 'signature'
  | 'referenceList'
  | 'encryptedData'
  | 'encryptedKey'
  | 'otherToken'
  | 'assertion'
  | 'tokenReference'
  | 'signatureConfirmation'
  | 'unknown';

function kindOf(tape: Tape, child: number, { confirmations }: HeaderRules): Kind {
  const namespace = namespaceOf(tape, child);
  switch (namespace) {
    case IN_WSU:
      return isNamed(tape, child, namespace, TIMESTAMP) ? 'timestamp' : 'unknown';
    case IN_WSC:
    case IN_WSC05:
      if (isNamed(tape, child, namespace, DERIVED_KEY_TOKEN)) return 'derivedKeyToken';
      return isNamed(tape, child, namespace, SECURITY_CONTEXT_TOKEN) ? 'securityContextToken' : 'unknown';
    case IN_DS:
      return isNamed(tape, child, namespace, SIGNATURE) ? 'signature' : 'unknown';
    case IN_XENC:
      if (isNamed(tape, child, namespace, REFERENCE_LIST)) return 'referenceList';
      if (isNamed(tape, child, namespace, ENCRYPTED_DATA)) return 'encryptedData';
      return isNamed(tape, child, namespace, ENCRYPTED_KEY) ? 'encryptedKey' : 'unknown';
    case IN_WSSE:
      if (isNamed(tape, child, namespace, USERNAME_TOKEN)) return 'otherToken';
      if (confirmations.length > 0 && isTokenReference(tape, child)) return 'tokenReference';
      return isNamed(tape, child, namespace, BINARY_SECURITY_TOKEN) ? 'otherToken' : 'unknown';
    case IN_SAML11:
    case IN_SAML20:
      return confirmations.length > 0 && isNamed(tape, child, namespace, ASSERTION) ? 'assertion' : 'unknown';
    case IN_WSSE11:
      return isNamed(tape, child, namespace, SIGNATURE_CONFIRMATION) ? 'signatureConfirmation' : 'unknown';
    default:
      return 'unknown';
  }
}
