import type { Attribute, QualifiedName, XmlWriter } from '@parley/codec';
import { namesIn } from '@parley/codec/internal';
import type { KeyInstance, Version } from '@parley/core';
import { BASE64_BINARY, encodeBase64, TOKEN_TYPES, VERSION_URIS } from '@parley/core/internal';
import { CONVERSATION, ENCODING_TYPE, URI, VALUE_TYPE, WSSE, WSSE11 } from './names.ts';

/**
 * How a message refers to its context: by the Id of the token it carries, or by Identifier; with the Instance, which Metro looks
 * for on the reference in both cases.
 */
export type ContextReference = ({ readonly tokenId: string } | { readonly identifier: string }) & {
  readonly instance?: KeyInstance['instance'];
};

/** A derivation that an STR implies by attributes (WS-SC §1.10). */
export interface ImpliedKey {
  readonly nonce: Uint8Array;
  readonly lengthBytes: number;
}

export const SECURITY_TOKEN_REFERENCE: QualifiedName = WSSE.name('SecurityTokenReference');
export const TOKEN_TYPE: QualifiedName = WSSE11.name('TokenType');

const REFERENCE = WSSE.name('Reference');
const KEY_IDENTIFIER = WSSE.name('KeyIdentifier');
const NAMES = namesIn(CONVERSATION, ['Instance', 'Length', 'Nonce']);

/** wsse:SecurityTokenReference to a context. */
export function writeContextReference(
  writer: XmlWriter,
  version: Version,
  reference: ContextReference,
  implied?: ImpliedKey,
): void {
  const names = NAMES[version];
  const isLocal = 'tokenId' in reference;
  const attributes: Attribute[] = [
    [URI, isLocal ? `#${reference.tokenId}` : reference.identifier],
    [VALUE_TYPE, VERSION_URIS[version].sct],
  ];
  if (reference.instance !== undefined) attributes.push([names.Instance, reference.instance]);
  const derivation: readonly Attribute[] =
    implied === undefined
      ? []
      : [
          [names.Length, String(implied.lengthBytes)],
          [names.Nonce, encodeBase64(implied.nonce)],
        ];
  writer.open(SECURITY_TOKEN_REFERENCE, derivation).element(REFERENCE, '', attributes).close();
}

/** wsse:SecurityTokenReference to a DerivedKeyToken of the same message. */
export function writeDerivedKeyReference(writer: XmlWriter, version: Version, tokenId: string): void {
  writer.open(SECURITY_TOKEN_REFERENCE);
  writer.element(REFERENCE, '', [
    [URI, `#${tokenId}`],
    [VALUE_TYPE, VERSION_URIS[version].dkt],
  ]);
  writer.close();
}

/**
 * wsse:SecurityTokenReference to an xenc:EncryptedKey (WSS 1.1 §7.3, §9.3): of the same message, or of an earlier one, by the
 * SHA-1 of what its CipherValue holds.
 */
export function writeEncryptedKeyReference(
  writer: XmlWriter,
  reference: { readonly tokenId: string } | { readonly sha1: Uint8Array },
): void {
  writer.open(SECURITY_TOKEN_REFERENCE, [[TOKEN_TYPE, TOKEN_TYPES.encryptedKey]]);
  if ('sha1' in reference) writeKeyIdentifier(writer, TOKEN_TYPES.encryptedKeySha1, reference.sha1);
  else writer.element(REFERENCE, '', [[URI, `#${reference.tokenId}`]]);
  writer.close();
}

/** wsse:SecurityTokenReference to a UsernameToken of the same message (WSS UsernameToken profile 1.1 §3.3). */
export function writeUsernameTokenReference(writer: XmlWriter, tokenId: string): void {
  writer.open(SECURITY_TOKEN_REFERENCE);
  writer.element(REFERENCE, '', [
    [URI, `#${tokenId}`],
    [VALUE_TYPE, TOKEN_TYPES.usernameToken],
  ]);
  writer.close();
}

/** wsse:KeyIdentifier (WSS §7.3) of octets. */
export function writeKeyIdentifier(writer: XmlWriter, valueType: string, identifier: Uint8Array): void {
  writer.open(KEY_IDENTIFIER, [
    [ENCODING_TYPE, BASE64_BINARY],
    [VALUE_TYPE, valueType],
  ]);
  writer.base64(identifier).close();
}
