import type { Tape } from '@parley/codec';
import { E, ELEMENT_WORDS, firstChild, isNamed, localNameOf, nextSibling } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import type { Policy } from '../policy/policy.ts';
import { refusedBy } from '../policy/refused-by.ts';

const FOUND_CHARACTERS_MAX = 128;

/**
 * Tells somebody whether `name` is missing altogether, and which `option` would do without, or what stands in its place: at
 * `child`, -1 for nothing.
 */
export function notThere(
  tape: Tape,
  child: number,
  namespace: number,
  local: Uint8Array,
  parent: number,
  name: string,
  option?: keyof Policy,
): Fault {
  const found = child < 0 ? undefined : localNameOf(tape, child).slice(0, FOUND_CHARACTERS_MAX);
  for (let other = firstChild(tape, parent); other >= 0; other = nextSibling(tape, other)) {
    if (!isNamed(tape, other, namespace, local)) continue;
    const place = found === undefined ? 'is too early' : `is expected where ${found} stands`;
    return invalid(tape, other, `${name} ${place}`);
  }
  return invalid(tape, child < 0 ? parent : child, `${name} is missing`, option);
}

function invalid(tape: Tape, element: number, reason: string, option?: keyof Policy): Fault {
  const detail = { reason, offset: tape.elements[element * ELEMENT_WORDS + E.start]! };
  return option === undefined
    ? new Fault('peer.structure-invalid', detail)
    : refusedBy(option, 'peer.structure-invalid', detail);
}
