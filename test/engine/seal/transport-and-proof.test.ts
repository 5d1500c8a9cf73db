// The transport binding, a context proven beside a bootstrap, Ids that the caller chooses, and passwords that another judges.
import { contextSource } from '@parley/core';
import type { PasswordAttempt, TransportSealRequest } from '@parley/engine';
import { open, policyOf, seal } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import {
  NOW_MS,
  replaced,
  sampleContext,
  sampleEnvelope,
  sampleRandom,
  sampleRequest,
  sampleSecret,
  text,
} from '../support/sample.ts';
import { encryptedKeyRequest } from '../support/sample-keys.ts';

const ITEMS: Omit<TransportSealRequest, 'transport'> = {
  atMs: NOW_MS,
  timestampLifetimeMs: 300_000,
  fillRandom: sampleRandom(),
};

function granted(reply: ReturnType<typeof seal>): {
  readonly octets: Uint8Array;
  readonly signatureValues: readonly string[];
} {
  if (!reply.ok) throw new Error(`${reply.code} ${JSON.stringify(reply.detail)}`);
  return reply.value;
}

describe('the transport binding', () => {
  test('has a Timestamp and a UsernameToken, and proves its user', () => {
    const username = { username: 'alice', passwordType: 'text', password: sampleSecret(65, 8) } as const;
    const { octets, signatureValues } = granted(seal(sampleEnvelope(), { ...ITEMS, transport: true, username }));
    expect(signatureValues).toEqual([]);
    const policy = policyOf('username-transport');
    const passwords = new Map([['alice', sampleSecret(65, 8)]]);
    expect(
      open(octets, { atMs: NOW_MS, policy, contexts: contextSource([]), credentials: { passwords } }),
    ).toMatchObject({
      ok: true,
      value: { user: { username: 'alice', by: 'text' }, createdAtMs: NOW_MS },
    });
  });

  test('confirms what the request signed, or that it signed nothing', () => {
    for (const confirm of [[], ['c2lnbmF0dXJl', 'YW5vdGhlcg==']]) {
      const { octets } = granted(seal(sampleEnvelope(), { ...ITEMS, transport: true, confirm }));
      const policy = policyOf('transport', { requireSignatureConfirmation: true });
      const opened = (signatureValuesSent: readonly string[]) =>
        open(octets, { atMs: NOW_MS, policy, contexts: contextSource([]), signatureValuesSent });
      expect(opened(confirm)).toMatchObject({ ok: true, value: { signatureConfirmed: true } });
      expect(opened(['b3RoZXI='])).toMatchObject({ ok: false, code: 'peer.confirmation-mismatch' });
    }
  });

  // interop: Metro leaves the confirmation of an answer in the request that it sends next.
  test('answers for a confirmation beside a Timestamp that a context signs', () => {
    const context = sampleContext({ suite: 'Basic256' });
    const sign = { body: false, addressing: false, timestamp: true };
    const { octets } = granted(seal(sampleEnvelope(), sampleRequest({ context, sign })));
    const confirmation =
      '<c:SignatureConfirmation xmlns:c="http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"/>';
    const message = replaced(octets, '</o:Security>', `${confirmation}</o:Security>`);
    const outcome = (trustTransport: boolean, signatureValuesSent?: readonly string[]) => {
      const policy = policyOf('wcf-mixed', { trustTransport });
      return open(message, { atMs: NOW_MS, policy, contexts: contextSource([context]), signatureValuesSent });
    };
    expect(outcome(true)).toMatchObject({ ok: true, value: { signatureConfirmed: false } });
    expect(outcome(true, [])).toMatchObject({ ok: true, value: { signatureConfirmed: true } });
    expect(outcome(true, ['b3RoZXI='])).toMatchObject({ ok: false, code: 'peer.confirmation-mismatch' });
    const part = 'wsse11:SignatureConfirmation';
    expect(outcome(false)).toMatchObject({ ok: false, code: 'peer.coverage-missing', detail: { part } });
  });

  test.each<[string, Partial<TransportSealRequest>]>([
    ['a token to sign', { username: { username: 'a', passwordType: 'none', sign: true } }],
    ['a token to encrypt', { username: { username: 'a', passwordType: 'none', encrypt: true } }],
    ['an assertion to sign', { assertions: [{ octets: new Uint8Array(), sign: 'id' }] }],
    ['no lifetime', { timestampLifetimeMs: 0 }],
    ['a prefix of Ids that no Id begins with', { idPrefix: '1:' }],
  ])('has no key, and refuses %s', (_what, more) => {
    expect(seal(sampleEnvelope(), { ...ITEMS, transport: true, ...more })).toMatchObject({
      ok: false,
      code: 'caller.option-invalid',
    });
  });
});

describe.each(['none', 'body', 'body-and-signature'] as const)(
  'a context proven beside a bootstrap, encrypting %s',
  (encrypt) => {
    const context = sampleContext({ suite: 'Basic256' });
    const request = encryptedKeyRequest({ encrypt });
    const policy = policyOf('symmetric-x509', { signedBy: ['known-encrypted-key'], endorsedBy: ['context'] });
    const known = {
      encryptedKeys: new Map([
        [Buffer.from(request.encryptedKey.sha1).toString('base64'), request.encryptedKey.secret],
      ]),
    };
    const openedWith = (octets: Uint8Array, of = context) =>
      open(octets, { atMs: NOW_MS, policy, contexts: contextSource([of]), credentials: known });

    test.each([
      ['explicit', 'attached'],
      ['direct', 'external'],
    ] as const)('with %s keys and the token %s', (keys, token) => {
      const proveContext = { context, keys, token } as const;
      const { octets, signatureValues } = granted(
        seal(sampleEnvelope(), { ...request, token: 'external', proveContext }),
      );
      expect(signatureValues).toHaveLength(2);
      const reply = openedWith(octets);
      expect(reply).toMatchObject({ ok: true });
      const proven = reply.ok && reply.value.signed.filter(({ role }) => role === 'signature').map(({ key }) => key);
      expect(proven).toMatchObject([{ source: 'context', identifier: context.identifier }]);
      const thief = { ...context, keys: [{ ...context.keys[0]!, secret: sampleSecret(9) }] };
      expect(openedWith(octets, thief)).toMatchObject({ ok: false, code: 'peer.signature-invalid' });
    });

    test.each(
      (['sign-then-encrypt', 'encrypt-then-sign'] as const).flatMap((order) =>
        (['none', 'body', 'body-and-signature'] as const).map((encrypt) => [order, encrypt] as const),
      ),
    )('in the order %s, with %s encrypted', (order, encrypt) => {
      const proveContext = { context, keys: 'explicit', token: 'external' } as const;
      const { octets } = granted(
        seal(sampleEnvelope(), { ...request, order, encrypt, token: 'external', proveContext }),
      );
      const reply = openedWith(octets);
      expect(reply).toMatchObject({ ok: true });
      expect(reply.ok && reply.value.encrypted.length > 0).toBe(encrypt !== 'none');
    });

    test('is missed where it is not', () => {
      const { octets } = granted(seal(sampleEnvelope(), { ...request, token: 'external' }));
      expect(openedWith(octets).ok).toBe(false);
    });
  },
);

test('Ids begin as the caller wants, and a token keeps the Id by which its issuer knows it', () => {
  const octets = granted(
    seal(
      sampleEnvelope(),
      sampleRequest({ idPrefix: 'x9f-', tokenId: 'uuid-of-the-token', encrypt: 'body-and-signature' }),
    ),
  ).octets;
  const ids = [...text(octets).matchAll(/ (?:\w+:)?Id="([^"]*)"/g)].map(([, id]) => id!);
  expect(ids.length).toBeGreaterThan(8);
  expect(ids.filter((id) => !id.startsWith('x9f-'))).toEqual(['uuid-of-the-token']);
  const taken = text(sampleEnvelope()).replace(
    '<a:To>',
    '<a:To u:Id="t" xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd">',
  );
  expect(seal(new TextEncoder().encode(taken), sampleRequest({ tokenId: 't' }))).toMatchObject({
    ok: false,
    code: 'caller.input-invalid',
  });
});

test('references to a renewed context name its instance wherever the token is', () => {
  const { keys } = sampleContext();
  const context = sampleContext({ keys: [...keys, { ...keys[0]!, instance: 'urn:second', secret: sampleSecret(7) }] });
  for (const token of ['attached', 'external'] as const) {
    const octets = granted(seal(sampleEnvelope(), sampleRequest({ context, token }))).octets;
    expect(text(octets)).toMatch(/<o:Reference [^>]*c:Instance="urn:second"/);
    expect(open(octets, { atMs: NOW_MS, policy: policyOf(), contexts: contextSource([context]) })).toMatchObject({
      ok: true,
      value: { instance: 'urn:second' },
    });
  }
});

test('another may judge passwords, and is asked once the rest is right', () => {
  const asked: PasswordAttempt['kind'][] = [];
  const judge = (verdict: boolean) => (attempt: PasswordAttempt) => {
    asked.push(attempt.kind);
    return verdict;
  };
  for (const passwordType of ['text', 'digest'] as const) {
    const username = { username: 'alice', passwordType, password: sampleSecret(65, 8) } as const;
    const { octets } = granted(seal(sampleEnvelope(), { ...ITEMS, transport: true, username }));
    const policy = policyOf('username-transport');
    const opened = (verdict: boolean, atMs = NOW_MS) =>
      open(octets, { atMs, policy, contexts: contextSource([]), credentials: { authenticate: judge(verdict) } });
    expect(opened(true)).toMatchObject({ ok: true, value: { user: { username: 'alice', by: passwordType } } });
    expect(opened(false)).toMatchObject({ ok: false, code: 'peer.authentication-failed' });
    expect(opened(true, NOW_MS + 86_400_000)).toMatchObject({ ok: false, code: 'peer.timestamp-expired' });
  }
  expect(asked).toEqual(['text', 'text', 'digest', 'digest']);
});
