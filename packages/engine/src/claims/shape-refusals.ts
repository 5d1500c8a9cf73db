import type { Tape } from '@parley/codec';
import {
  E,
  ELEMENT_WORDS,
  firstChild,
  isNamed,
  localNameOf,
  namespaceUriOf,
  nextSibling,
} from '@parley/codec/internal';
import type { FaultDetail } from '@parley/core';
import { Fault } from '@parley/core';
import { printable } from '@parley/core/internal';
import type { Policy } from '../policy/policy.ts';
import { refusedBy } from '../policy/refused-by.ts';

const FOUND_CHARACTERS_MAX = 128;

/** The refusal of a message whose shape is not the one the specification draws, or `option` does not allow. It names the element. */
export function structureInvalid(tape: Tape, element: number, reason: string, option?: keyof Policy): Fault {
  const detail = { reason, ...(element < 0 ? { offset: 0 } : nameAndPlace(tape, element)) };
  return option === undefined
    ? new Fault('peer.structure-invalid', detail)
    : refusedBy(option, 'peer.structure-invalid', detail);
}

function nameAndPlace(tape: Tape, element: number): FaultDetail {
  const name = { element: printable(localNameOf(tape, element)), namespace: printable(namespaceUriOf(tape, element)) };
  return { ...name, offset: tape.elements[element * ELEMENT_WORDS + E.start]! };
}

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
    return structureInvalid(tape, other, `${name} ${place}`);
  }
  return structureInvalid(tape, child < 0 ? parent : child, `${name} is missing`, option);
}
