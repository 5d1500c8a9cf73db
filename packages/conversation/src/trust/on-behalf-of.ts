/** wst:OnBehalfOf (WS-Trust §9.2) in an RSTR: whose context an issuer tells others of. */
import type { Tape, XmlWriter } from '@parley/codec';
import type { Version } from '@parley/core';
import { isUsernameToken, structureInvalid, trimmedText, WSSE } from '@parley/engine/internal';
import { childNames, readChildren, soleChild } from './child-elements.ts';
import { trustNames } from './names.ts';

/** A principal as its issuer names him; `name` is `undefined` for nobody in particular. */
export interface Represented {
  readonly name: string | undefined;
}

const NAMES = trustNames(['OnBehalfOf']);
const USERNAME_TOKEN = WSSE.name('UsernameToken');
const USERNAME = WSSE.name('Username');
const CHILDREN = childNames(['Username']);
const NAME_BYTES_MAX = 1024;

/** Writes it: a UsernameToken that proves nothing, and is empty for nobody. */
export function writeOnBehalfOf(writer: XmlWriter, version: Version, { name = '' }: Represented): void {
  writer.open(NAMES[version].OnBehalfOf).open(USERNAME_TOKEN).element(USERNAME, name).close().close();
}

/** @throws Fault `peer.structure-invalid` anything else in it; `peer.limit-value` a name that is too long */
export function readOnBehalfOf(tape: Tape, element: number): Represented {
  const token = soleChild(tape, element, 'OnBehalfOf');
  if (!isUsernameToken(tape, token)) throw structureInvalid(tape, token, 'not a UsernameToken');
  const { Username: name } = readChildren(tape, token, CHILDREN);
  if (name === undefined) throw structureInvalid(tape, token, 'no Username');
  const text = trimmedText(tape, name, 'Username', NAME_BYTES_MAX, 'textBytesMax');
  return { name: text === '' ? undefined : text };
}
