/** What elements are called and say, for people: tolerant, bounded, and never a reason to stop. */

import type { Tape } from '@parley/codec';
import { NAMESPACE_URIS } from '@parley/codec';
import {
  attributeNamed,
  attributeText,
  E,
  ELEMENT_WORDS,
  firstChild,
  isNamed,
  localName,
  localNameOf,
  Namespace,
  namespaceUriOf,
  nextSibling,
  textOf,
} from '@parley/codec/internal';

/** The prefixes that the specifications use, by namespace. */
const PREFIXES: ReadonlyMap<string, string> = new Map(
  (
    [
      [Namespace.soap11, 'soap'],
      [Namespace.soap12, 'soap'],
      [Namespace.wsa, 'wsa'],
      [Namespace.wsa04, 'wsa'],
      [Namespace.wsse, 'wsse'],
      [Namespace.wsse11, 'wsse11'],
      [Namespace.wsu, 'wsu'],
      [Namespace.ds, 'ds'],
      [Namespace.xenc, 'xenc'],
      [Namespace.wst, 'wst'],
      [Namespace.wst05, 'wst'],
      [Namespace.wsc, 'wsc'],
      [Namespace.wsc05, 'wsc'],
      [Namespace.wsrm, 'wsrm'],
      [Namespace.wsrm05, 'wsrm'],
    ] as const
  ).map(([namespace, prefix]) => [NAMESPACE_URIS[namespace] ?? '', prefix]),
);

const ID = localName('Id');

/** `soap:Body`, or `{namespace}name` for what no specification here names. */
export function qualifiedName(namespace: string, local: string): string {
  const prefix = PREFIXES.get(namespace);
  if (prefix !== undefined) return `${prefix}:${local}`;
  return namespace === '' ? local : `{${namespace}}${local}`;
}

/** {@link qualifiedName} of an element. */
export function elementName(tape: Tape, element: number): string {
  return qualifiedName(namespaceUriOf(tape, element), localNameOf(tape, element));
}

/** The child elements of `element`; none for -1. */
export function childrenOf(tape: Tape, element: number): readonly number[] {
  const children: number[] = [];
  for (let child = element < 0 ? -1 : firstChild(tape, element); child >= 0; child = nextSibling(tape, child))
    children.push(child);
  return children;
}

/** The first child `{uri}local`, or -1. */
export function childNamed(tape: Tape, element: number, uri: number, local: string): number {
  const name = localName(local);
  return childrenOf(tape, element).find((child) => isNamed(tape, child, uri, name)) ?? -1;
}

/** Trimmed text, or `undefined` where there is none to be read. */
export function textIn(tape: Tape, element: number): string | undefined {
  if (element < 0) return undefined;
  try {
    return textOf(tape, element).trim();
  } catch {
    return undefined;
  }
}

/** Value of the attribute `{uri}local`, or `undefined`. */
export function attributeIn(
  tape: Tape,
  element: number,
  local: string,
  uri: number = Namespace.none,
): string | undefined {
  if (element < 0) return undefined;
  const attribute = attributeNamed(tape, element, uri, localName(local));
  return attribute < 0 ? undefined : attributeText(tape, attribute);
}

/** wsu:Id, or the Id of an element of XML Signature or Encryption. */
export function idOf(tape: Tape, element: number): string | undefined {
  const attribute = attributeNamed(tape, element, Namespace.wsu, ID);
  return attribute >= 0 ? attributeText(tape, attribute) : attributeIn(tape, element, 'Id');
}

/** Octets of the element as it stands in the message. */
export function sizeOf(tape: Tape, element: number): number {
  const base = element * ELEMENT_WORDS;
  return (tape.elements[base + E.end] ?? 0) - (tape.elements[base + E.start] ?? 0);
}
