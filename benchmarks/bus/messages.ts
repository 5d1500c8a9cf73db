import { randomFillSync } from 'node:crypto';
import { envelope } from '@parley/conversation';
import type { SecurityContext } from '@parley/core';
import { contextOf, unwrap } from '@parley/core';
import { seal, sealProfile } from '@parley/engine';

const LIFETIME_MS = 3_600_000;

/** The same in every process of a run. */
export function contextsOf(startMs: number): readonly SecurityContext[] {
  return Array.from({ length: 8 }, (_, index) =>
    contextOf({
      identifier: `urn:uuid:${index}`,
      secret: new Uint8Array(32).fill(index + 1),
      createdAtMs: startMs - 60_000,
      expiresAtMs: startMs + LIFETIME_MS,
    }),
  );
}

/** A signed message of 5 KB, or with fewer words. */
export function signedMessage(context: SecurityContext, index: number, atMs: number, words = 400): Uint8Array {
  const body = `<Order xmlns="urn:m" n="${index}">${'parley '.repeat(words)}</Order>`;
  const plain = envelope({ action: 'urn:m/Order', to: 'urn:service', messageId: `urn:uuid:m${index}`, body });
  const request = {
    ...sealProfile('cxf', 'request'),
    encrypt: 'none' as const,
    context,
    atMs,
    timestampLifetimeMs: LIFETIME_MS,
  };
  return unwrap(seal(plain, { ...request, fillRandom: (out: Uint8Array) => void randomFillSync(out) })).octets;
}
