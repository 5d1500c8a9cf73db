import { escapeAttribute } from '@parley/codec';
import type { KeyInstance, Version } from '@parley/core';
import { encodeBase64, VERSION_URIS } from '@parley/core';
import { WSSE } from './names.ts';

/** How a message refers to its context: by the Id of the token it carries, or by Identifier and Instance. */
export type ContextReference =
  | { readonly tokenId: string }
  | { readonly identifier: string; readonly instance: KeyInstance['instance'] };

/** A derivation that an STR implies by attributes (WS-SC §1.10). */
export interface ImpliedKey {
  readonly nonce: Uint8Array;
  readonly lengthBytes: number;
}

/** wsse:SecurityTokenReference to a context. */
export function writeContextReference(version: Version, reference: ContextReference, implied?: ImpliedKey): string {
  const { conversation, sct } = VERSION_URIS[version];
  const uri = 'tokenId' in reference ? `#${reference.tokenId}` : escapeAttribute(reference.identifier);
  const instance =
    'tokenId' in reference || reference.instance === undefined
      ? ''
      : ` xmlns:c="${conversation}" c:Instance="${escapeAttribute(reference.instance)}"`;
  const attributes =
    implied === undefined
      ? ''
      : ` xmlns:c="${conversation}" c:Nonce="${encodeBase64(implied.nonce)}" c:Length="${implied.lengthBytes}"`;
  return `<o:SecurityTokenReference xmlns:o="${WSSE}"${attributes}><o:Reference URI="${uri}" ValueType="${sct}"${instance}/></o:SecurityTokenReference>`;
}

/** wsse:SecurityTokenReference to a DerivedKeyToken of the same message. */
export function writeDerivedKeyReference(version: Version, tokenId: string): string {
  return `<o:SecurityTokenReference xmlns:o="${WSSE}"><o:Reference URI="#${tokenId}" ValueType="${VERSION_URIS[version].dkt}"/></o:SecurityTokenReference>`;
}
