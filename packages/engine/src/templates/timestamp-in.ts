import { octetMatcher } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { parseInstantOctets } from '@parley/core/internal';
import type { Timestamp } from '../claims/timestamp.ts';
import type { TimestampHoles } from './message-template.ts';

/** The Timestamp of the message that matched. @throws Fault `peer.timestamp-invalid` */
export function timestampIn({ created, expires }: TimestampHoles, message: Uint8Array): Timestamp | undefined {
  if (created < 0) return undefined;
  const createdAtMs = instantIn(message, created);
  if (expires < 0) return { createdAtMs, expiresAtMs: undefined };
  const expiresAtMs = instantIn(message, expires);
  if (expiresAtMs <= createdAtMs) throw new Fault('peer.timestamp-invalid');
  return { createdAtMs, expiresAtMs };
}

function instantIn(message: Uint8Array, hole: number): number {
  const { holes } = octetMatcher;
  return parseInstantOctets(message, holes[hole * 2]!, holes[hole * 2 + 1]!);
}
