/** Where STR-Transform may stand in for a token (WSS §8.3): only for a reference of which there can be no two opinions. */
import type { Tape } from '@parley/codec';
import { decodeText, E, ELEMENT_WORDS } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { startOf } from '../claims/claim.ts';
import type { PlannedKey } from './planned-key.ts';

const PREFIX = /^[A-Za-z_][A-Za-z0-9._-]*$/;
const COLON = 0x3a;

/**
 * Checks that the STR `target` of a signature's key, as planned, can stand for a token.
 * @throws Fault `peer.transform-forbidden`
 */
export function requireTransformable(tape: Tape, target: number, key: PlannedKey): void {
  if (key.named >= 0) return;
  if (key.source !== 'certificate') throw new Fault('peer.transform-forbidden', { reason: 'no token' });
  // interop: without a prefix, implementations do not agree on one.
  if (!PREFIX.test(prefixOf(tape, target))) throw new Fault('peer.transform-forbidden', { reason: 'prefix' });
}

/** The prefix of an element's name; empty without one. */
export function prefixOf(tape: Tape, element: number): string {
  const start = startOf(tape, element) + 1;
  const nameEnd = tape.elements[element * ELEMENT_WORDS + E.nameEnd]!;
  const colon = tape.bytes.subarray(start, nameEnd).indexOf(COLON);
  return colon < 0 ? '' : decodeText(tape.bytes, start, start + colon);
}
