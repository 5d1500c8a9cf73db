import type { XmlWriter } from '@parley/codec';
import { namesIn } from '@parley/codec';
import type { Version } from '@parley/core';
import { CONVERSATION, WSU_ID } from './names.ts';

const NAMES = namesIn(CONVERSATION, ['DerivedKeyToken', 'Offset', 'Length', 'Nonce']);

/** wsc:DerivedKeyToken (WS-SC §1.10), default label; `writeBase` writes the STR of what it is derived from. Length always follows Offset: the schema wants it so. */
export function writeDerivedKeyToken(
  writer: XmlWriter,
  version: Version,
  id: string,
  writeBase: (writer: XmlWriter) => void,
  lengthBytes: number,
  nonce: Uint8Array,
): void {
  const names = NAMES[version];
  writer.open(names.DerivedKeyToken, [[WSU_ID, id]]);
  writeBase(writer);
  writer.element(names.Offset, '0').element(names.Length, String(lengthBytes));
  writer.open(names.Nonce).base64(nonce).close().close();
}
