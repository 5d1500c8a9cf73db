// Secured messages of one context, and pools that open and seal them.

import { envelope } from '@parley/conversation';
import { contextOf, type SecurityContext, unwrap } from '@parley/core';
import { createPool, policyOf, seal, sealProfile } from '@parley/engine';

export const AT_MS: number = Date.UTC(2026, 0, 1);

export function contextNamed(identifier: string): SecurityContext {
  const secret = new Uint8Array(32).map((_, index) => index ^ identifier.length);
  return contextOf({ identifier, secret, createdAtMs: AT_MS - 1000, expiresAtMs: AT_MS + 36_000_000 });
}

const random = (out: Uint8Array): void => void crypto.getRandomValues(out);

export function plain(messageId: string, payload = '<Ping xmlns="urn:m"/>'): Uint8Array {
  return envelope({ action: 'urn:m/Ping', to: 'urn:service', messageId, body: payload });
}

export function secured(
  context: SecurityContext,
  messageId: string,
  atMs: number = AT_MS,
  payload?: string,
): Uint8Array {
  const request = { ...sealProfile('cxf', 'request'), context, atMs, timestampLifetimeMs: 300_000, fillRandom: random };
  return unwrap(seal(plain(messageId, payload), request)).octets;
}

/** On this thread. */
export function inlinePool(...contexts: readonly SecurityContext[]): ReturnType<typeof createPool> {
  return createPool({
    workers: 0,
    policy: policyOf('cxf'),
    contexts: { get: async (identifier) => contexts.find((context) => context.identifier === identifier) },
  });
}
