import type { Tape } from '@parley/codec';
import { firstChild, isNamed, localName, Namespace, nextSibling, textOf } from '@parley/codec/internal';
import type { FaultDetail } from '@parley/core';
import { printable } from '@parley/core/internal';
import type { SoapEnvelope } from './soap-envelope.ts';

const FAULT = localName('Fault');
const FAULT_CODE = localName('faultcode');
const CODE = localName('Code');
const SUBCODE = localName('Subcode');
const VALUE = localName('Value');
const TEXT_CHARACTERS_MAX = 128;

/**
 * For the refusal of a message that nobody signed: the codes of the soap:Fault that it holds, as they stand. They prove
 * nothing, and are for people who look for the reason why a peer refused.
 */
export function unprovedFault(tape: Tape, { body, soap }: Pick<SoapEnvelope, 'body' | 'soap'>): FaultDetail {
  const fault = childNamed(tape, body, soap, FAULT);
  if (fault < 0) return {};
  const code = childNamed(tape, fault, soap, CODE);
  const texts = {
    unprovedFault: textAt(
      tape,
      code < 0 ? childNamed(tape, fault, Namespace.none, FAULT_CODE) : childNamed(tape, code, soap, VALUE),
    ),
    unprovedSubcode: textAt(tape, childNamed(tape, childNamed(tape, code, soap, SUBCODE), soap, VALUE)),
  };
  const known = Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { reason: 'a soap:Fault that nobody signed', ...Object.fromEntries(known) };
}

function childNamed(tape: Tape, parent: number, namespace: number, local: Uint8Array): number {
  let child = parent < 0 ? -1 : firstChild(tape, parent);
  while (child >= 0 && !isNamed(tape, child, namespace, local)) child = nextSibling(tape, child);
  return child;
}

function textAt(tape: Tape, element: number): string | undefined {
  if (element < 0 || firstChild(tape, element) >= 0) return undefined;
  const text = textOf(tape, element).trim();
  return text === '' ? undefined : printable(text.slice(0, TEXT_CHARACTERS_MAX));
}
