/** Messages that nothing but the transport protects: what `open` hands over says so. */
import { contextSource } from '@parley/core';
import type { PolicyChanges } from '@parley/engine';
import { open, PROFILE_NAMES, policyOf, replayEntries, seal } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import {
  NOW_MS,
  openedBy,
  replaced,
  SOAP12,
  sampleContext,
  sampleEnvelope,
  sampleRequest,
  sealed,
} from '../support/sample.ts';

const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const CREATED = new Date(NOW_MS).toISOString();
const EXPIRES = new Date(NOW_MS + 300_000).toISOString();

/** The answer of a TransportBinding: addressing, and a Timestamp in a Security header. */
const ANSWER = new TextEncoder().encode(
  `<s:Envelope xmlns:s="${SOAP12}"><s:Header><Action xmlns="http://www.w3.org/2005/08/addressing">urn:example:answer</Action><MessageID xmlns="http://www.w3.org/2005/08/addressing">urn:uuid:8</MessageID><RelatesTo xmlns="http://www.w3.org/2005/08/addressing">urn:uuid:7</RelatesTo><o:Security xmlns:o="${WSSE}" xmlns:u="${WSU}" s:mustUnderstand="true"><u:Timestamp u:Id="TS"><u:Created>${CREATED}</u:Created><u:Expires>${EXPIRES}</u:Expires></u:Timestamp></o:Security></s:Header><s:Body><m:Pong xmlns:m="urn:m"/></s:Body></s:Envelope>`,
);
const context = sampleContext();
const transport = policyOf('transport');

function codeOf(message: Uint8Array, policy = transport, atMs = NOW_MS): string {
  const reply = openedBy(message, context, policy, atMs);
  return reply.ok ? 'ok' : reply.code;
}

describe('an answer that TLS alone protects', () => {
  test('opens with a policy that says so, and proves nothing', () => {
    const reply = openedBy(ANSWER, context, transport);
    expect(reply).toMatchObject({
      ok: true,
      value: {
        signed: [],
        encrypted: [],
        identifier: undefined,
        principal: undefined,
        user: undefined,
        action: undefined,
        messageId: undefined,
        relatesTo: undefined,
        to: undefined,
        claimedAddressing: { action: 'urn:example:answer', messageId: 'urn:uuid:8', relatesTo: 'urn:uuid:7' },
        createdAtMs: NOW_MS,
      },
    });
    // Twice is no replay: nothing tells the second from another message.
    expect(reply.ok && replayEntries(reply.value)).toEqual([]);
    const seen: unknown[] = [];
    const replays = { insertIfAbsent: (...entry: unknown[]) => seen.push(entry) > 0 };
    const contexts = contextSource([context]);
    expect(open(ANSWER, { atMs: NOW_MS, policy: transport, contexts, replays })).toMatchObject({ ok: true });
    expect(seen).toEqual([]);
  });

  test('is refused by every other profile', () => {
    for (const name of PROFILE_NAMES)
      expect([name, codeOf(ANSWER, policyOf(name))]).toEqual([name, 'peer.coverage-missing']);
  });

  test('is fresh, asks for no answer elsewhere, and has the action of the transport', () => {
    expect(codeOf(ANSWER, transport, NOW_MS + 900_000)).toBe('peer.timestamp-expired');
    const contexts = contextSource([context]);
    expect(open(ANSWER, { atMs: NOW_MS, policy: transport, contexts, soapAction: 'urn:example:other' })).toMatchObject({
      code: 'peer.action-mismatch',
    });
    const away = replaced(
      ANSWER,
      '<o:Security',
      '<ReplyTo xmlns="http://www.w3.org/2005/08/addressing"><Address>http://elsewhere.example/</Address></ReplyTo><o:Security',
    );
    expect(codeOf(away)).toBe('peer.addressing-forbidden');
  });

  test('T11: a token in it names a context only where the policy says so, and proves none', () => {
    const token = `<c:SecurityContextToken xmlns:c="http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512"><c:Identifier>${context.identifier}</c:Identifier></c:SecurityContextToken>`;
    const message = replaced(ANSWER, '</o:Security>', `${token}</o:Security>`);
    expect(codeOf(message)).toBe('peer.structure-invalid');
    const bearer = policyOf('transport', { allowBearerContext: true });
    expect(openedBy(message, context, bearer)).toMatchObject({
      value: {
        signed: [],
        identifier: undefined,
        principal: undefined,
        bearerContext: { identifier: context.identifier, instance: undefined, version: '200512', principal: 'alice' },
      },
    });
    expect(openedBy(ANSWER, context, bearer)).toMatchObject({ value: { bearerContext: undefined } });
    expect(codeOf(replaced(message, context.identifier, 'urn:uuid:1'), bearer)).toBe('peer.bad-context');
    const other = sampleContext({ version: '200502' });
    expect(openedBy(message, other, bearer)).toMatchObject({ code: 'peer.bad-context' });
    const cancelled = sampleContext({ cancelledAtMs: NOW_MS - 1 });
    expect(openedBy(message, cancelled, bearer)).toMatchObject({ code: 'peer.bad-context' });
    expect(() => policyOf('strict', { allowBearerContext: true })).toThrowError(
      expect.objectContaining({ code: 'caller.option-invalid' }),
    );
  });

  test('T11: beside a signature of another context, a token names its own only where the policy has the transport answer for it', () => {
    const session = sampleContext({ identifier: 'urn:uuid:5e55', principal: 'bob' });
    const named = { identifier: session.identifier, instance: undefined, version: '200512' } as const;
    const message = sealed(sampleEnvelope(), sampleRequest({ token: 'external', bearerContext: named }));
    const contexts = contextSource([context, session]);
    const openedWith = (changes: PolicyChanges, bytes = message) =>
      open(bytes, { atMs: NOW_MS, contexts, policy: policyOf('strict', changes) });
    expect(openedWith({})).toMatchObject({ code: 'peer.structure-invalid' });
    const believed = { allowBearerContext: true, trustTransport: true };
    expect(openedWith(believed)).toMatchObject({
      value: { identifier: context.identifier, principal: 'alice', bearerContext: { ...named, principal: 'bob' } },
    });
    const own = sealed(sampleEnvelope(), sampleRequest());
    expect(openedWith(believed, own)).toMatchObject({ value: { bearerContext: undefined } });
    expect(seal(sampleEnvelope(), sampleRequest({ bearerContext: named }))).toMatchObject({
      code: 'caller.option-invalid',
    });
  });

  test('T80: a signature is never passed over, and the policy is never made by leaving something out', () => {
    const message = sealed(sampleEnvelope(), sampleRequest());
    expect(codeOf(message)).toBe('peer.keyinfo-forbidden');
    const invalid = (option: string) =>
      expect.objectContaining({ code: 'caller.option-invalid', detail: expect.objectContaining({ option }) });
    expect(() => policyOf('strict', { signedBy: [] })).toThrowError(invalid('policy.signedBy'));
    expect(() => policyOf('strict', { requireProof: false })).toThrowError(invalid('policy.requireProof'));
  });
});
