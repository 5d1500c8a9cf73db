import { invariant } from '@parley/core/internal';
import type { OctetSink } from '../hot/octets/octet-sink.ts';

/** Octets [start, end) of a message and what stands there instead; `start === end` inserts. */
export interface Patch {
  readonly start: number;
  readonly end: number;
  readonly with: Uint8Array;
}

/**
 * `bytes` with `patches` applied, in one copy: what is not patched goes out octet for octet.
 * @param patches sorted by `start`, not overlapping; several insertions at one place keep their order
 * @param into takes the place of what it holds; without it, an array is made
 * @returns the new array, the caller's, or a view of `into`
 * @throws Fault `internal.invariant` for patches out of order or out of range
 */
export function splice(bytes: Uint8Array, patches: readonly Patch[], into?: OctetSink): Uint8Array {
  let length = bytes.length;
  let before = 0;
  for (const patch of patches) {
    invariant(patch.start >= before && patch.end >= patch.start, 'patches are sorted and do not overlap');
    before = patch.end;
    length += patch.with.length - (patch.end - patch.start);
  }
  invariant(before <= bytes.length, 'patches lie inside the message');

  const spliced = roomFor(length, into);
  let from = 0;
  let to = 0;
  for (const patch of patches) {
    spliced.set(bytes.subarray(from, patch.start), to);
    to += patch.start - from;
    spliced.set(patch.with, to);
    to += patch.with.length;
    from = patch.end;
  }
  spliced.set(bytes.subarray(from), to);
  return spliced;
}

function roomFor(length: number, into: OctetSink | undefined): Uint8Array {
  if (into === undefined) return new Uint8Array(length);
  into.reset();
  into.reserve(length);
  into.length = length;
  return into.bytes.subarray(0, length);
}
