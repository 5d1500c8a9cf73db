import type { Fault } from '@parley/core';
import type { Timestamp } from '../claims/timestamp.ts';
import type { Policy } from '../policy/policy.ts';
import { refusedBy } from '../policy/refused-by.ts';

/**
 * Whether a Timestamp is fresh at `atMs` (WSS §3.3). Checked last, so that only a verified one is believed.
 * @throws Fault `peer.timestamp-future`, `peer.timestamp-expired`
 */
export function requireFresh(timestamp: Timestamp, atMs: number, policy: Policy): void {
  const { createdAtMs, expiresAtMs = createdAtMs } = timestamp;
  const { clockSkewMs, timestampAgeMaxMs } = policy;
  if (createdAtMs > atMs + clockSkewMs) throw offBy('peer.timestamp-future', clockSkewMs, createdAtMs - atMs);
  if (atMs < freshUntilMs(timestamp, policy)) return;
  const ageMs = atMs - createdAtMs;
  if (ageMs >= timestampAgeMaxMs + clockSkewMs)
    throw refusedBy('timestampAgeMaxMs', 'peer.timestamp-expired', { max: timestampAgeMaxMs, found: ageMs });
  // Its sender gave it less time than we would.
  throw offBy('peer.timestamp-expired', clockSkewMs, atMs - expiresAtMs);
}

/** How far two clocks differ, if the message is all right. */
function offBy(code: 'peer.timestamp-future' | 'peer.timestamp-expired', max: number, found: number): Fault {
  return refusedBy('clockSkewMs', code, { max, found });
}

/** From here on {@link requireFresh} refuses: as long must a replay cache remember. */
export function freshUntilMs(timestamp: Timestamp, policy: Policy): number {
  const oldestMs = timestamp.createdAtMs + policy.timestampAgeMaxMs;
  return Math.min(timestamp.expiresAtMs ?? oldestMs, oldestMs) + policy.clockSkewMs;
}
