import { readFileSync } from 'node:fs';
import { contextSource, Secret, type SecurityContext } from '@parley/core';
import { open, policyOf, Workspace } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import {
  NOW_MS,
  openedBy,
  replaced,
  sampleContext,
  sampleEnvelope,
  sampleRequest,
  sealed,
  text,
} from '../support/sample.ts';

const vectors = new URL('../../vectors/', import.meta.url);
const GOLDEN = new Uint8Array(readFileSync(new URL('protocol/golden-v23.xml', vectors)));
const GOLDEN_AT_MS = Date.UTC(2024, 0, 1, 0, 1);

function contextOf(identifier: string, secretBase64: string, version: '200512' | '200502'): SecurityContext {
  const expiresAtMs = Number.MAX_SAFE_INTEGER;
  const secret = Secret.copyOf(Buffer.from(secretBase64, 'base64'));
  const keys = [{ instance: undefined, secret, createdAtMs: 0, expiresAtMs }];
  return {
    identifier,
    version,
    suite: 'Basic256',
    keys,
    createdAtMs: 0,
    expiresAtMs,
    cancelledAtMs: undefined,
    principal: undefined,
  };
}

const goldenContext = contextOf(
  'urn:uuid:00000000-0000-4000-8000-000000000001',
  'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
  '200512',
);
const goldenPolicy = policyOf();

describe('the golden message (WS-SC 1.4 §7, explicit derived key)', () => {
  test('opens, and hands over the canonical octets that were signed', () => {
    const reply = openedBy(GOLDEN, goldenContext, goldenPolicy, GOLDEN_AT_MS);
    if (!reply.ok) throw new Error(reply.code);
    const { value } = reply;
    expect(value.signed.map((part) => part.localName)).toEqual(['Action', 'To', 'Timestamp', 'Body']);
    expect(text(value.signed[0]?.bytes as Uint8Array)).toBe(
      '<a:Action xmlns:a="http://www.w3.org/2005/08/addressing" xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd" u:Id="_a" s:mustUnderstand="1">urn:example:ping</a:Action>',
    );
    expect(value).toMatchObject({
      identifier: goldenContext.identifier,
      version: '200512',
      soapVersion: '1.2',
      encrypted: [],
    });
    expect(value.signed[3]?.key).toEqual({
      source: 'context',
      identifier: goldenContext.identifier,
      instance: undefined,
      derivation: [
        { label: undefined, nonceBase64: 'EBESExQVFhcYGRobHB0eHw==', offsetBytes: 0, lengthBytes: 24, implied: false },
      ],
    });
  });

  test('it has no MessageID: a policy may ask for one, else the MAC is what happens once', () => {
    const asking = policyOf('strict', { requiredHeaders: ['Action', 'MessageID', 'To'] });
    expect(openedBy(GOLDEN, goldenContext, asking, GOLDEN_AT_MS)).toMatchObject({ code: 'peer.coverage-missing' });
    const mac = '3O+fT9mfPrttuGwX4++1TEJM240=';
    expect(openedBy(GOLDEN, goldenContext, goldenPolicy, GOLDEN_AT_MS)).toMatchObject({ value: { replayKey: mac } });
    const wrapped = replaced(GOLDEN, mac, ` 3O+f\nT9mf ${mac.slice(8)}\n`);
    expect(openedBy(wrapped, goldenContext, goldenPolicy, GOLDEN_AT_MS)).toMatchObject({ value: { replayKey: mac } });
  });

  const spoilt: ReadonlyArray<readonly [what: string, from: string, to: string, code: string]> = [
    ['one character of Body', '>hello<', '>hellp<', 'peer.digest-mismatch'],
    ['Length 24 made 32', '<c:Length>24<', '<c:Length>32<', 'peer.signature-invalid'],
    ['a second element with the Id of Body', '<m:Ping ', '<m:Ping Id="_b" ', 'peer.id-duplicate'],
    [
      'HMACOutputLength',
      'hmac-sha1"/>',
      'hmac-sha1"><HMACOutputLength>8</HMACOutputLength></SignatureMethod>',
      'peer.alg-forbidden',
    ],
    ['no Nonce', '<c:Nonce>EBESExQVFhcYGRobHB0eHw==</c:Nonce>', '', 'peer.dk-limit'],
    ['something after KeyInfo', '</KeyInfo>', '</KeyInfo><Object/>', 'peer.structure-invalid'],
    ['another label', '<c:Nonce>', '<c:Label>WS-SecureConversation</c:Label><c:Nonce>', 'peer.signature-invalid'],
  ];
  test.each(spoilt)('%s is refused', (_what, from, to, code) => {
    expect(openedBy(replaced(GOLDEN, from, to), goldenContext, goldenPolicy, GOLDEN_AT_MS)).toMatchObject({
      ok: false,
      code,
    });
  });

  test('a body moved under a wrapper is refused', () => {
    const wrapped = replaced(
      GOLDEN,
      '<s:Body u:Id="_b"><m:Ping xmlns:m="urn:example">hello</m:Ping></s:Body>',
      '<s:Body><w><s:Body u:Id="_b"><m:Ping xmlns:m="urn:example">hello</m:Ping></s:Body></w></s:Body>',
    );
    expect(openedBy(wrapped, goldenContext, goldenPolicy, GOLDEN_AT_MS)).toMatchObject({
      ok: false,
      code: 'peer.coverage-missing',
    });
  });
});

describe('a recorded WCF exchange (TransportWithMessageCredential, Feb 2005)', () => {
  const folder = new URL('wcf/corewcf-designdoc/', vectors);
  const { identifier, sessionKey } = JSON.parse(readFileSync(new URL('vector.json', folder), 'utf8')) as {
    identifier: string;
    sessionKey: string;
  };
  const context = contextOf(identifier, sessionKey, '200502');
  const recorded: ReadonlyArray<readonly [file: string, atMs: number]> = [
    ['03-app-request.min.xml', Date.parse('2024-02-14T02:07:10Z')],
    ['05-cancel-request.min.xml', Date.parse('2024-02-14T02:08:30Z')],
  ];
  test.each(recorded)('%s opens with the profile wcf-mixed', (file, atMs) => {
    const message = new Uint8Array(readFileSync(new URL(file, folder)));
    const reply = openedBy(message, context, policyOf('wcf-mixed'), atMs);
    expect(reply).toMatchObject({
      ok: true,
      value: { identifier, signed: [{ role: 'timestamp', key: { derivation: [] } }] },
    });
    expect(openedBy(message, context, policyOf(), atMs)).toMatchObject({ ok: false, code: 'peer.coverage-missing' });
  });
});

describe('the clock', () => {
  const message = sealed(sampleEnvelope(), sampleRequest());
  const context = sampleContext({
    expiresAtMs: NOW_MS + 86_400_000,
    keys: sampleContext({}).keys.map((key) => ({ ...key, expiresAtMs: NOW_MS + 86_400_000 })),
  });
  const rows: ReadonlyArray<readonly [afterMs: number, code: string | undefined]> = [
    [-300_001, 'peer.timestamp-future'],
    [-300_000, undefined],
    [599_999, undefined],
    [600_000, 'peer.timestamp-expired'],
  ];
  test.each(rows)('%i ms after it was made: %s', (afterMs, code) => {
    const reply = openedBy(message, context, policyOf(), NOW_MS + afterMs);
    expect(reply.ok ? undefined : reply.code).toBe(code);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d is no time', (atMs) => {
    expect(openedBy(message, context, policyOf(), atMs)).toMatchObject({ code: 'caller.option-invalid' });
  });

  test("'message' judges as of the message's own Timestamp", () => {
    expect(open(message, { atMs: 'message', policy: policyOf(), contexts: contextSource([context]) })).toMatchObject({
      ok: true,
    });
  });
});

describe('the context', () => {
  const message = sealed(sampleEnvelope(), sampleRequest());
  test('unknown, expired and cancelled are told apart inside', () => {
    expect(open(message, { atMs: NOW_MS, policy: policyOf(), contexts: contextSource([]) })).toMatchObject({
      code: 'peer.bad-context',
    });
    const expired = sampleContext({ expiresAtMs: NOW_MS - 1 });
    expect(openedBy(message, expired)).toMatchObject({ code: 'peer.context-expired' });
    const cancelled = sampleContext({ cancelledAtMs: NOW_MS - 1 });
    expect(openedBy(message, cancelled)).toMatchObject({ code: 'peer.bad-context' });
    expect(openedBy(message, sampleContext({ cancelledAtMs: NOW_MS + 1 }))).toMatchObject({ ok: true });
  });

  test('another generation is another context', () => {
    expect(openedBy(message, sampleContext({ version: '200502' }))).toMatchObject({ code: 'peer.bad-context' });
    expect(openedBy(message, sampleContext({ version: undefined }))).toMatchObject({
      ok: true,
      value: { version: '200512' },
    });
  });
});

describe('workspace', () => {
  test('answers own their octets unless borrowed', () => {
    const workspace = new Workspace();
    const contexts = contextSource([sampleContext()]);
    const first = sealed(sampleEnvelope('<m:One xmlns:m="urn:m"/>'), sampleRequest());
    const second = sealed(sampleEnvelope('<m:Two xmlns:m="urn:m"/>'), sampleRequest());
    const options = { atMs: NOW_MS, policy: policyOf(), contexts, workspace };
    const reply = open(first, options);
    if (!reply.ok) throw new Error(reply.code);
    const before = text(reply.value.body);
    expect(open(second, options)).toMatchObject({ ok: true });
    expect(text(reply.value.body)).toBe(before);
    expect(before).toContain('<m:One');
  });

  test('refuses the same way whatever it was used for before', () => {
    const workspace = new Workspace();
    const contexts = contextSource([sampleContext()]);
    const good = sealed(sampleEnvelope(), sampleRequest({ encrypt: 'body-and-signature' }));
    const bad = replaced(good, '<e:CipherValue>', '<e:CipherValue>AAAA');
    for (let round = 0; round < 3; round++) {
      expect(open(good, { atMs: NOW_MS, policy: policyOf(), contexts, workspace })).toMatchObject({ ok: true });
      expect(open(bad, { atMs: NOW_MS, policy: policyOf(), contexts, workspace })).toMatchObject({
        code: 'peer.decrypt-failed',
      });
    }
  });
});

test('opens ciphertext where intrinsics are frozen, and leaves what is said of errors as it was', () => {
  const message = sealed(sampleEnvelope(), sampleRequest({ encrypt: 'body' }));
  const opened = (): object => openedBy(message, sampleContext(), policyOf(), NOW_MS);
  const { stackTraceLimit } = Error;
  expect(opened()).toMatchObject({ ok: true });
  expect(Error.stackTraceLimit).toBe(stackTraceLimit);
  Object.defineProperty(Error, 'stackTraceLimit', { writable: false });
  try {
    expect(opened()).toMatchObject({ ok: true });
  } finally {
    Object.defineProperty(Error, 'stackTraceLimit', { writable: true });
  }
});
