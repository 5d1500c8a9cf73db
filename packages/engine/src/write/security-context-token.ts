import type { XmlWriter } from '@parley/codec';
import { Namespace, namesIn } from '@parley/codec/internal';
import type { Version } from '@parley/core';
import { bound, CONVERSATION, WSU_ID } from './names.ts';

const NAMES = namesIn(CONVERSATION, ['SecurityContextToken', 'Identifier', 'Instance']);

/** interop: the element in which WCF has what a token carries. */
const COOKIE = bound('dnse', Namespace.dnse).name('Cookie');

/** wsc:SecurityContextToken (WS-SC §1.3); `state` is what it carries beside its name. */
export function writeSecurityContextToken(
  writer: XmlWriter,
  version: Version,
  id: string,
  identifier: string,
  instance: string | undefined,
  state?: Uint8Array,
): void {
  const names = NAMES[version];
  writer.open(names.SecurityContextToken, [[WSU_ID, id]]).element(names.Identifier, identifier);
  if (instance !== undefined) writer.element(names.Instance, instance);
  if (state !== undefined) writer.open(COOKIE).base64(state).close();
  writer.close();
}
