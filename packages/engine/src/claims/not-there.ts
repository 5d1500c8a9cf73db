import type { Tape } from '@parley/codec';
import { firstChild, localNameOf, nextSibling } from '@parley/codec';
import { E, ELEMENT_WORDS, isNamed } from '@parley/codec/internal';
import { Fault } from '@parley/core';

const FOUND_CHARACTERS_MAX = 128;

/** Tells somebody whether `name` is missing altogether, or what stands in its place: at `child`, -1 for nothing. */
export function notThere(
  tape: Tape,
  child: number,
  namespace: number,
  local: Uint8Array,
  parent: number,
  name: string,
): Fault {
  const found = child < 0 ? undefined : localNameOf(tape, child).slice(0, FOUND_CHARACTERS_MAX);
  for (let other = firstChild(tape, parent); other >= 0; other = nextSibling(tape, other)) {
    if (!isNamed(tape, other, namespace, local)) continue;
    const place = found === undefined ? 'is too early' : `is expected where ${found} stands`;
    return invalid(tape, other, `${name} ${place}`);
  }
  return invalid(tape, child < 0 ? parent : child, `${name} is missing`);
}

function invalid(tape: Tape, element: number, reason: string): Fault {
  return new Fault('peer.structure-invalid', { reason, offset: tape.elements[element * ELEMENT_WORDS + E.start]! });
}
