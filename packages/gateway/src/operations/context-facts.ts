import type { SecurityContext } from '@parley/core';

/** What may be told of a context: all but its secrets. */
export interface ContextFacts {
  readonly identifier: string;
  readonly state: 'live' | 'expired' | 'cancelled';
  readonly principal: string | undefined;
  readonly suite: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly cancelledAtMs: number | undefined;
  readonly keys: number;
}

export function factsOf(context: SecurityContext, nowMs: number): ContextFacts {
  const { identifier, principal, suite, createdAtMs, expiresAtMs, cancelledAtMs, keys } = context;
  const whileIt = nowMs >= expiresAtMs ? 'expired' : 'live';
  const state = cancelledAtMs === undefined ? whileIt : 'cancelled';
  return { identifier, state, principal, suite, createdAtMs, expiresAtMs, cancelledAtMs, keys: keys.length };
}
