import type { KeyInstance, SecurityContext } from '@parley/core';
import { Secret } from '@parley/core';
import { CONTEXT, optional, readable, requireKind, requireOptions, TEXT, whole } from '@parley/core/internal';
import { SAMPLE_TIME_MS } from './test-ambient.ts';

const HOUR_MS = 3_600_000;
const OCTET = whole(0, 255);

/** A key whose 32 octets are all `octet`, which lives for an hour from {@link SAMPLE_TIME_MS} on. */
export function sampleKey(octet: number, instance?: string): KeyInstance {
  requireKind(OCTET, octet, 'octet');
  requireKind(optional(TEXT), instance, 'instance');
  return {
    instance,
    secret: Secret.copyOf(new Uint8Array(32).fill(octet)),
    createdAtMs: SAMPLE_TIME_MS,
    expiresAtMs: SAMPLE_TIME_MS + HOUR_MS,
  };
}

/** A context of alice's with one key, which lives for an hour from {@link SAMPLE_TIME_MS} on; its secret is the caller's. */
export function sampleContext(changes: Partial<SecurityContext> = {}): SecurityContext {
  requireKind(readable(), changes, 'changes');
  const context = {
    identifier: 'urn:uuid:5a3c0000-0000-4000-8000-000000000001',
    version: '200512',
    suite: 'Basic256',
    keys: [sampleKey(7)],
    createdAtMs: SAMPLE_TIME_MS,
    expiresAtMs: SAMPLE_TIME_MS + HOUR_MS,
    cancelledAtMs: undefined,
    principal: 'alice',
    ...changes,
  };
  requireOptions(CONTEXT, context, 'changes');
  return context;
}
