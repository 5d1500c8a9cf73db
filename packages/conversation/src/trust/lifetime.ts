/** wst:Lifetime (WS-Trust §2.4). */

import type { Tape, XmlWriter } from '@parley/codec';
import { firstChild, isNamed, localName, Namespace, nextSibling } from '@parley/codec/internal';
import type { Version } from '@parley/core';
import { formatInstant } from '@parley/core/internal';
import { readInstant, requireElementOnly, structureInvalid, WSU } from '@parley/engine/internal';
import { trustNames } from './names.ts';

/** Epoch milliseconds; in a request a wish, in a response a decision. */
export interface Lifetime {
  readonly createdAtMs: number | undefined;
  readonly expiresAtMs: number | undefined;
}

const CREATED = localName('Created');
const EXPIRES = localName('Expires');

/** @throws Fault `peer.structure-invalid` a child twice, `peer.timestamp-invalid` no UTC instant */
export function readLifetime(tape: Tape, element: number): Lifetime {
  requireElementOnly(tape, element, 'wst:Lifetime');
  let createdAtMs: number | undefined;
  let expiresAtMs: number | undefined;
  for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child)) {
    if (isNamed(tape, child, Namespace.wsu, CREATED)) {
      if (createdAtMs !== undefined) throw structureInvalid(tape, child, 'wsu:Created twice');
      createdAtMs = readInstant(tape, child, 'wsu:Created');
    } else if (isNamed(tape, child, Namespace.wsu, EXPIRES)) {
      if (expiresAtMs !== undefined) throw structureInvalid(tape, child, 'wsu:Expires twice');
      expiresAtMs = readInstant(tape, child, 'wsu:Expires');
    }
  }
  return { createdAtMs, expiresAtMs };
}

const NAMES = trustNames(['Lifetime']);
const CREATED_NAME = WSU.name('Created');
const EXPIRES_NAME = WSU.name('Expires');

/** wst:Lifetime (protocol: §2.4), epoch milliseconds. */
export function writeLifetime(writer: XmlWriter, version: Version, createdAtMs: number, expiresAtMs: number): void {
  writer.open(NAMES[version].Lifetime).element(CREATED_NAME, formatInstant(createdAtMs));
  writer.element(EXPIRES_NAME, formatInstant(expiresAtMs)).close();
}
