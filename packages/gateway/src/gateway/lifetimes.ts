import type { GatewayConfiguration } from '../configuration/configuration.ts';
import type { Lifetimes } from '../keeping/keeping.ts';
import { profileOf } from '../parties/profile.ts';

/** Of a responder that is told nothing else. */
const CONTEXT_MS = 36_000_000;

/** The longest of all endpoints. */
export function lifetimesOf({ secured = [] }: GatewayConfiguration): Lifetimes {
  const policies = secured.map((endpoint) => profileOf(endpoint).requests.policy);
  return {
    // A message may be of a clock that is so far ahead, and was judged by one that is so far behind.
    messageMs: Math.max(0, ...policies.map((policy) => policy.timestampAgeMaxMs + 2 * policy.clockSkewMs)),
    newMessageMs: Math.min(...policies.map((policy) => policy.timestampAgeMaxMs + policy.clockSkewMs)),
    contextMs: Math.max(1, ...secured.map(({ contextLifetimeMs = CONTEXT_MS }) => contextLifetimeMs)),
  };
}
