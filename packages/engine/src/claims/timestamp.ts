import type { Tape } from '@parley/codec';
import { firstChild, isNamed, localName, Namespace, nextSibling } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { readInstant, requireElementOnly } from './claim.ts';
import { structureInvalid } from './shape-refusals.ts';

// perf: a module's own constants are folded into its code, imported ones are looked up at every use.
const { wsu: IN_WSU } = Namespace;

/** wsu:Timestamp (WSS §3.3): Created, then Expires at most once; nothing else. Epoch milliseconds. */
export interface Timestamp {
  readonly createdAtMs: number;
  readonly expiresAtMs: number | undefined;
}

const CREATED = localName('Created');
const EXPIRES = localName('Expires');

/**
 * Reads the Timestamp.
 * @throws Fault `peer.structure-invalid` other children; `peer.timestamp-invalid` not UTC instants, or not in order.
 */
export function readTimestamp(tape: Tape, element: number): Timestamp {
  requireElementOnly(tape, element, 'wsu:Timestamp');
  const created = firstChild(tape, element);
  if (created < 0 || !isNamed(tape, created, IN_WSU, CREATED)) {
    throw new Fault('peer.timestamp-invalid', { reason: 'no wsu:Created' });
  }
  const expires = nextSibling(tape, created);
  if (expires >= 0 && !isNamed(tape, expires, IN_WSU, EXPIRES)) {
    throw structureInvalid(tape, expires, 'an unknown child of wsu:Timestamp');
  }
  if (expires >= 0 && nextSibling(tape, expires) >= 0)
    throw structureInvalid(tape, expires, 'a third child of wsu:Timestamp');
  const createdAtMs = readInstant(tape, created, 'wsu:Created');
  if (expires < 0) return { createdAtMs, expiresAtMs: undefined };
  const expiresAtMs = readInstant(tape, expires, 'wsu:Expires');
  if (expiresAtMs <= createdAtMs)
    throw new Fault('peer.timestamp-invalid', { reason: 'wsu:Expires is not after wsu:Created' });
  return { createdAtMs, expiresAtMs };
}
