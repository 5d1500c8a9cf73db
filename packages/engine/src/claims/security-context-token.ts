import type { Tape } from '@parley/codec';
import { firstChild, isNamed, localName, Namespace, namespaceOf, nextSibling } from '@parley/codec/internal';
import type { Limits, Version } from '@parley/core';
import { requireElementOnly, trimmedText } from './claim.ts';
import { structureInvalid } from './shape-refusals.ts';

// perf: a module's own constants are folded into its code, imported ones are looked up at every use.
const { wsc: IN_WSC } = Namespace;

/** wsc:SecurityContextToken (WS-SC §1.3): Identifier, Instance?, extensions. */
export interface SecurityContextToken {
  readonly version: Version;
  readonly identifier: string;
  readonly instance: string | undefined;
}

const IDENTIFIER = localName('Identifier');
const INSTANCE = localName('Instance');

/**
 * Reads an SCT; extension elements are ignored (WS-SC §1.3, rule 3).
 * @throws Fault `peer.structure-invalid` no Identifier, an empty one, or two; `peer.limit-value` too long.
 */
export function readSecurityContextToken(
  tape: Tape,
  element: number,
  limits: Pick<Limits, 'identifierBytesMax'>,
): SecurityContextToken {
  requireElementOnly(tape, element, 'wsc:SecurityContextToken');
  const namespace = namespaceOf(tape, element);
  let identifier: string | undefined;
  let instance: string | undefined;
  for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child)) {
    if (isNamed(tape, child, namespace, IDENTIFIER)) {
      if (identifier !== undefined) throw structureInvalid(tape, child, 'wsc:Identifier twice');
      identifier = trimmedText(tape, child, 'wsc:Identifier', limits.identifierBytesMax);
    } else if (isNamed(tape, child, namespace, INSTANCE)) {
      if (instance !== undefined) throw structureInvalid(tape, child, 'wsc:Instance twice');
      instance = trimmedText(tape, child, 'wsc:Instance', limits.identifierBytesMax);
    }
  }
  if (identifier === undefined || identifier === '') throw structureInvalid(tape, element, 'wsc:Identifier is missing');
  return { version: namespace === IN_WSC ? '200512' : '200502', identifier, instance };
}
