import type { Tape } from '@parley/codec';
import { decodeText, isForeignId } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { printable } from '@parley/core/internal';

const ID_BYTES_MAX = 128;

/**
 * The refusal of a reference, at `offset`, to the id `bytes[start, end)` that no element has; or none that a reference can
 * mean, and then `option` names what would let it.
 */
export function unresolvedId(tape: Tape, bytes: Uint8Array, start: number, end: number, offset: number): Fault {
  const id = printable(decodeText(bytes, start, Math.min(end, start + ID_BYTES_MAX)));
  const option = isForeignId(tape, bytes, start, end) ? { option: 'allowUnqualifiedIds' } : {};
  return new Fault('peer.ref-unresolved', { id, offset, ...option });
}
