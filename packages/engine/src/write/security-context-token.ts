import type { XmlWriter } from '@parley/codec';
import { namesIn } from '@parley/codec/internal';
import type { Version } from '@parley/core';
import { CONVERSATION, WSU_ID } from './names.ts';

const NAMES = namesIn(CONVERSATION, ['SecurityContextToken', 'Identifier', 'Instance']);

/** wsc:SecurityContextToken (WS-SC §1.3). */
export function writeSecurityContextToken(
  writer: XmlWriter,
  version: Version,
  id: string,
  identifier: string,
  instance: string | undefined,
): void {
  const names = NAMES[version];
  writer.open(names.SecurityContextToken, [[WSU_ID, id]]).element(names.Identifier, identifier);
  if (instance !== undefined) writer.element(names.Instance, instance);
  writer.close();
}
