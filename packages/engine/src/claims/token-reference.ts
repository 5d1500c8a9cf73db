/**
 * wsse:SecurityTokenReference (WSS §3.5, WS-SC §1.11): which token a secret comes from. wsse:Reference is taken, and
 * the name of an EncryptedKey that both sides know or of an assertion in the message; a key that travels in the message, or is named in another way, is data
 * and never trust (T11).
 */

import type { Tape } from '@parley/codec';
import {
  A,
  ATTRIBUTE_WORDS,
  attributeNamed,
  attributeOctets,
  decodeText,
  E,
  ELEMENT_WORDS,
  firstChild,
  isNamed,
  localName,
  Namespace,
  nextSibling,
  resolveId,
} from '@parley/codec/internal';
import type { Version } from '@parley/core';
import { Fault } from '@parley/core';
import { encodeBase64, limitFault, TOKEN_TYPES, VERSION_URIS } from '@parley/core/internal';
import { isAssertionId, requireTokenType, resolveAssertionId, samlVersionOf } from './assertion-reference.ts';
import { attributeIs, base64Octets, boundedText, requireCharacters, requireElementOnly, trimmed } from './claim.ts';
import type { ReferenceRules } from './reference-type.ts';
import { requireValueType } from './reference-type.ts';
import { structureInvalid } from './shape-refusals.ts';
import { unresolvedId } from './unresolved-id.ts';

// perf: a module's own constants are folded into its code, imported ones are looked up at every use.
const { none: IN_NO_NAMESPACE, wsc: IN_WSC, wsc05: IN_WSC05, wsse: IN_WSSE } = Namespace;

/** What an STR names, and the key derivation that its attributes imply. */
export interface TokenReference {
  /** The element of this message, or -1 when {@link identifier} names a context, or {@link encryptedKeySha1} a key. */
  readonly target: number;
  /** A context's Identifier; `undefined` for a reference into the message. */
  readonly identifier: string | undefined;
  /** Whether the Identifier was written behind a `#`. */
  readonly isFragment: boolean;
  readonly instance: string | undefined;
  /** Base64 SHA-1 of the cipher value of an EncryptedKey that is not in this message; `undefined` for the others. */
  readonly encryptedKeySha1: string | undefined;
  /** The generation that the ValueType or the Instance attribute shows, if either does. */
  readonly version: Version | undefined;
  /** Attribute indexes of wsc:Nonce and wsc:Length, -1 for none. */
  readonly impliedNonce: number;
  readonly impliedLength: number;
}

const SECURITY_TOKEN_REFERENCE = localName('SecurityTokenReference');
const REFERENCE = localName('Reference');
const KEY_IDENTIFIER = localName('KeyIdentifier');
const URI = localName('URI');
const VALUE_TYPE = localName('ValueType');
const INSTANCE = localName('Instance');
const NONCE = localName('Nonce');
const LENGTH = localName('Length');
const ENCRYPTED_KEY_SHA1 = localName(TOKEN_TYPES.encryptedKeySha1);
const SCT_200512 = localName(VERSION_URIS['200512'].sct);
const SCT_200502 = localName(VERSION_URIS['200502'].sct);

const SHA1_BYTES = 20;

/** Whether `element` is an STR. */
export function isTokenReference(tape: Tape, element: number): boolean {
  return isNamed(tape, element, IN_WSSE, SECURITY_TOKEN_REFERENCE);
}

/**
 * Reads an STR and resolves a reference into the message.
 *
 * @throws Fault `peer.keyinfo-forbidden` any child but one wsse:Reference, EncryptedKeySHA1 or id of an assertion; `peer.structure-invalid`;
 * `peer.ref-uri-forbidden` not `#name` and not a context's URI; `peer.ref-unresolved` nothing has that Id; `peer.ref-type-forbidden` a ValueType that is not the token's.
 */
export function readTokenReference(tape: Tape, element: number, rules: ReferenceRules): TokenReference {
  requireElementOnly(tape, element, 'wsse:SecurityTokenReference');
  const reference = firstChild(tape, element);
  if (reference < 0) throw structureInvalid(tape, element, 'wsse:SecurityTokenReference is empty');
  if (!isNamed(tape, reference, IN_WSSE, REFERENCE)) return readKeyName(tape, element, reference);
  if (nextSibling(tape, reference) >= 0) throw structureInvalid(tape, reference, 'two references in one STR');
  const uri = attributeNamed(tape, reference, IN_NO_NAMESPACE, URI);
  if (uri < 0) throw new Fault('peer.ref-uri-forbidden', { reason: 'no URI' });

  const { limits } = rules;
  const valueType = attributeNamed(tape, reference, IN_NO_NAMESPACE, VALUE_TYPE);
  const valueVersion = versionOfValueType(tape, valueType);
  let version = valueVersion;
  let instanceAttribute = attributeNamed(tape, reference, IN_WSC, INSTANCE);
  if (instanceAttribute >= 0) version ??= '200512';
  else instanceAttribute = attributeNamed(tape, reference, IN_WSC05, INSTANCE);
  if (instanceAttribute >= 0) version ??= '200502';

  const isFragment = valueVersion !== undefined && isIdentifierFragment(tape, uri);
  const target = isFragment ? -1 : resolveFragment(tape, uri);
  requireValueType(tape, valueType, target, rules);
  requireTokenType(tape, element, target);
  return {
    target,
    identifier: target >= 0 ? undefined : contextUri(tape, uri, limits.identifierBytesMax, isFragment ? 1 : 0),
    isFragment,
    instance: instanceAttribute < 0 ? undefined : boundedText(tape, instanceAttribute, limits.identifierBytesMax),
    encryptedKeySha1: undefined,
    version,
    impliedNonce: conversationAttribute(tape, element, NONCE),
    impliedLength: conversationAttribute(tape, element, LENGTH),
  };
}

function readKeyName(tape: Tape, element: number, keyIdentifier: number): TokenReference {
  const valueType = isNamed(tape, keyIdentifier, IN_WSSE, KEY_IDENTIFIER)
    ? attributeNamed(tape, keyIdentifier, IN_NO_NAMESPACE, VALUE_TYPE)
    : -1;
  const assertion = valueType < 0 ? -1 : resolveAssertionId(tape, keyIdentifier, valueType);
  if (assertion < 0 && (valueType < 0 || !attributeIs(tape, valueType, ENCRYPTED_KEY_SHA1)))
    throw new Fault('peer.keyinfo-forbidden', { reason: 'not a wsse:Reference' });
  if (nextSibling(tape, keyIdentifier) >= 0) throw structureInvalid(tape, keyIdentifier, 'two references in one STR');
  requireTokenType(tape, element, assertion);
  return {
    target: assertion,
    identifier: undefined,
    isFragment: false,
    instance: undefined,
    encryptedKeySha1: assertion < 0 ? encryptedKeySha1(tape, keyIdentifier) : undefined,
    version: undefined,
    impliedNonce: conversationAttribute(tape, element, NONCE),
    impliedLength: conversationAttribute(tape, element, LENGTH),
  };
}

/** Stands for an element that ciphertext may hide. */
export const HIDDEN = -2;

function encryptedKeySha1(tape: Tape, keyIdentifier: number): string {
  requireCharacters(tape, keyIdentifier, 'wsse:KeyIdentifier');
  const sha1 = base64Octets(tape, keyIdentifier);
  if (sha1.length !== SHA1_BYTES) throw new Fault('peer.encoding-invalid', { field: 'EncryptedKeySHA1' });
  return encodeBase64(sha1);
}

/**
 * The assertion of this message that the STR `element` names, or -1 for an STR that names something else.
 * @throws Fault as {@link readTokenReference}
 */
export function namedAssertion(tape: Tape, element: number, rules: ReferenceRules): number {
  const child = firstChild(tape, element);
  if (child < 0 || !meansAssertion(tape, child)) return -1;
  return readTokenReference(tape, element, rules).target;
}

function meansAssertion(tape: Tape, child: number): boolean {
  if (isNamed(tape, child, IN_WSSE, REFERENCE)) {
    const uri = attributeNamed(tape, child, IN_NO_NAMESPACE, URI);
    const target = uri < 0 ? -1 : resolveFragment(tape, uri);
    return target >= 0 && samlVersionOf(tape, target) !== undefined;
  }
  if (!isNamed(tape, child, IN_WSSE, KEY_IDENTIFIER)) return false;
  const valueType = attributeNamed(tape, child, IN_NO_NAMESPACE, VALUE_TYPE);
  return valueType >= 0 && isAssertionId(tape, valueType);
}

/**
 * The element that a URI attribute `#name` means, or -1 when it has no `#`. With `mayHide`, {@link HIDDEN} if there is none.
 * @throws Fault `peer.ref-uri-forbidden` a fragment that is no plain name; `peer.ref-unresolved`.
 */
export function resolveFragment(tape: Tape, uri: number, mayHide = false): number {
  const { bytes, start, end } = attributeOctets(tape, uri);
  if (bytes[start] !== 0x23 || start === end) return -1;
  if (!isPlainName(bytes, start + 1, end)) throw new Fault('peer.ref-uri-forbidden', { reason: 'not a plain name' });
  const target = resolveId(tape, start + 1, end, bytes);
  if (target >= 0) return target;
  if (mayHide) return HIDDEN;
  throw unresolvedId(tape, bytes, start + 1, end, tape.attributes[uri * ATTRIBUTE_WORDS + A.value]!);
}

/** Whether a reference can name an Id: an NCName's characters, and `%`, which is looked up as it stands. */
export function isPlainName(bytes: Uint8Array, start: number, end: number): boolean {
  if (start >= end) return false;
  for (let offset = start; offset < end; offset++) {
    const octet = bytes[offset]!;
    const letter = octet | 0x20;
    const plain =
      (letter >= 0x61 && letter <= 0x7a) ||
      (octet >= 0x30 && octet <= 0x39) ||
      octet === 0x2d ||
      octet === 0x2e ||
      octet === 0x5f ||
      octet === 0x25 ||
      octet >= 0x80;
    if (!plain) return false;
  }
  return true;
}

/** interop: CXF's streaming engine writes `#uuid:…`: the `:` keeps it from ever being an Id. */
function isIdentifierFragment(tape: Tape, uri: number): boolean {
  const { bytes, start, end } = attributeOctets(tape, uri);
  return start < end && bytes[start] === HASH && bytes.subarray(start, end).includes(COLON);
}

const HASH = 0x23;
const COLON = 0x3a;

function contextUri(tape: Tape, uri: number, bytesMax: number, from: number): string {
  const written = attributeOctets(tape, uri);
  const { bytes, start, end } = trimmed({ ...written, start: written.start + from });
  if (end - start > bytesMax) throw limitFault('peer.limit-value', 'identifierBytesMax', bytesMax, end - start);
  const text = decodeText(bytes, start, end);
  if (!text.includes(':')) throw new Fault('peer.ref-uri-forbidden', { reason: 'a relative URI' });
  return text;
}

// interop: of a context that is named by its Identifier, old Rampart writes the type of another token: the URI decides.
function versionOfValueType(tape: Tape, valueType: number): Version | undefined {
  if (valueType < 0) return undefined;
  if (attributeIs(tape, valueType, SCT_200512)) return '200512';
  return attributeIs(tape, valueType, SCT_200502) ? '200502' : undefined;
}

function conversationAttribute(tape: Tape, element: number, local: Uint8Array): number {
  if (tape.elements[element * ELEMENT_WORDS + E.attributeCount] === 0) return -1;
  const attribute = attributeNamed(tape, element, IN_WSC, local);
  return attribute >= 0 ? attribute : attributeNamed(tape, element, IN_WSC05, local);
}
