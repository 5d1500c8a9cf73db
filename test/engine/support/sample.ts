/** A context, an envelope and a clock for tests that make their own messages. */
import { contextSource, Secret, type SecurityContext, type SuiteName } from '@parley/core';
import { type BootstrapSealRequest, open, type Policy, policyOf, type SealRequest, seal } from '@parley/engine';

export const NOW_MS = Date.UTC(2026, 0, 15, 12, 0, 0);

export function sampleSecret(first = 0, lengthBytes = 32): Secret {
  return Secret.filledBy(lengthBytes, (out) => {
    for (let index = 0; index < out.length; index++) out[index] = first + index;
  });
}

export function sampleContext(changes: Partial<SecurityContext> = {}): SecurityContext {
  const expiresAtMs = NOW_MS + 3_600_000;
  return {
    identifier: 'urn:uuid:00000000-0000-4000-8000-000000000001',
    version: '200512',
    suite: 'Basic256Sha256',
    keys: [{ instance: undefined, secret: sampleSecret(), createdAtMs: NOW_MS - 1000, expiresAtMs }],
    createdAtMs: NOW_MS - 1000,
    expiresAtMs,
    cancelledAtMs: undefined,
    principal: 'alice',
    ...changes,
  };
}

/** Octets that look random and are the same in every run. */
export function sampleRandom(seed = 1): (out: Uint8Array) => void {
  let state = seed;
  return (out) => {
    for (let index = 0; index < out.length; index++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      out[index] = state >>> 16;
    }
  };
}

export const SOAP12 = 'http://www.w3.org/2003/05/soap-envelope';
export const SOAP11 = 'http://schemas.xmlsoap.org/soap/envelope/';

export function sampleEnvelope(
  content = '<m:Ping xmlns:m="urn:m" note="&lt;&quot;">hällo &amp; co</m:Ping>',
  soap = SOAP12,
): Uint8Array {
  return new TextEncoder().encode(
    `<s:Envelope xmlns:s="${soap}" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header><a:Action>urn:example:ping</a:Action><a:MessageID>urn:uuid:7</a:MessageID><a:ReplyTo><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo><a:To>urn:example:to</a:To></s:Header><s:Body>${content}</s:Body></s:Envelope>`,
  );
}

export function sampleRequest(changes: Partial<SealRequest> = {}): SealRequest {
  return {
    context: sampleContext(),
    atMs: NOW_MS,
    timestampLifetimeMs: 300_000,
    fillRandom: sampleRandom(),
    keys: 'explicit',
    token: 'attached',
    sign: { body: true, addressing: true, timestamp: true },
    encrypt: 'none',
    order: 'sign-then-encrypt',
    ...changes,
  };
}

export function sealed(envelope: Uint8Array, request: SealRequest | BootstrapSealRequest): Uint8Array {
  const reply = seal(envelope, request);
  if (!reply.ok) throw new Error(reply.code);
  return reply.value.octets;
}

export function openedBy(
  message: Uint8Array,
  context: SecurityContext,
  policy: Policy = policyOf(),
  atMs: number = NOW_MS,
) {
  return open(message, { atMs, policy, contexts: contextSource([context]) });
}

export const ALL_SUITES_POLICY: Policy = policyOf('strict', {
  ciphers: ['aes128-cbc', 'aes192-cbc', 'aes256-cbc', 'aes128-gcm', 'aes192-gcm', 'aes256-gcm', 'tripledes-cbc'],
});

export const SUITES_ONE_OF_EACH_CIPHER: readonly SuiteName[] = [
  'Basic256',
  'Basic192Sha256',
  'Basic128',
  'TripleDesSha256',
  'Basic256GCMSha256',
  'Basic192GCM',
  'Basic128GCMSha256',
];

export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

export function replaced(message: Uint8Array, from: string, to: string): Uint8Array {
  const before = text(message);
  const after = before.replace(from, () => to);
  if (after === before) throw new Error(`not in the message: ${from}`);
  return new TextEncoder().encode(after);
}
