import type { Tape } from '@parley/codec';
import { firstChild, isNamed, localName, namespaceOf, nextSibling } from '@parley/codec/internal';
import { requireElementOnly, structureInvalid } from '@parley/engine/internal';

/** Local names, ready to be compared with a tape. */
export type ChildNames<Name extends string> = Readonly<Record<Name, Uint8Array>>;

/** Makes {@link ChildNames} of names. */
export function childNames<const Name extends string>(names: readonly Name[]): ChildNames<Name> {
  return Object.fromEntries(names.map((name) => [name, localName(name)])) as Record<Name, Uint8Array>;
}

/**
 * The children of `element` that are called one of `names` in its own namespace, each at most once. Others are left
 * alone: WS-Trust leaves requests and responses open.
 *
 * @throws Fault `peer.structure-invalid` one of them twice, or text between them
 */
export function readChildren<Name extends string>(
  tape: Tape,
  element: number,
  names: ChildNames<Name>,
): Partial<Record<Name, number>> {
  requireElementOnly(tape, element, 'a trust element');
  const namespace = namespaceOf(tape, element);
  const found: Partial<Record<Name, number>> = {};
  for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child)) {
    for (const name of Object.keys(names) as Name[]) {
      if (!isNamed(tape, child, namespace, names[name])) continue;
      if (found[name] !== undefined) throw structureInvalid(tape, child, `${name} twice`);
      found[name] = child;
    }
  }
  return found;
}

/** The one child of `element`. @throws Fault `peer.structure-invalid` none, or more */
export function soleChild(tape: Tape, element: number, name: string): number {
  requireElementOnly(tape, element, name);
  const child = firstChild(tape, element);
  if (child < 0 || nextSibling(tape, child) >= 0) throw structureInvalid(tape, element, `${name} holds not one child`);
  return child;
}
