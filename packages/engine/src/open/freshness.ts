import { Fault } from '@parley/core';
import type { Timestamp } from '../claims/timestamp.ts';
import type { Policy } from '../policy/policy.ts';

/**
 * Whether a Timestamp is fresh at `atMs` (WSS §3.3). Checked last, so that only a verified one is believed.
 * @throws Fault `peer.timestamp-future`, `peer.timestamp-expired`
 */
export function requireFresh(timestamp: Timestamp, atMs: number, policy: Policy): void {
  if (timestamp.createdAtMs > atMs + policy.clockSkewMs) throw new Fault('peer.timestamp-future');
  if (atMs >= freshUntilMs(timestamp, policy)) throw new Fault('peer.timestamp-expired');
}

/** From here on {@link requireFresh} refuses: as long must a replay cache remember. */
export function freshUntilMs(timestamp: Timestamp, policy: Policy): number {
  const oldestMs = timestamp.createdAtMs + policy.timestampAgeMaxMs;
  return Math.min(timestamp.expiresAtMs ?? oldestMs, oldestMs) + policy.clockSkewMs;
}
