import type { ContextStore } from '@parley/conversation';
import type { SecurityContext } from '@parley/core';
import { NOW_MS } from '../engine/support/sample.ts';
import { type Door, door } from './door.ts';

/** The methods of a store, whatever it keeps its contexts in. */
export function contextStoreDoors(
  name: string,
  opened: () => Promise<ContextStore>,
  context: SecurityContext,
): Readonly<Record<string, Door>> {
  const { identifier } = context;
  const methods: Readonly<Record<string, Door>> = {
    get: door(async (named: string) => (await opened()).get(named), [identifier]),
    put: door(async (given: SecurityContext) => (await opened()).put(given), [context]),
    insert: door(async (given: SecurityContext) => (await opened()).insert(given), [context]),
    update: door(
      async (named: string, change: (current: SecurityContext) => SecurityContext) =>
        (await opened()).update(named, change),
      [identifier, (current) => current],
      { lends: true },
    ),
    cancel: door(async (named: string, atMs: number) => (await opened()).cancel(named, atMs), ['urn:other', NOW_MS]),
    prune: door(async (nowMs: number) => (await opened()).prune(nowMs), [0]),
    forget: door(
      async (named: string, nowMs: number) => (await opened()).forget?.(named, nowMs),
      ['urn:other', NOW_MS],
    ),
    changes: door(async (since?: number) => (await opened()).changes?.(since), [0]),
  };
  return Object.fromEntries(Object.entries(methods).map(([method, row]) => [`${name}#${method}`, row]));
}
