// What we seal with certificates and session keys, we open; and nobody else's.
import { algorithmSuite, contextSource, type Secret, Trust } from '@parley/core';
import type {
  BootstrapSealRequest,
  CertificateSealRequest,
  Credentials,
  PolicyChanges,
  PolicyName,
} from '@parley/engine';
import { EncryptedKey, open, policyOf, seal } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import {
  NOW_MS,
  replaced,
  sampleContext,
  sampleEnvelope,
  sampleRandom,
  sampleRequest,
  sampleSecret,
  sealed,
  text,
} from '../support/sample.ts';
import { certificateRequest, encryptedKeyRequest, ROOT, sampleKey } from '../support/sample-keys.ts';

const REFERENCES = ['direct', 'pki-path', 'subject-key-identifier', 'thumbprint', 'issuer-serial', 'embedded'] as const;
const ORDERS = ['sign-then-encrypt', 'encrypt-then-sign'] as const;

const alice = sampleKey('alice', 'rsa');
const bob = sampleKey('bob', 'rsa');

const trust = new Trust({ anchors: [ROOT], intermediates: [alice.certificate], revocation: 'if-listed' });
const CREDENTIALS: Credentials = { trust, ownKeys: [bob.key] };

function made(request: BootstrapSealRequest): Uint8Array {
  const reply = seal(sampleEnvelope(), request);
  if (!reply.ok) throw new Error(`${reply.code} ${JSON.stringify(reply.detail)}`);
  return reply.value.octets;
}

function opened(
  message: Uint8Array,
  profile: PolicyName,
  credentials: Credentials = CREDENTIALS,
  changes: PolicyChanges = {},
) {
  const policy = policyOf(profile, changes);
  return open(message, { atMs: NOW_MS, policy, contexts: contextSource([sampleContext()]), credentials });
}

function outcome(reply: ReturnType<typeof opened>): string {
  return reply.ok
    ? text(reply.value.body).replace(/^<s:Body[^>]*>|<\/s:Body>$/g, '')
    : `${reply.code} ${JSON.stringify(reply.detail)}`;
}

const PING = '<m:Ping xmlns:m="urn:m" note="&lt;&quot;">hällo &amp; co</m:Ping>';

describe('signed by #rsa-pss', () => {
  const parameters = (message: Uint8Array): string =>
    /<ds:SignatureMethod [^>]*#rsa-pss">(.*?)<\/ds:SignatureMethod>/.exec(text(message))![1]!;
  const by = (algorithm: string, changes: Partial<CertificateSealRequest> = {}): Uint8Array =>
    made(certificateRequest({ certificate: { key: alice.key, reference: 'direct', algorithm }, ...changes }));

  test('parameters are written where they are not the defaults', () => {
    expect(parameters(by('rsa-pss'))).toBe('');
    const digest = '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha512"></ds:DigestMethod>';
    expect(parameters(by('rsa-pss-sha512'))).toBe(
      `<pss:RSAPSSParams xmlns:pss="http://www.w3.org/2007/05/xmldsig-more#">${digest}` +
        `<pss:MaskGenerationFunction Algorithm="http://www.w3.org/2007/05/xmldsig-more#MGF1">${digest}` +
        '</pss:MaskGenerationFunction><pss:SaltLength>64</pss:SaltLength><pss:TrailerField>1</pss:TrailerField></pss:RSAPSSParams>',
    );
  });

  test.each(['rsa-pss', 'rsa-pss-sha384', 'rsa-pss-sha512'])(
    '%s: opens, and not with other parameters',
    (algorithm) => {
      const recipient = { certificate: bob.certificate, reference: 'thumbprint' } as const;
      for (const changes of [{}, { recipient, encrypt: 'body-and-signature' } as const]) {
        const reply = opened(by(algorithm, changes), 'x509');
        expect(outcome(reply)).toBe(PING);
        if (reply.ok) expect(new Set(reply.value.signed.map((part) => part.algorithm))).toEqual(new Set(['rsa-pss']));
      }
      if (algorithm === 'rsa-pss') return;
      const bare = text(by(algorithm)).replace(/<pss:RSAPSSParams.*?<\/pss:RSAPSSParams>/, '');
      expect(opened(new TextEncoder().encode(bare), 'x509')).toMatchObject({ code: 'peer.signature-invalid' });
    },
  );
});

describe.each(REFERENCES)('signed with a certificate, %s', (reference) => {
  const certificate: CertificateSealRequest['certificate'] = { key: alice.key, reference };

  test('opens, and says whose it is', () => {
    const reply = opened(made(certificateRequest({ certificate })), 'x509');
    expect(outcome(reply)).toBe(PING);
    if (!reply.ok) return;
    expect(reply.value.identifier).toBeUndefined();
    for (const { key } of reply.value.signed) {
      expect(key).toMatchObject({ source: 'certificate', subject: alice.certificate.subject.toString() });
    }
  });

  test.each(ORDERS)('encrypted for another as well, %s', (order) => {
    const recipient = { certificate: bob.certificate, reference: 'thumbprint' } as const;
    const message = made(certificateRequest({ certificate, recipient, encrypt: 'body', order }));
    expect(text(message)).not.toContain('llo &amp; co');
    expect(outcome(opened(message, 'x509'))).toBe(PING);
  });

  test('a changed Body, another clock, and a stranger are refused', () => {
    const message = made(certificateRequest({ certificate }));
    expect(opened(replaced(message, 'hällo', 'hallo'), 'x509')).toMatchObject({ code: 'peer.digest-mismatch' });
    const stranger = new Trust({
      anchors: [bob.certificate],
      intermediates: [alice.certificate],
      revocation: 'if-listed',
    });
    expect(opened(message, 'x509', { trust: stranger })).toMatchObject({ code: 'peer.certificate-untrusted' });
    expect(opened(message, 'strict').ok).toBe(false);
  });
});

describe.each(['explicit', 'direct'] as const)('secured by a session key, %s', (keys) => {
  test.each(['none', 'body', 'body-and-signature'] as const)('opens, encrypted: %s', (encrypt) => {
    const reply = opened(made(encryptedKeyRequest({ keys, encrypt })), 'symmetric-x509');
    expect(outcome(reply)).toBe(PING);
  });

  test('is kept for the answer, which names it by its SHA-1', () => {
    const request = encryptedKeyRequest({ keys });
    const kept = new Map<string, Secret>();
    const credentials: Credentials = {
      ...CREDENTIALS,
      keepEncryptedKey: (sha1, secret) => {
        kept.set(sha1, secret);
      },
    };
    expect(outcome(opened(made(request), 'symmetric-x509', credentials))).toBe(PING);
    const answer = made({ ...request, token: 'external' });
    expect(outcome(opened(answer, 'symmetric-x509-reply', { encryptedKeys: kept }))).toBe(PING);
    expect(opened(answer, 'symmetric-x509-reply', {}).ok).toBe(false);
  });

  test('is nothing without the private key', () => {
    const message = made(encryptedKeyRequest({ keys }));
    expect(opened(message, 'symmetric-x509', { ownKeys: [alice.key] }).ok).toBe(false);
    expect(opened(message, 'symmetric-x509', {}).ok).toBe(false);
  });
});

describe('endorsed with a certificate, within a context', () => {
  test.each(['none', 'body', 'body-and-signature'] as const)('opens, encrypted: %s', (encrypt) => {
    const endorse = { key: alice.key, reference: 'direct', algorithm: 'rsa-sha256' } as const;
    const message = sealed(sampleEnvelope(), sampleRequest({ endorse, encrypt }));
    const changes: PolicyChanges = { endorsedBy: ['certificate'], signatures: ['rsa-sha256'] };
    const reply = opened(message, 'strict', CREDENTIALS, changes);
    expect(outcome(reply)).toBe(PING);
    expect(opened(message, 'strict', {}, changes).ok).toBe(false);
    const bare = sealed(sampleEnvelope(), sampleRequest({ encrypt }));
    expect(opened(bare, 'strict', CREDENTIALS, changes)).toMatchObject({ code: 'peer.coverage-missing' });
  });
});

test('a session key wrapped under one that both sides know opens', () => {
  const wrapping = sampleSecret(30);
  const sha1 = new Uint8Array(20).fill(7);
  const encryptedKey = EncryptedKey.wrapped(
    { secret: wrapping, name: { sha1 }, algorithm: 'kw-aes256' },
    { suite: algorithmSuite('Basic256Sha256'), fillRandom: sampleRandom(3) },
  );
  const message = made(encryptedKeyRequest({ encryptedKey, encrypt: 'body' }));
  const credentials = { encryptedKeys: new Map([[Buffer.from(sha1).toString('base64'), wrapping]]) };
  const changes: PolicyChanges = { keyWraps: ['kw-aes256'] };
  expect(outcome(opened(message, 'symmetric-x509', credentials, changes))).toBe(PING);
  expect(opened(message, 'symmetric-x509', {}, changes)).toMatchObject({ code: 'peer.keyinfo-forbidden' });
});

test.each([
  ['Basic128Rsa15', 16],
  ['Basic192Rsa15', 24],
  ['Basic256Rsa15', 32],
] as const)('a policy says how long the keys of %s are, where no cipher does', (suite, rsa15KeyBytes) => {
  const encryptedKey = EncryptedKey.forRecipient(
    { certificate: bob.certificate, reference: 'thumbprint' },
    {
      suite: algorithmSuite(suite),
      secret: sampleSecret(9, rsa15KeyBytes),
      fillRandom: sampleRandom(3),
    },
  );
  const message = made(encryptedKeyRequest({ suite, encryptedKey, encrypt: 'body' }));
  const outcomeOf = (changes: PolicyChanges): string =>
    outcome(opened(message, 'symmetric-x509', CREDENTIALS, { keyTransports: ['rsa-1_5'], ...changes }));
  expect(outcomeOf({ rsa15KeyBytes })).toBe(PING);
  for (const other of [16, 24, 32]) {
    if (other !== rsa15KeyBytes) expect(outcomeOf({ rsa15KeyBytes: other })).toBe('peer.signature-invalid {}');
  }
  expect(outcomeOf({})).toBe(rsa15KeyBytes === 32 ? PING : 'peer.signature-invalid {}');
});
