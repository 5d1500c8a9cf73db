/** A message of every kind that `seal` makes, with what opens it. */
import { algorithmSuite, type Secret, type SecurityContext, Trust } from '@parley/core';
import type { PolicyName } from '@parley/engine';
import {
  type BootstrapSealRequest,
  type Credentials,
  EncryptedKey,
  type Policy,
  type PoolCredentials,
  policyOf,
  type SealRequest,
} from '@parley/engine';
import { sampleContext, sampleEnvelope, sampleRandom, sampleRequest, sampleSecret, sealed } from './sample.ts';
import { certificateHolder, ISSUER, issuerTrust, secretHolder } from './sample-assertions.ts';
import { certificateRequest, encryptedKeyRequest, ROOT, sampleKey } from './sample-keys.ts';
import { PASSWORDS, passwordRequest } from './username-message.ts';

export interface MessageKind {
  readonly name: string;
  readonly request: SealRequest | BootstrapSealRequest;
  readonly message: Uint8Array;
  readonly policy: Policy;
}

const alice = sampleKey('alice', 'rsa');
const bob = sampleKey('bob', 'rsa');
const NAMINGS = ['direct', 'pki-path', 'embedded', 'subject-key-identifier', 'thumbprint', 'issuer-serial'] as const;
const SHAPES = [
  { encrypt: 'none', order: 'sign-then-encrypt' },
  { encrypt: 'body', order: 'sign-then-encrypt' },
  { encrypt: 'body-and-signature', order: 'sign-then-encrypt' },
  { encrypt: 'body', order: 'encrypt-then-sign' },
] as const;
const ACTION = [{ namespace: 'http://www.w3.org/2005/08/addressing', localName: 'Action' }];

export const CONTEXT: SecurityContext = sampleContext();

/** A secret that both sides have. */
const WRAPPING: Secret = sampleSecret(77);
const WRAPPING_SHA1 = new Uint8Array(20).fill(9);
const known = EncryptedKey.known(sampleSecret(50), new Uint8Array(20).fill(7));

/** Opens every kind, on a pool too. */
export const POOL_CREDENTIALS = {
  trust: { anchors: [ROOT], intermediates: [alice.certificate], revocation: 'if-listed' },
  ownKeys: [alice.key, bob.key],
  encryptedKeys: new Map([
    [base64(known.sha1), known.secret],
    [base64(WRAPPING_SHA1), WRAPPING],
  ]),
  assertionIssuers: [
    { name: ISSUER, trust: { anchors: [sampleKey('sts', 'rsa').certificate], revocation: 'if-listed' } },
  ],
} as const satisfies PoolCredentials;

export const CREDENTIALS: Credentials = {
  ...POOL_CREDENTIALS,
  ...PASSWORDS,
  trust: new Trust(POOL_CREDENTIALS.trust),
  assertionIssuers: [{ name: ISSUER, trust: issuerTrust() }],
};

const recipient = { certificate: bob.certificate, reference: 'thumbprint' } as const;
const ENDORSE = { key: alice.key, reference: 'direct', algorithm: 'rsa-sha256' } as const;
const HIDDEN = { ...ENDORSE, signToken: true, encryptToken: true } as const;
const ENDORSED = { endorsedBy: ['certificate'], signatures: ['rsa-sha256'] } as const;

export const MESSAGE_KINDS: readonly MessageKind[] = [
  ...SHAPES.flatMap((shape) => [
    ...(['explicit', 'implied'] as const).map((keys) => kind('context', sampleRequest({ ...shape, keys }), 'strict')),
    kind('context, endorsed', sampleRequest({ ...shape, endorse: ENDORSE }), 'strict', ENDORSED),
    kind('context, header encrypted', sampleRequest({ ...shape, encryptHeaders: ACTION }), 'strict'),
    kind('session key', encryptedKeyRequest(shape), 'symmetric-x509'),
    kind(
      'session key of before',
      encryptedKeyRequest({ ...shape, encryptedKey: known, token: 'external' }),
      'symmetric-x509-reply',
    ),
    kind('session key, endorsed', encryptedKeyRequest({ ...shape, endorse: ENDORSE }), 'symmetric-x509', ENDORSED),
    kind('session key, wrapped', encryptedKeyRequest({ ...shape, encryptedKey: wrapped() }), 'symmetric-x509', {
      keyWraps: ['kw-aes256'],
    }),
    kind('password', passwordRequest(shape), 'username'),
    kind('assertion, secret', secretHolder({}, shape), 'saml'),
    kind(
      'assertion, private key',
      certificateHolder({}, { ...shape, ...(shape.encrypt === 'none' ? {} : { recipient }) }),
      'saml',
    ),
  ]),
  ...(['none', 'body', 'body-and-signature'] as const).flatMap((encrypt) => [
    kind('certificate, token encrypted', certificateRequest({ encrypt, certificate: HIDDEN, recipient }), 'x509'),
    kind('context, endorsed, token encrypted', sampleRequest({ encrypt, endorse: HIDDEN }), 'strict', ENDORSED),
  ]),
  kind('context', sampleRequest({ keys: 'direct', token: 'external' }), 'strict'),
  kind('context, confirming', sampleRequest({ confirm: ['YQ=='], encrypt: 'body-and-signature' }), 'strict'),
  ...NAMINGS.flatMap((reference) => [
    ...(['none', 'body', 'body-and-signature'] as const).map((encrypt) =>
      kind(
        `certificate, ${reference}`,
        certificateRequest({
          certificate: { key: alice.key, reference },
          encrypt,
          ...(encrypt === 'none' ? {} : { recipient }),
        }),
        'x509',
      ),
    ),
    ...(reference === 'embedded'
      ? []
      : [
          kind(
            `certificate, ${reference}, token signed`,
            certificateRequest({ certificate: { key: alice.key, reference, signToken: 'str-transform' } }),
            'x509',
            { allowTokenTransform: true },
          ),
        ]),
  ]),
];

function kind(
  name: string,
  request: SealRequest | BootstrapSealRequest,
  profile: PolicyName,
  changes: Parameters<typeof policyOf>[1] = {},
): MessageKind {
  const policy = policyOf(profile, changes);
  const { encrypt, order } = request;
  return {
    name: `${name}; ${encrypt}, ${order}${'keys' in request ? `, ${request.keys}` : ''}`,
    request,
    message: sealed(sampleEnvelope(), request),
    policy,
  };
}

function wrapped(): EncryptedKey {
  return EncryptedKey.wrapped(
    { secret: WRAPPING, name: { sha1: WRAPPING_SHA1 }, algorithm: 'kw-aes256' },
    { suite: algorithmSuite('Basic256Sha256'), fillRandom: sampleRandom(6) },
  );
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64');
}
