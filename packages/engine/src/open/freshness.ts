import type { Timestamp } from '../claims/timestamp.ts';
import type { Policy } from '../policy/policy.ts';
import { refusedBy } from '../policy/refused-by.ts';

/**
 * Whether a Timestamp is fresh at `atMs` (WSS §3.3). Checked last, so that only a verified one is believed.
 * @throws Fault `peer.timestamp-future`, `peer.timestamp-expired`
 */
export function requireFresh(timestamp: Timestamp, atMs: number, policy: Policy): void {
  if (timestamp.createdAtMs > atMs + policy.clockSkewMs) throw refusedBy('clockSkewMs', 'peer.timestamp-future');
  if (atMs < freshUntilMs(timestamp, policy)) return;
  // Its sender may have given it less time than we would.
  const isOld = atMs >= timestamp.createdAtMs + policy.timestampAgeMaxMs + policy.clockSkewMs;
  throw refusedBy(isOld ? 'timestampAgeMaxMs' : 'clockSkewMs', 'peer.timestamp-expired');
}

/** From here on {@link requireFresh} refuses: as long must a replay cache remember. */
export function freshUntilMs(timestamp: Timestamp, policy: Policy): number {
  const oldestMs = timestamp.createdAtMs + policy.timestampAgeMaxMs;
  return Math.min(timestamp.expiresAtMs ?? oldestMs, oldestMs) + policy.clockSkewMs;
}
