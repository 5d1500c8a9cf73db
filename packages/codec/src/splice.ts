import { invariant } from '@parley/core';

/** Octets [start, end) of a message and what stands there instead; `start === end` inserts. */
export interface Patch {
  readonly start: number;
  readonly end: number;
  readonly with: Uint8Array;
}

/**
 * `bytes` with `patches` applied, in one copy: what is not patched goes out octet for octet.
 * @param patches sorted by `start`, not overlapping; several insertions at one place keep their order
 * @returns a new array, the caller's
 * @throws Fault `internal.invariant` for patches out of order or out of range
 */
export function splice(bytes: Uint8Array, patches: readonly Patch[]): Uint8Array {
  let length = bytes.length;
  let before = 0;
  for (const patch of patches) {
    invariant(patch.start >= before && patch.end >= patch.start, 'patches are sorted and do not overlap');
    before = patch.end;
    length += patch.with.length - (patch.end - patch.start);
  }
  invariant(before <= bytes.length, 'patches lie inside the message');

  const spliced = new Uint8Array(length);
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
