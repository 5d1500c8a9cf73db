/** What a store is given, whatever it keeps it in. */
import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import type { Kind, Members } from '@parley/core/internal';
import {
  CONTEXT,
  callback,
  FINITE,
  oneOf,
  optional,
  requireAnswer,
  requireKind,
  TEXT,
  whole,
} from '@parley/core/internal';
import type { ContextStoreOptions } from './context-store.ts';

/** Of every store. */
export const STORE_MEMBERS: Members<ContextStoreOptions> = {
  graceMs: optional(whole()),
  tombstoneMs: optional(whole()),
  cancelledKeys: optional(oneOf(['wipe', 'retain'])),
};

export type Change = (current: SecurityContext) => SecurityContext | undefined;

const CHANGE: Kind<Change> = callback();
const CHANGED = optional(CONTEXT);
const POSITION = optional(whole());

/** @throws Fault `caller.option-invalid` */
export function requireIdentifier(identifier: unknown): asserts identifier is string {
  requireKind(TEXT, identifier, 'identifier');
}

/** @throws Fault `caller.option-invalid` */
export function requireContext(context: unknown): asserts context is SecurityContext {
  requireKind(CONTEXT, context, 'context');
}

/** @throws Fault `caller.option-invalid` */
export function requireTime(atMs: unknown, name: 'atMs' | 'nowMs'): asserts atMs is number {
  requireKind(FINITE, atMs, name);
}

/** @throws Fault `caller.option-invalid` */
export function requirePosition(since: unknown): asserts since is number | undefined {
  requireKind(POSITION, since, 'since');
}

/** `change`, whose answer is looked at; what it throws comes through. @throws Fault `caller.option-invalid` it is no function, or its answer no context; `caller.input-invalid` another context */
export function checkedChange(change: unknown): Change {
  requireKind(CHANGE, change, 'change');
  return (current) => {
    const { identifier } = current;
    const changed = change(current);
    requireAnswer(CHANGED, changed, 'change()');
    if (changed !== undefined && changed.identifier !== identifier)
      throw new Fault('caller.input-invalid', { reason: 'identifier changed' });
    return changed;
  };
}
