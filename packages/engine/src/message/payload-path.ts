/** Elements of the payload by where they stand and what they are called, as sp:SignedElements finds them. */
import type { Tape } from '@parley/codec';
import { firstChild, localNameOf, namespaceUriOf, nextSibling, parentOf } from '@parley/codec/internal';

export interface ElementName {
  readonly namespace: string;
  readonly localName: string;
}

/** The names from a child of soap:Body down to the element that is meant. */
export type PayloadPath = readonly ElementName[];

/** Every element at `path` below `body`, in document order. */
export function payloadAt(tape: Tape, body: number, path: PayloadPath): readonly number[] {
  let level: readonly number[] = [body];
  for (const name of path) level = level.flatMap((parent) => childrenNamed(tape, parent, name));
  return path.length === 0 ? [] : level;
}

/** Whether `element` stands at `path` below `body`. */
export function isAtPath(tape: Tape, body: number, path: PayloadPath, element: number): boolean {
  let current = element;
  for (let place = path.length - 1; place >= 0; place--) {
    if (current <= body || !isCalled(tape, current, path[place]!)) return false;
    current = parentOf(tape, current);
  }
  return path.length > 0 && current === body;
}

function childrenNamed(tape: Tape, parent: number, name: ElementName): readonly number[] {
  const children: number[] = [];
  for (let child = firstChild(tape, parent); child >= 0; child = nextSibling(tape, child)) {
    if (isCalled(tape, child, name)) children.push(child);
  }
  return children;
}

function isCalled(tape: Tape, element: number, { namespace, localName }: ElementName): boolean {
  return localNameOf(tape, element) === localName && namespaceUriOf(tape, element) === namespace;
}
