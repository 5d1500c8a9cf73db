// SAML assertions there and back: every version, confirmation, kind of key, reference and way to sign the assertion.
import { contextSource, type SamlVersion } from '@parley/core';
import { type AssertionToken, type OpenedMessage, open, type Policy, policyOf, seal } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { NOW_MS, sampleContext, sampleEnvelope, sampleRequest, sealed, text } from '../support/sample.ts';
import {
  BEARER_POLICY,
  certificateHolder,
  ISSUER,
  openedWith,
  sampleAssertion,
  sampleCredentials,
  secretHolder,
} from '../support/sample-assertions.ts';
import { certificateRequest, sampleKey } from '../support/sample-keys.ts';

const VERSIONS: readonly SamlVersion[] = ['1.1', '2.0'];
const REFERENCES = ['key-identifier', 'direct'] as const;
const SIGNS = [undefined, 'id', 'str-transform'] as const;

const FORMS = VERSIONS.flatMap((version) =>
  REFERENCES.flatMap((reference) => SIGNS.map((sign) => ({ version, reference, sign }))),
);

function tokenOf(octets: Uint8Array, form: (typeof FORMS)[number]): AssertionToken {
  const { reference, sign } = form;
  return sign === undefined ? { octets, reference } : { octets, reference, sign };
}

function opened(message: Uint8Array): OpenedMessage {
  const reply = openedWith(message);
  if (!reply.ok) throw new Error(`${reply.code} ${JSON.stringify(reply.detail)}`);
  return reply.value;
}

function requireReported({ assertions }: OpenedMessage, octets: Uint8Array, version: SamlVersion): void {
  expect(assertions).toHaveLength(1);
  const [assertion] = assertions;
  expect(assertion).toMatchObject({ version, id: '_a1', issuer: ISSUER, subject: { name: 'alice@example.org' } });
  expect(assertion!.attributes).toEqual([
    { name: 'role', namespace: 'urn:example:claims', values: ['admin', 'a & b'] },
  ]);
  // What we write is canonical as written, so what was verified is what was issued, without its Signature.
  expect(text(assertion!.bytes)).toBe(text(octets).replace(/<ds:Signature .*?<\/ds:Signature>/, ''));
}

describe.each(FORMS)('SAML $version, $reference, signed: $sign', (form) => {
  const { version, sign } = form;

  test('holder of a private key', () => {
    const request = certificateHolder({ version });
    const token = tokenOf(request.assertion.octets, form);
    const message = opened(sealed(sampleEnvelope(), { ...request, assertion: token }));
    requireReported(message, token.octets, version);
    expect(message.assertions[0]).toMatchObject({ confirmation: 'holder-of-key' });
    expect(message.signed[0]!.key).toEqual({ source: 'saml', assertionId: '_a1', derivation: [] });
    expect(message.signed.some(({ localName }) => localName === 'Assertion')).toBe(sign !== undefined);
  });

  test.each(['explicit', 'direct'] as const)('holder of a secret, keys %s', (keys) => {
    const request = secretHolder({ version }, { keys });
    const token = tokenOf(request.assertion.octets, form);
    const message = opened(sealed(sampleEnvelope(), { ...request, assertion: token }));
    requireReported(message, token.octets, version);
    expect(message.signed[0]!.key).toMatchObject({ source: 'saml', assertionId: '_a1' });
  });

  test('bearer', () => {
    const octets = sampleAssertion({ version });
    const message = sealed(sampleEnvelope(), certificateRequest({ assertions: [tokenOf(octets, form)] }));
    const reply = openedWith(message, BEARER_POLICY);
    expect(reply.ok ? 'ok' : reply.code).toBe(sign === undefined ? 'peer.coverage-missing' : 'ok');
    if (reply.ok) {
      requireReported(reply.value, octets, version);
      expect(reply.value.assertions[0]).toMatchObject({ confirmation: 'bearer' });
      expect(reply.value.signed[0]!.key.source).toBe('certificate');
    }
  });

  test('endorsing: the holder signs the signature of a context', () => {
    const { assertion, proof } = certificateHolder({ version });
    const token = tokenOf(assertion.octets, form);
    const message = sealed(sampleEnvelope(), sampleRequest({ endorse: { assertion: token, proof } }));
    const policy = policyOf('saml', { signedBy: ['context'], endorsedBy: ['saml'] });
    const reply = openedWithContext(message, policy);
    expect(reply.identifier).toBe(sampleContext().identifier);
    requireReported(reply, token.octets, version);
  });
});

describe('encrypted', () => {
  const recipient = { certificate: sampleKey('bob', 'rsa').certificate, reference: 'thumbprint' } as const;
  const shapes = [
    { encrypt: 'none', order: 'sign-then-encrypt' },
    { encrypt: 'body', order: 'sign-then-encrypt' },
    { encrypt: 'body-and-signature', order: 'sign-then-encrypt' },
    { encrypt: 'body', order: 'encrypt-then-sign' },
    { encrypt: 'body-and-signature', order: 'encrypt-then-sign' },
  ] as const;

  test.each(shapes)('a bearer assertion, signed before: %o', (shape) => {
    const octets = sampleAssertion();
    const assertions = [{ octets, sign: 'id', encrypt: true }] as const;
    const message = sealed(sampleEnvelope(), certificateRequest({ ...shape, recipient, assertions }));
    expect(text(message)).not.toContain('alice@example.org');
    const reply = openedWith(message, BEARER_POLICY);
    if (!reply.ok) throw new Error(`${reply.code} ${JSON.stringify(reply.detail)}`);
    requireReported(reply.value, octets, '2.0');
    expect(reply.value.encrypted).toContainEqual(expect.objectContaining({ role: 'token', localName: 'Assertion' }));
    expect(reply.value.signed).toContainEqual(expect.objectContaining({ role: 'token', localName: 'Assertion' }));
  });

  test('in a message of a context', () => {
    const assertions = [{ octets: sampleAssertion(), sign: 'id', encrypt: true }] as const;
    const message = sealed(sampleEnvelope(), sampleRequest({ encrypt: 'body', assertions }));
    const policy = policyOf('strict', {
      confirmations: ['bearer'],
      requireAssertion: true,
      signatures: ['rsa-sha256'],
    });
    expect(openedWithContext(message, policy).assertions).toMatchObject([{ confirmation: 'bearer' }]);
  });

  const unsigned = text(sampleAssertion());
  test.each([
    ['one that names the key', () => secretHolder({}, {}), (token: AssertionToken) => ({ assertion: token })],
    [
      'by STR-Transform',
      () => certificateRequest({ recipient }),
      (token: AssertionToken) => ({ assertions: [{ ...token, sign: 'str-transform' }] }),
    ],
    ['nobody to encrypt for', () => certificateRequest(), (token: AssertionToken) => ({ assertions: [token] })],
  ] as const)('refused: %s', (_name, request, change) => {
    const token = { octets: sampleAssertion(), encrypt: true } as const;
    const reply = seal(sampleEnvelope(), { ...request(), ...change(token) } as never);
    expect(reply).toMatchObject({ ok: false, code: 'caller.option-invalid' });
  });

  // Alone it says nothing of this prefix, and so takes what its surroundings say.
  test('refused: one that means something else elsewhere', () => {
    const listed = unsigned.replace(
      /(<[\w:]*Transform Algorithm="[^"]*xml-exc-c14n#">)(<\/[\w:]*Transform>)/,
      '$1<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="u"></ec:InclusiveNamespaces>$2',
    );
    expect(listed).not.toBe(unsigned);
    const assertions = [{ octets: new TextEncoder().encode(listed), encrypt: true }];
    const reply = seal(sampleEnvelope(), certificateRequest({ recipient, assertions }));
    expect(reply).toMatchObject({ ok: false, code: 'caller.input-invalid' });
  });
});

function openedWithContext(message: Uint8Array, policy: Policy): OpenedMessage {
  const contexts = contextSource([sampleContext()]);
  const reply = open(message, { atMs: NOW_MS, policy, contexts, credentials: sampleCredentials() });
  if (!reply.ok) throw new Error(`${reply.code} ${JSON.stringify(reply.detail)}`);
  return reply.value;
}
