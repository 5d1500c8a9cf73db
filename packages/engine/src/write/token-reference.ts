import type { Attribute, XmlWriter } from '@parley/codec';
import { namesIn } from '@parley/codec';
import type { KeyInstance, Version } from '@parley/core';
import { encodeBase64, VERSION_URIS } from '@parley/core';
import { CONVERSATION, URI, VALUE_TYPE, WSSE } from './names.ts';

/** How a message refers to its context: by the Id of the token it carries, or by Identifier and Instance. */
export type ContextReference =
  | { readonly tokenId: string }
  | { readonly identifier: string; readonly instance: KeyInstance['instance'] };

/** A derivation that an STR implies by attributes (WS-SC §1.10). */
export interface ImpliedKey {
  readonly nonce: Uint8Array;
  readonly lengthBytes: number;
}

const SECURITY_TOKEN_REFERENCE = WSSE.name('SecurityTokenReference');
const REFERENCE = WSSE.name('Reference');
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
  if (!isLocal && reference.instance !== undefined) attributes.push([names.Instance, reference.instance]);
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
