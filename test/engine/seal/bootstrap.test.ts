// Messages that no context secures: signed with a certified key, secured by a session key, endorsed.
import { loadLibxml, localNameOf, scan, Tape, textOf, validate, wsSchemas } from '@parley/codec';
import { E, ELEMENT_WORDS } from '@parley/codec/internal';
import { algorithmSuite, DEFAULT_LIMITS, digestAlgorithm, type Secret } from '@parley/core';
import {
  decryptKey,
  digest,
  equalConstantTime,
  keyTransport,
  keyTransportAlgorithm,
  keyWrapAlgorithm,
  unwrapKey,
} from '@parley/core/internal';
import {
  type BootstrapSealRequest,
  type CertificateReference,
  createPool,
  EncryptedKey,
  type KeyRecipient,
  policyOf,
  type SealRequest,
  seal,
} from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { AUTHORITY, certificate, party } from '../../core/x509/issue.ts';
import {
  SOAP11,
  SOAP12,
  sampleEnvelope,
  sampleRandom,
  sampleRequest,
  sampleSecret,
  sealed,
  text,
} from '../support/sample.ts';
import {
  certificateRequest,
  encryptedKeyRequest,
  envelopeWithTokens,
  sampleKey,
  USERNAME_TOKEN,
} from '../support/sample-keys.ts';

const REFERENCES: readonly CertificateReference[] = [
  'direct',
  'pki-path',
  'embedded',
  'subject-key-identifier',
  'thumbprint',
  'issuer-serial',
];
const SHAPES = [
  { encrypt: 'none', order: 'sign-then-encrypt' },
  { encrypt: 'body', order: 'sign-then-encrypt' },
  { encrypt: 'body-and-signature', order: 'sign-then-encrypt' },
  { encrypt: 'body', order: 'encrypt-then-sign' },
  { encrypt: 'body-and-signature', order: 'encrypt-then-sign' },
] as const;
const SUITE = algorithmSuite('Basic256Sha256');
const { key } = sampleKey('alice', 'rsa');
const bob = sampleKey('bob', 'rsa');
const forBob = (reference: KeyRecipient['reference'] = 'thumbprint'): KeyRecipient => ({
  certificate: bob.certificate,
  reference,
});

/** Local names of the children of wsse:Security. */
function layout(message: Uint8Array): string[] {
  const tape = new Tape();
  scan(message, DEFAULT_LIMITS, tape);
  const names: string[] = [];
  for (let element = 0; element < tape.elementCount; element++) {
    const parent = tape.elements[element * ELEMENT_WORDS + E.parent]!;
    if (element > 0 && localNameOf(tape, parent) === 'Security') names.push(localNameOf(tape, element));
  }
  return names;
}

/** Octets of the first CipherValue: that of the EncryptedKey. */
function cipherValue(message: Uint8Array): Uint8Array {
  const tape = new Tape();
  scan(message, DEFAULT_LIMITS, tape);
  for (let element = 0; element < tape.elementCount; element++)
    if (localNameOf(tape, element) === 'CipherValue') return Buffer.from(textOf(tape, element), 'base64');
  throw new Error('no CipherValue');
}

function sameSecret(left: Secret, right: Secret): boolean {
  return left.lend((one) => right.lend((other) => equalConstantTime(one, other)));
}

describe('layout', () => {
  test.each([
    [SHAPES[0], ['Timestamp', 'BinarySecurityToken', 'Signature']],
    [SHAPES[1], ['Timestamp', 'BinarySecurityToken', 'EncryptedKey', 'Signature']],
    [SHAPES[2], ['Timestamp', 'BinarySecurityToken', 'EncryptedKey', 'EncryptedData']],
    [SHAPES[3], ['Timestamp', 'BinarySecurityToken', 'Signature', 'EncryptedKey']],
    [SHAPES[4], ['Timestamp', 'BinarySecurityToken', 'EncryptedKey', 'EncryptedData', 'ReferenceList']],
  ])('asymmetric, %j: decrypted where the EncryptedKey stands', (shape, expected) => {
    const recipient = shape.encrypt === 'none' ? {} : { recipient: forBob() };
    expect(layout(sealed(sampleEnvelope(), certificateRequest({ ...shape, ...recipient })))).toEqual(expected);
  });

  const [token, derived] = ['EncryptedKey', 'DerivedKeyToken'];
  test.each([
    [SHAPES[0], ['Timestamp', token, derived, 'Signature']],
    [SHAPES[1], ['Timestamp', token, derived, derived, 'ReferenceList', 'Signature']],
    [SHAPES[2], ['Timestamp', token, derived, derived, 'ReferenceList', 'EncryptedData']],
    [SHAPES[3], ['Timestamp', token, derived, derived, 'Signature', 'ReferenceList']],
    [SHAPES[4], ['Timestamp', token, derived, derived, 'ReferenceList', 'EncryptedData', 'ReferenceList']],
  ])('symmetric, %j', (shape, expected) => {
    const of = (changes: Parameters<typeof encryptedKeyRequest>[0]) =>
      layout(sealed(sampleEnvelope(), encryptedKeyRequest({ ...shape, ...changes })));
    expect(of({})).toEqual(expected);
    expect(of({ keys: 'direct' })).toEqual(expected.filter((name) => name !== derived));
    expect(of({ token: 'external' })).toEqual(expected.filter((name) => name !== token));
  });

  test.each([
    [SHAPES[1], ['Timestamp', 'BinarySecurityToken', 'ReferenceList', 'Signature', 'Signature']],
    [SHAPES[2], ['Timestamp', 'BinarySecurityToken', 'ReferenceList', 'EncryptedData', 'EncryptedData']],
    [SHAPES[3], ['Timestamp', 'BinarySecurityToken', 'Signature', 'Signature', 'ReferenceList']],
    [
      SHAPES[4],
      ['Timestamp', 'BinarySecurityToken', 'ReferenceList', 'EncryptedData', 'EncryptedData', 'ReferenceList'],
    ],
  ])('endorsed, %j', (shape, expected) => {
    const message = sealed(
      sampleEnvelope(),
      sampleRequest({ ...shape, keys: 'implied', token: 'external', endorse: { key, reference: 'direct' } }),
    );
    expect(layout(message)).toEqual(expected);
  });
});

describe.runIf(loadLibxml().available)('the schemas', () => {
  const schemas = wsSchemas('messages');
  const requests: BootstrapSealRequest[] = SHAPES.flatMap((shape) => [
    ...REFERENCES.map((reference) =>
      certificateRequest({
        ...shape,
        certificate: { key, reference },
        ...(shape.encrypt === 'none' ? {} : { recipient: forBob(reference === 'pki-path' ? 'direct' : reference) }),
      }),
    ),
    ...(['explicit', 'direct'] as const).flatMap((keys) =>
      (['attached', 'external'] as const).map((token) => encryptedKeyRequest({ ...shape, keys, token })),
    ),
  ]);
  for (const reference of REFERENCES.filter((one) => one !== 'embedded'))
    requests.push(certificateRequest({ certificate: { key, reference, signToken: 'str-transform' } }));
  const endorsed: SealRequest[] = SHAPES.flatMap((shape) =>
    REFERENCES.map((reference) => sampleRequest({ ...shape, endorse: { key, reference } })),
  );

  test.each([SOAP11, SOAP12])('describe what is written, %s', (soap) => {
    for (const request of [...requests, ...endorsed])
      expect(validate(sealed(sampleEnvelope(undefined, soap), request), schemas)).toEqual([]);
  });

  test.each(['rsa-1_5', 'rsa-oaep-mgf1p', 'rsa-oaep'] as const)('describe %s', (transport) => {
    const recipient = { ...forBob(), transport };
    const message = sealed(sampleEnvelope(), certificateRequest({ encrypt: 'body', recipient }));
    expect(validate(message, schemas)).toEqual([]);
  });
});

describe('a session key', () => {
  test.each(['rsa-1_5', 'rsa-oaep-mgf1p', 'rsa-oaep'] as const)('by %s is what its recipient finds', (transport) => {
    const options = { suite: SUITE, fillRandom: sampleRandom(3) };
    const encryptedKey = EncryptedKey.forRecipient({ ...forBob(), transport }, options);
    const encrypted = cipherValue(sealed(sampleEnvelope(), encryptedKeyRequest({ encryptedKey })));
    const found = decryptKey(keyTransport(keyTransportAlgorithm(transport)), bob.key.privateKey, encrypted, 32);
    expect(sameSecret(found, encryptedKey.secret)).toBe(true);
    expect(Buffer.from(encryptedKey.sha1)).toEqual(Buffer.from(digest(digestAlgorithm('sha1'), encrypted)));
  });

  test('under a shared secret is what the peer unwraps, by either name', () => {
    const shared = sampleSecret(40, 32);
    for (const name of [{ keyName: 'shared' }, { sha1: new Uint8Array(20) }]) {
      const secret = sampleSecret(7);
      const options = { suite: SUITE, secret, fillRandom: sampleRandom(3) };
      const encryptedKey = EncryptedKey.wrapped({ secret: shared, name }, options);
      const message = sealed(sampleEnvelope(), encryptedKeyRequest({ encryptedKey, encrypt: 'body' }));
      const found = shared.lend((octets) => unwrapKey(keyWrapAlgorithm('kw-aes256'), octets, cipherValue(message)));
      expect(sameSecret(found, secret)).toBe(true);
      expect(text(message)).toContain('keyName' in name ? '>shared</ds:KeyName>' : 'EncryptedKeySHA1');
    }
    expect(() =>
      EncryptedKey.wrapped(
        { secret: sampleSecret(0, 16), name: { keyName: '' } },
        { suite: SUITE, fillRandom: sampleRandom() },
      ),
    ).toThrow('caller.option-invalid');
  });

  test('is new in every message, and neither it nor plaintext is in one', () => {
    const once = (seed: number) =>
      sealed(
        sampleEnvelope('<x>canary</x>'),
        certificateRequest({ encrypt: 'body-and-signature', recipient: forBob(), fillRandom: sampleRandom(seed) }),
      );
    expect(once(1)).toEqual(once(1));
    expect(cipherValue(once(1))).not.toEqual(cipherValue(once(2)));
    expect(text(once(1))).not.toContain('canary');
  });

  test('prints its length only, and serves nothing once it is wiped', () => {
    const { encryptedKey } = encryptedKeyRequest();
    expect(`${encryptedKey}`).toBe('EncryptedKey(32 octets)');
    encryptedKey.wipe();
    expect(seal(sampleEnvelope(), encryptedKeyRequest({ encryptedKey }))).toMatchObject({
      ok: false,
      code: 'caller.context-unusable',
    });
  });

  test('for a key that is not RSA, too short, or a hash that the transport has not', () => {
    const make = (recipient: KeyRecipient) => () =>
      EncryptedKey.forRecipient(recipient, { suite: SUITE, fillRandom: sampleRandom() });
    const short = party('CN=short', 'rsa-1024');
    expect(make({ ...forBob(), certificate: sampleKey('bob', 'P-256').certificate })).toThrow('caller.keys-invalid');
    expect(make({ ...forBob(), certificate: certificate(short, short) })).toThrow('caller.keys-invalid');
    expect(make({ ...forBob(), transport: 'rsa-1_5', hash: 'sha256' })).toThrow('caller.option-invalid');
    expect(make({ ...forBob(), maskHash: 'sha256' })).toThrow('caller.option-invalid');
  });
});

describe('tokens that the envelope brings along', () => {
  const sign = { body: true, addressing: true, timestamp: true, tokens: true };

  test('are signed as they stand, with an Id', () => {
    const message = text(sealed(envelopeWithTokens(USERNAME_TOKEN), certificateRequest({ sign })));
    const id = /<o:UsernameToken [^>]*:Id="([^"]+)"/.exec(message)?.[1];
    expect(id).toBeDefined();
    expect(message).toContain(`<ds:Reference URI="#${id}">`);
    const unsigned = text(sealed(envelopeWithTokens(USERNAME_TOKEN), certificateRequest()));
    expect(unsigned).toContain(USERNAME_TOKEN);
  });

  test('are refused where there are none, or others', () => {
    const assertion = '<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a"/>';
    for (const envelope of [sampleEnvelope(), envelopeWithTokens(''), envelopeWithTokens(USERNAME_TOKEN + assertion)])
      expect(seal(envelope, sampleRequest({ sign }))).toMatchObject({ ok: false, code: 'caller.option-invalid' });
  });
});

describe('options that exclude each other', () => {
  const known = EncryptedKey.known(sampleSecret(), new Uint8Array(20));
  const wrongLength = EncryptedKey.known(sampleSecret(0, 24), new Uint8Array(20));
  const tooLong = EncryptedKey.known(sampleSecret(0, 64), new Uint8Array(20));
  const nobody = party('CN=nobody');
  const noIdentifier = {
    ...key,
    path: [certificate(nobody, nobody, { extensions: AUTHORITY })],
  } as unknown as typeof key;
  const refused: ReadonlyArray<readonly [what: string, request: BootstrapSealRequest | SealRequest]> = [
    ['keys of two sources', { ...sampleRequest(), ...certificateRequest() }],
    ['nobody to encrypt for', certificateRequest({ encrypt: 'body' })],
    ['a recipient and nothing to encrypt', certificateRequest({ recipient: forBob() })],
    [
      'a token to sign that is not there',
      certificateRequest({ certificate: { key, reference: 'thumbprint', signToken: true } }),
    ],
    ['an endorsing one likewise', sampleRequest({ endorse: { key, reference: 'embedded', signToken: true } })],
    [
      'a certificate without SubjectKeyIdentifier',
      certificateRequest({ certificate: { key: noIdentifier, reference: 'subject-key-identifier' } }),
    ],
    ['an EncryptedKey that nobody can read', encryptedKeyRequest({ encryptedKey: known })],
    ['implied keys', encryptedKeyRequest({ keys: 'implied' as 'explicit' })],
    [
      'a secret as key of a cipher of another length',
      encryptedKeyRequest({
        suite: 'Basic128',
        encryptedKey: wrongLength,
        token: 'external',
        keys: 'direct',
        encrypt: 'body',
      }),
    ],
    [
      'a secret too short for the suite',
      encryptedKeyRequest({ encryptedKey: wrongLength, token: 'external', keys: 'direct', encrypt: 'none' }),
    ],
    ['a secret too long', encryptedKeyRequest({ encryptedKey: tooLong, token: 'external' })],
    ['nothing to sign', certificateRequest({ sign: { body: false, addressing: false, timestamp: false } })],
    ['an unknown suite', certificateRequest({ suite: 'Basic512' as 'Basic256' })],
  ];
  test.each(refused)('%s', (_what, request) => {
    expect(seal(sampleEnvelope(), request)).toMatchObject({ ok: false, code: 'caller.option-invalid' });
  });

  test('an algorithm of another family, or none that we know', () => {
    const with_ = (algorithm: string) =>
      seal(sampleEnvelope(), certificateRequest({ certificate: { key, reference: 'direct', algorithm } }));
    expect(with_('ecdsa-sha256')).toMatchObject({ ok: false, code: 'caller.keys-invalid' });
    expect(with_('rsa-md5')).toMatchObject({
      ok: false,
      code: 'caller.option-invalid',
      detail: { option: 'certificate.algorithm', got: '"rsa-md5"' },
    });
  });

  test('an endorsement by the pool, whose workers have no private keys', async () => {
    const pool = createPool({ workers: 0, policy: policyOf(), contexts: { get: async () => undefined } });
    const { context, ...request } = sampleRequest({ endorse: { key, reference: 'direct' } });
    expect(await pool.seal(sampleEnvelope(), { ...request, identifier: context.identifier })).toMatchObject({
      ok: false,
      code: 'caller.option-invalid',
    });
    await pool.close();
  });
});
