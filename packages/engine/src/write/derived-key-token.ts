import type { XmlWriter } from '@parley/codec';
import { namesIn } from '@parley/codec/internal';
import type { Version } from '@parley/core';
import { CONVERSATION, WSU_ID } from './names.ts';

const NAMES = namesIn(CONVERSATION, ['DerivedKeyToken', 'Offset', 'Length', 'Nonce']);

/** spec: WS-SC §1.10, the Length of a token that does not say. */
const DEFAULT_LENGTH_BYTES = 32;

/** What a wsc:DerivedKeyToken says. */
export interface DerivedKeyTokenParts {
  readonly id: string;
  /** Writes the STR of what it is derived from. */
  readonly writeBase: (writer: XmlWriter) => void;
  readonly lengthBytes: number;
  readonly nonce: Uint8Array;
  /** Whether Offset and Length are spelt where they could be left out. */
  readonly defaults: 'written' | 'omitted';
}

/** wsc:DerivedKeyToken (WS-SC §1.10), default label. Length always follows Offset: the schema wants it so. */
export function writeDerivedKeyToken(writer: XmlWriter, version: Version, parts: DerivedKeyTokenParts): void {
  const { id, writeBase, lengthBytes, nonce, defaults } = parts;
  const names = NAMES[version];
  writer.open(names.DerivedKeyToken, [[WSU_ID, id]]);
  writeBase(writer);
  if (defaults === 'written' || lengthBytes !== DEFAULT_LENGTH_BYTES) {
    writer.element(names.Offset, '0').element(names.Length, String(lengthBytes));
  }
  writer.open(names.Nonce).base64(nonce).close().close();
}
