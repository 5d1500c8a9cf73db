// What `seal` makes with passwords, and that `open` reads all of it.
import { loadLibxml, validate, wsSchemas } from '@parley/codec';
import { contextSource, Trust } from '@parley/core';
import type { PolicyName } from '@parley/engine';
import {
  type BootstrapSealRequest,
  type Credentials,
  type OpenedMessage,
  open,
  type PolicyChanges,
  policyOf,
  type SealRequest,
  type SupportingUsername,
  seal,
} from '@parley/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { xmlText } from '../../codec/support/written-tree.ts';
import { NOW_MS, sampleContext, sampleEnvelope, sampleRequest, sealed, text } from '../support/sample.ts';
import { certificateRequest, encryptedKeyRequest, ROOT, sampleKey } from '../support/sample-keys.ts';
import { alices, PASSWORD, PASSWORDS, password, passwordRequest } from '../support/username-message.ts';

const trust = new Trust({ anchors: [ROOT], revocation: 'if-listed' });
const { key: bobsKey, certificate } = sampleKey('bob', 'rsa');
const bob = { certificate, reference: 'thumbprint' } as const;
const CREDENTIALS: Credentials = { ...PASSWORDS, trust, ownKeys: [bobsKey] };
const CONTEXT = sampleContext();

function openedAs(profile: PolicyName, message: Uint8Array, changes: PolicyChanges, atMs = NOW_MS): OpenedMessage {
  const reply = open(message, {
    atMs,
    policy: policyOf(profile, changes),
    contexts: contextSource([CONTEXT]),
    credentials: CREDENTIALS,
  });
  if (!reply.ok) throw new Error(`${reply.code} ${JSON.stringify(reply.detail)}`);
  return reply.value;
}

const isFirstOrder = { order: 'sign-then-encrypt' } as const;
const SHAPES = [
  { encrypt: 'none', ...isFirstOrder },
  { encrypt: 'body', ...isFirstOrder },
  { encrypt: 'body-and-signature', ...isFirstOrder },
  { encrypt: 'body', order: 'encrypt-then-sign' },
  { encrypt: 'body-and-signature', order: 'encrypt-then-sign' },
] as const;

describe('a supporting token', () => {
  type Shape = (typeof SHAPES)[number];
  const KINDS: readonly (readonly [
    name: string,
    profile: PolicyName,
    request: (changes: Partial<SealRequest>) => SealRequest | BootstrapSealRequest,
  ])[] = [
    ['context', 'strict', (changes) => sampleRequest({ context: CONTEXT, ...changes })],
    [
      'certificate',
      'x509',
      ({ username, encrypt, order }) => {
        const isEncrypting = encrypt !== 'none' || username?.encrypt === true;
        return certificateRequest({
          username: username!,
          encrypt: encrypt!,
          order: order!,
          ...(isEncrypting ? { recipient: bob } : {}),
        });
      },
    ],
    [
      'EncryptedKey',
      'symmetric-x509',
      ({ username, encrypt, order }) => encryptedKeyRequest({ username: username!, encrypt: encrypt!, order: order! }),
    ],
    [
      'password',
      'username',
      ({ username, encrypt, order }) => passwordRequest({ username: username!, encrypt: encrypt!, order: order! }),
    ],
  ];
  const types = ['none', 'text', 'digest'] as const;
  const rows = KINDS.flatMap(([name, profile, request]) =>
    SHAPES.flatMap((shape: Shape) =>
      types.flatMap((type) => [true, false].map((encrypt) => [name, profile, request, shape, type, encrypt] as const)),
    ),
  ).filter(([name, , , { encrypt, order }, , isEncrypted]) => {
    if (order === 'sign-then-encrypt') return true;
    // A list on either side of a signature in clear; and an EncryptedKey, which holds its list, above it.
    return name === 'certificate' ? false : encrypt === 'body-and-signature' || !isEncrypted;
  });

  test.each(rows)('%s, %s, %#: opened, and the user known', (_name, profile, request, shape, type, encrypt) => {
    const message = sealed(sampleEnvelope(), request({ ...shape, username: alices(type, { encrypt }) }));
    const hides = encrypt && type === 'text';
    if (hides) expect(text(message)).not.toContain('wörd');
    const changes = { passwordTypes: ['text', 'digest'], requireUser: type !== 'none' } as const;
    const { user, signed, encrypted } = openedAs(profile, message, changes);
    const byKey = profile === 'username' ? { username: 'alice', by: 'key' } : undefined;
    if (type === 'none') expect(user).toEqual(byKey === undefined ? undefined : expect.objectContaining(byKey));
    else expect(user).toMatchObject({ username: 'alice', by: type, signed: true });
    expect(
      signed.filter(({ role, localName }) => role === 'token' && /UsernameToken|EncryptedData/.test(localName)),
    ).toHaveLength(1);
    const isHidden = encrypted.some(({ localName }) => localName === 'UsernameToken');
    expect(isHidden).toBe(encrypt);
  });

  test('is not signed on request, and then taken only by a policy that says so', () => {
    for (const encrypt of [true, false]) {
      const message = sealed(
        sampleEnvelope(),
        sampleRequest({ context: CONTEXT, username: alices('text', { sign: false, encrypt }) }),
      );
      const types = { passwordTypes: ['text'] } as const;
      expect(() => openedAs('strict', message, types)).toThrow('peer.coverage-missing');
      const lax = { ...types, requireSignedUser: false, requireSignedEncryption: false };
      // T37: whoever may change the ciphertext is told nothing about what is in it.
      if (encrypt) expect(() => openedAs('strict', message, lax)).toThrow('peer.coverage-missing');
      else expect(openedAs('strict', message, lax).user).toMatchObject({ by: 'text', signed: false });
    }
    const username = alices('text', { sign: false });
    const beside = sealed(sampleEnvelope(), sampleRequest({ context: CONTEXT, username, encrypt: 'body' }));
    const user = openedAs('strict', beside, { passwordTypes: ['text'], requireSignedUser: false }).user;
    expect(user).toMatchObject({ by: 'text', signed: false });
  });

  test('any name and password go through', () => {
    const names = xmlText.filter((name) => name !== '' && !name.includes('\r'));
    fc.assert(
      fc.property(
        names,
        names,
        fc.constantFrom('text' as const, 'digest' as const),
        (username, secret, passwordType) => {
          const wish: SupportingUsername = { username, passwordType, password: password(secret) };
          const message = sealed(sampleEnvelope(), sampleRequest({ username: wish }));
          const openedWith = (known: string) =>
            open(message, {
              atMs: NOW_MS,
              policy: policyOf('strict', { passwordTypes: [passwordType] }),
              contexts: contextSource([CONTEXT]),
              credentials: { passwords: new Map([[username, password(known)]]) },
            });
          expect(openedWith(secret)).toMatchObject({ ok: true, value: { user: { username, by: passwordType } } });
          expect(openedWith(`${secret}!`)).toMatchObject({ code: 'peer.authentication-failed' });
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each(['none', 'body', 'body-and-signature'] as const)(
    'is encrypted and then signed as that, as WCF does it, and the Body with it: %s',
    (encrypt) => {
      for (const passwordType of ['text', 'digest'] as const)
        for (const confirm of [undefined, ['AAAA']]) {
          const username = alices(passwordType, { encrypt: true });
          const order = { order: 'encrypt-then-sign', tokenOrder: 'encrypt-then-sign' } as const;
          const message = sealed(
            sampleEnvelope(),
            sampleRequest({ context: CONTEXT, username, ...(confirm && { confirm }), ...order, encrypt }),
          );
          // One list of both, below the signature; above it, what hides that.
          const lists = ['<ds:Signature ', '<e:ReferenceList'];
          expect(text(message).match(/<e:ReferenceList|<ds:Signature /g)).toEqual(
            encrypt === 'body-and-signature' ? ['<e:ReferenceList', '<e:ReferenceList'] : lists,
          );
          expect(text(message)).not.toContain('UsernameToken');
          const opened = openedAs('strict', message, { passwordTypes: ['text', 'digest'], requireUser: true });
          expect(opened.user).toMatchObject({ username: 'alice', by: passwordType, signed: true });
          expect(opened.encrypted.map(({ role }) => role)).toContain('token');
          // Whoever changes the ciphertext changes what was signed.
          const changed = text(message).replace(
            /(<e:CipherValue>)(.)/g,
            (_, tag, first) => tag + (first === 'A' ? 'B' : 'A'),
          );
          expect(() => openedAs('strict', new TextEncoder().encode(changed), {})).toThrow('peer.');
        }
      // Beside a Body that is signed first, it is so, too.
      const username = alices('text', { encrypt: true });
      const request = sampleRequest({ context: CONTEXT, username, tokenOrder: 'encrypt-then-sign', encrypt });
      expect(seal(sampleEnvelope(), request)).toMatchObject({ code: 'caller.option-invalid' });
    },
  );

  test('is signed and then encrypted, beside a Body that was encrypted first: a list on each side of the signature', () => {
    const changes = {
      context: CONTEXT,
      username: alices('text', { encrypt: true }),
      order: 'encrypt-then-sign',
    } as const;
    for (const encrypt of ['none', 'body'] as const) {
      const message = sealed(sampleEnvelope(), sampleRequest({ ...changes, encrypt }));
      expect(text(message).match(/<e:ReferenceList|<ds:Signature /g)).toEqual(
        ['<e:ReferenceList', '<ds:Signature ', '<e:ReferenceList'].slice(0, encrypt === 'none' ? 2 : 3),
      );
      const opened = openedAs('strict', message, { passwordTypes: ['text'], requireUser: true });
      expect(opened.user).toMatchObject({ username: 'alice', by: 'text', signed: true });
      expect(opened.encrypted.map(({ role }) => role)).toEqual(encrypt === 'none' ? ['token'] : ['token', 'body']);
    }
    // The token and the Body would be under two session keys.
    const { key } = sampleKey('alice', 'rsa');
    const certificateToken = { key, reference: 'direct', algorithm: 'rsa-sha256' } as const;
    const request = certificateRequest({ ...changes, certificate: certificateToken, recipient: bob, encrypt: 'body' });
    expect(seal(sampleEnvelope(), request)).toMatchObject({ code: 'caller.option-invalid' });
  });
});

describe('a key made of a password', () => {
  test.each(SHAPES)('DerivedKeyTokens, %j', (shape) => {
    for (const signToken of [true, false]) {
      const message = sealed(sampleEnvelope(), passwordRequest({ ...shape, signToken }));
      const { user, signed, encrypted, body } = openedAs('username', message, {});
      expect(user).toEqual({ username: 'alice', by: 'key', signed: signToken, nonce: undefined });
      expect(text(body)).toContain('hällo');
      for (const { key } of [...signed, ...encrypted])
        expect(key).toMatchObject({ source: 'username', username: 'alice', derivation: [{ offsetBytes: 0 }] });
      expect(text(message)).not.toContain(PASSWORD);
    }
  });

  test.each(SHAPES)('the key itself, and a second one to encrypt with, %j', (shape) => {
    const request = passwordRequest({ ...shape, keys: 'direct', suite: 'Basic128Sha256' });
    const message = sealed(sampleEnvelope(), request);
    expect(text(message).match(/<o:UsernameToken /g)).toHaveLength(shape.encrypt === 'none' ? 1 : 2);
    const { signed, encrypted } = openedAs('username', message, {});
    for (const { key } of [...signed, ...encrypted])
      expect(key).toEqual({ source: 'username', username: 'alice', derivation: [] });
  });

  test('iterations are written, and count', () => {
    const request = passwordRequest({ passwordKey: { username: 'alice', password: password(), iterations: 2500 } });
    const message = sealed(sampleEnvelope(), request);
    expect(text(message)).toContain('>2500</k:Iteration>');
    expect(openedAs('username', message, {}).user).toMatchObject({ by: 'key' });
    expect(() => openedAs('username', message, { limits: { passwordIterationsMax: 2499 } })).toThrow('peer.dk-limit');
  });

  test.each([
    ['too few iterations', { passwordKey: { username: 'alice', password: password(), iterations: 999 } }],
    ['too many', { passwordKey: { username: 'alice', password: password(), iterations: 1_000_001 } }],
    ['half of one', { passwordKey: { username: 'alice', password: password(), iterations: 1000.5 } }],
    ['a cipher that wants 32 octets', { keys: 'direct', encrypt: 'body' }],
    ['implied derivations', { keys: 'implied' as 'direct' }],
    ['two users', { username: { username: 'bob', passwordType: 'none' } }],
    ['two sources of keys', { context: CONTEXT } as object],
  ] as const)('%s: refused', (_name, changes) => {
    expect(seal(sampleEnvelope(), passwordRequest(changes))).toMatchObject({ code: 'caller.option-invalid' });
  });
});

test.runIf(loadLibxml().available)('the schemas of the specifications describe them', () => {
  const messages = [
    ...(['none', 'text', 'digest'] as const).map((type) =>
      sealed(sampleEnvelope(), sampleRequest({ username: alices(type) })),
    ),
    sealed(sampleEnvelope(), passwordRequest({ encrypt: 'body' })),
    sealed(sampleEnvelope(), passwordRequest({ encrypt: 'body', keys: 'direct', suite: 'Basic128Sha256' })),
  ];
  for (const message of messages) expect(validate(message, wsSchemas('messages'))).toEqual([]);
});
