import type { Attribute, XmlWriter } from '@parley/codec';
import type { SamlVersion } from '@parley/core';
import { SAML_URIS } from '@parley/core/internal';
import { URI, VALUE_TYPE, WSSE, WSU_ID } from './names.ts';
import { SECURITY_TOKEN_REFERENCE, TOKEN_TYPE } from './token-reference.ts';

/** How a message names an assertion that it holds (WSS SAML Token Profile 1.1 §3.4): by a KeyIdentifier, or as `#id`. */
export type AssertionReference = 'key-identifier' | 'direct';

const REFERENCE = WSSE.name('Reference');
const KEY_IDENTIFIER = WSSE.name('KeyIdentifier');

/** What names an assertion. */
export interface AssertionReferenceParts {
  readonly version: SamlVersion;
  /** Of the assertion. */
  readonly id: string;
  readonly reference: AssertionReference;
  /** Of the STR itself. */
  readonly referenceId?: string | undefined;
}

/** wsse:SecurityTokenReference to an assertion of the message. */
export function writeAssertionReference(writer: XmlWriter, parts: AssertionReferenceParts): void {
  const { id, reference, referenceId, version } = parts;
  const { keyIdentifier, tokenType } = SAML_URIS[version];
  const ids: readonly Attribute[] = referenceId === undefined ? [] : [[WSU_ID, referenceId]];
  writer.open(SECURITY_TOKEN_REFERENCE, [...ids, [TOKEN_TYPE, tokenType]]);
  if (reference === 'direct') writer.element(REFERENCE, '', [[URI, `#${id}`]]);
  else writer.element(KEY_IDENTIFIER, id, [[VALUE_TYPE, keyIdentifier]]);
  writer.close();
}
