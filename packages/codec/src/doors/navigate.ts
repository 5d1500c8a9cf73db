/** Walking on a tape. @see `tape/navigate.ts` */

import {
  firstChild as hotFirstChild,
  localNameOf as hotLocalNameOf,
  namespaceUriOf as hotNamespaceUriOf,
  nextSibling as hotNextSibling,
  parentOf as hotParentOf,
} from '../tape/navigate.ts';
import type { Tape } from '../tape/tape.ts';
import { attributeText as hotAttributeText, textOf as hotTextOf } from '../tape/text.ts';
import { requireAttribute, requireElement } from './place.ts';

/** First child element of `element`, or -1. @throws Fault `caller.option-invalid` */
export function firstChild(tape: Tape, element: number): number {
  requireElement(tape, element);
  return hotFirstChild(tape, element);
}

/** Next sibling element of `element`, or -1. @throws Fault `caller.option-invalid` */
export function nextSibling(tape: Tape, element: number): number {
  requireElement(tape, element);
  return hotNextSibling(tape, element);
}

/** Index of the parent element, -1 for the root. @throws Fault `caller.option-invalid` */
export function parentOf(tape: Tape, element: number): number {
  requireElement(tape, element);
  return hotParentOf(tape, element);
}

/** The local name of `element`. @throws Fault `caller.option-invalid` */
export function localNameOf(tape: Tape, element: number): string {
  requireElement(tape, element);
  return hotLocalNameOf(tape, element);
}

/** The namespace of `element` as a string. @throws Fault `caller.option-invalid` */
export function namespaceUriOf(tape: Tape, element: number): string {
  requireElement(tape, element);
  return hotNamespaceUriOf(tape, element);
}

/**
 * The whole text of `element`: references resolved, CDATA as text, line ends LF, comments and PIs left out.
 * @throws Fault `peer.structure-invalid` when it has child elements; `caller.option-invalid`
 */
export function textOf(tape: Tape, element: number): string {
  requireElement(tape, element);
  return hotTextOf(tape, element);
}

/** The normalised value of `attribute`. @throws Fault `caller.option-invalid` */
export function attributeText(tape: Tape, attribute: number): string {
  requireAttribute(tape, attribute);
  return hotAttributeText(tape, attribute);
}
