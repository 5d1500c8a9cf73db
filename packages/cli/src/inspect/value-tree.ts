import type { Reply } from '@parley/core';
import { printable } from '@parley/core/internal';
import type { ValueCause, ValueExplanation } from '@parley/engine';
import { faultText } from '../terminal/fault-text.ts';
import { octetLines, variantText } from './octets-tree.ts';
import type { Tree } from './tree.ts';
import { keyUseText } from './verdict-tree.ts';

/** What the value of a signature is, by the key that it names; nothing where no keys were given. */
export function valueTree(value: Reply<ValueExplanation> | undefined): readonly Tree[] {
  if (value === undefined) return [];
  if (!value.ok) return [{ label: `ds:SignatureValue  no key to judge it: ${faultText(value.code, value.detail)}` }];
  const { key, algorithm, isRight, cause } = value.value;
  const label = `ds:SignatureValue  ${algorithm}, key ${keyUseText(key)}`;
  return isRight ? [{ label: `${label}: right` }] : [{ label: `${label}: DIFFERS`, children: [causeTree(cause)] }];
}

function causeTree(cause: ValueCause | undefined): Tree {
  if (cause === undefined)
    return { label: 'nothing that is tried gives that value: another key, or ds:SignedInfo was changed afterwards' };
  return { label: `this is what the sender signed: ${causeText(cause)}`, children: octetLines(cause.octets) };
}

function causeText(cause: ValueCause): string {
  const { algorithm, instance, derivation } = cause;
  const parts = [
    instance === undefined ? undefined : `with ${instance === '' ? 'the first key' : `key ${instance}`} of the context`,
    derivation === undefined ? undefined : derivationText(derivation),
    algorithm === undefined ? undefined : `by ${algorithm}`,
    ...variantText(cause),
  ];
  return printable(parts.filter((part) => part !== undefined).join(', '));
}

function derivationText(derivation: NonNullable<ValueCause['derivation']>): string {
  return derivation === 'none' ? 'with the key itself, not derived' : `with a derived key of ${derivation} octets`;
}
