// A pool with credentials answers what `open` and `seal` answer on one thread, for every kind of message.

import { splice } from '@parley/codec/internal';
import { contextSource, type Secret, Trust, type TrustOptions } from '@parley/core';
import {
  createPool,
  EncryptedKey,
  type OpenedMessage,
  open,
  type Pool,
  type PoolCredentials,
  type PoolSealRequest,
  policyOf,
  type SealRequest,
} from '@parley/engine';
import { afterEach, describe, expect, test } from 'vitest';
import { verdictOf } from '../../../../packages/engine/src/pool/transfer/verdict.ts';
import { structureChanges } from '../../attacks/structure.ts';
import {
  CONTEXT,
  CREDENTIALS,
  MESSAGE_KINDS,
  type MessageKind,
  POOL_CREDENTIALS,
} from '../../support/message-kinds.ts';
import { NOW_MS, replaced, sampleEnvelope, sampleRequest, sampleSecret, text } from '../../support/sample.ts';
import { secretHolder } from '../../support/sample-assertions.ts';
import { certificateRequest, encryptedKeyRequest, ROOT, sampleKey } from '../../support/sample-keys.ts';
import { alices, passwordRequest } from '../../support/username-message.ts';

const pools: Pool<OpenedMessage>[] = [];
const contexts = { get: async (name: string) => (name === CONTEXT.identifier ? CONTEXT : undefined) };

/** A pool that takes what `kind` is. */
function poolFor(
  { policy }: Pick<MessageKind, 'policy'>,
  workers: number,
  credentials: PoolCredentials = POOL_CREDENTIALS,
) {
  const pool = createPool({ workers, policy, contexts, credentials });
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

// Passwords stay with whoever has them.
const POOL_KINDS = MESSAGE_KINDS.filter(({ request }) => !('passwordKey' in request));

/** The kinds by policy: a pool has one. */
const BY_POLICY: readonly (readonly MessageKind[])[] = [...new Set(POOL_KINDS.map(policyText))].map((one) =>
  POOL_KINDS.filter((kind) => policyText(kind) === one),
);

describe.each([0, 2])('with %i workers', (workers) => {
  test('opens and verifies every kind as `open` does, valid or changed', async () => {
    let refused = 0;
    for (const kinds of BY_POLICY) {
      const { policy } = kinds[0]!;
      const messages = kinds.flatMap(({ message }, index) => [
        message,
        ...[...structureChanges(message)]
          .filter((_, number) => number % 97 === index)
          .map(({ patches }) => splice(message, patches)),
      ]);
      const expected = messages.map((message) =>
        open(message, { atMs: NOW_MS, policy, contexts: contextSource([CONTEXT]), credentials: CREDENTIALS }),
      );
      refused += expected.filter(({ ok }) => !ok).length;
      const pool = poolFor({ policy }, workers);
      const jobs = messages.map((message) => ({ message, atMs: NOW_MS }));
      expect(await pool.openBatch(jobs)).toEqual(expected);
      expect(await pool.verifyBatch(jobs)).toEqual(
        expected.map((reply) => (reply.ok ? { ok: true, value: verdictOf(reply.value) } : reply)),
      );
    }
    expect(refused).toBeGreaterThan(20);
  }, 60_000);

  test('seals every kind: it opens, and says the same as what `seal` makes', async () => {
    for (const kinds of BY_POLICY) {
      const pool = poolFor(kinds[0]!, workers);
      for (const { name, message, policy, request } of kinds) {
        if ('assertion' in request || 'passwordKey' in request) continue;
        const given = 'context' in request ? { ...request, identifier: request.context.identifier } : request;
        const sealed = await pool.seal(sampleEnvelope(), given);
        expect(sealed, name).toMatchObject({ ok: true });
        if (!sealed.ok) continue;
        const scope = { atMs: NOW_MS, policy, contexts: contextSource([CONTEXT]), credentials: CREDENTIALS };
        expect(meaning(open(sealed.value.octets, scope)), name).toEqual(meaning(open(message, scope)));
      }
    }
  }, 60_000);

  test('gives the secret that proved a message back to the caller, before the answer', async () => {
    const kept = new Map<string, Secret>();
    const keeping = {
      ...POOL_CREDENTIALS,
      keepEncryptedKey: (sha1: string, secret: Secret) => void kept.set(sha1, secret),
    };
    const pool = poolFor({ policy: policyOf('symmetric-x509') }, workers, keeping);
    const request = encryptedKeyRequest();
    const sealed = await pool.seal(sampleEnvelope(), request);
    if (!sealed.ok) throw new Error(sealed.code);
    const sha1 = Buffer.from(request.encryptedKey.sha1).toString('base64');
    const bad = replaced(sealed.value.octets, 'hällo', 'hallo');
    expect(await pool.open({ message: bad, atMs: NOW_MS })).toMatchObject({ code: 'peer.digest-mismatch' });
    expect(kept.size).toBe(0);
    expect(await pool.open({ message: sealed.value.octets, atMs: NOW_MS })).toMatchObject({ ok: true });
    expect([...kept.keys()]).toEqual([sha1]);
    expect(octetsOf(kept.get(sha1)!)).toEqual(octetsOf(request.encryptedKey.secret));
    // The answer is sealed with it, and known by it.
    const answer = await pool.seal(sampleEnvelope(), { ...request, token: 'external' });
    if (!answer.ok) throw new Error(answer.code);
    const asking = poolFor({ policy: policyOf('symmetric-x509-reply') }, workers, { encryptedKeys: kept });
    const job = { message: answer.value.octets, atMs: NOW_MS };
    expect(await asking.open(job)).toMatchObject({
      ok: true,
      value: { signed: [{ key: { sha1Base64: sha1 } }, {}, {}, {}, {}, {}] },
    });
    // Who forgets a key has forgotten it everywhere.
    kept.clear();
    expect(await asking.open(job)).toMatchObject({ code: 'peer.keyinfo-forbidden' });
  });

  test('answers as `open` does when the secret is not taken', async () => {
    const refusing = {
      ...POOL_CREDENTIALS,
      keepEncryptedKey: () => {
        throw new Error('no room');
      },
    };
    const pool = poolFor({ policy: policyOf('symmetric-x509') }, workers, refusing);
    const message = MESSAGE_KINDS.find(({ name }) => name.startsWith('session key; none'))!.message;
    const reply = open(message, {
      atMs: NOW_MS,
      policy: policyOf('symmetric-x509'),
      contexts: contextSource([]),
      credentials: { ...CREDENTIALS, keepEncryptedKey: refusing.keepEncryptedKey },
    });
    expect(await pool.open({ message, atMs: NOW_MS })).toEqual(reply);
    expect(reply).toMatchObject({ code: 'caller.callback-failed', detail: { callback: 'keepEncryptedKey' } });
    expect(reply).toHaveProperty('cause.message', 'no room');
  });

  test('refuses what only credentials could do', async () => {
    const { policy, message } = MESSAGE_KINDS.find(({ name }) => name.startsWith('certificate, direct; none'))!;
    const job = { message, atMs: NOW_MS };
    expect(await poolFor({ policy }, workers, {}).open(job)).toMatchObject({ code: 'peer.certificate-untrusted' });
    const stranger = { trust: { anchors: [sampleKey('bob', 'rsa').certificate], revocation: 'if-listed' } as const };
    expect(await poolFor({ policy }, workers, stranger).open(job)).toMatchObject({
      code: 'peer.certificate-untrusted',
    });
    // A key that was not given to the pool goes to no worker.
    const alien = sampleKey('mallory', 'rsa').key;
    const pool = poolFor({ policy }, workers);
    const refusal = { code: 'caller.option-invalid' };
    const certificate = { key: alien, reference: 'direct' } as const;
    expect(await pool.seal(sampleEnvelope(), certificateRequest({ certificate }))).toMatchObject(refusal);
    const endorse: PoolSealRequest = { ...requestOf(sampleRequest()), endorse: certificate };
    expect(await pool.seal(sampleEnvelope(), endorse)).toMatchObject({ ...refusal, detail: { option: 'endorse.key' } });
    for (const kept of [secretHolder(), passwordRequest(), { ...certificateRequest(), username: alices('text') }]) {
      expect(await pool.seal(sampleEnvelope(), kept as never)).toMatchObject(refusal);
    }
    // A request of two sources is refused by `seal` itself.
    const two = { ...encryptedKeyRequest(), identifier: CONTEXT.identifier };
    expect(await pool.seal(sampleEnvelope(), two)).toMatchObject(refusal);
    const wiped = EncryptedKey.known(sampleSecret(), new Uint8Array(20));
    wiped.wipe();
    const dead = encryptedKeyRequest({ encryptedKey: wiped, token: 'external' });
    expect(await pool.seal(sampleEnvelope(), dead)).toMatchObject({ ok: false });
  });
});

test("a policy that asks for passwords is no pool's", () => {
  for (const policy of [
    policyOf('username'),
    policyOf('username-transport'),
    policyOf('x509', { passwordTypes: ['text'] }),
  ]) {
    expect(() => poolFor({ policy }, 0)).toThrow(expect.objectContaining({ code: 'caller.option-invalid' }));
  }
});

test('what cannot go to a thread is refused; on the calling thread it can stay', async () => {
  const trust: TrustOptions = { anchors: [ROOT], revocation: 'if-listed', acceptsSubject: () => false };
  const { policy, message } = MESSAGE_KINDS.find(({ name }) => name.startsWith('certificate, direct; none'))!;
  expect(() => poolFor({ policy }, 1, { trust })).toThrow(expect.objectContaining({ code: 'caller.option-invalid' }));
  const inline = poolFor({ policy }, 0, { trust });
  expect(await inline.open({ message, atMs: NOW_MS })).toMatchObject({
    code: 'peer.certificate-untrusted',
    detail: { reason: 'subject' },
  });
  expect(() => new Trust({ anchors: [], subjects: ['?'] })).toThrow();
  expect(() => poolFor({ policy }, 1, { trust: { anchors: [], subjects: ['?'] } })).toThrow(
    expect.objectContaining({ code: 'caller.option-invalid' }),
  );
});

test('no private key and no secret lies in what crosses to a worker', async () => {
  const { portableCredentials } = await import('../../../../packages/engine/src/pool/transfer/portable-credentials.ts');
  const { portableSeal } = await import('../../../../packages/engine/src/pool/transfer/portable-seal.ts');
  const request = encryptedKeyRequest();
  const secrets = [octetsOf(request.encryptedKey.secret), Buffer.from(sampleKey('bob', 'rsa').privateKeyDer)];
  const crossing = Buffer.concat(
    [portableCredentials(POOL_CREDENTIALS, 1), portableSeal(request, [])].flatMap(octetStrings),
  );
  expect(crossing.length).toBeGreaterThan(1000);
  for (const secret of secrets) expect(crossing.includes(secret.subarray(-24))).toBe(false);
});

/** Every octet string in plain data; key objects have none. */
function octetStrings(value: unknown): Uint8Array[] {
  if (value instanceof Uint8Array) return [value];
  if (typeof value === 'string') return [Buffer.from(value, 'latin1'), Buffer.from(value, 'base64')];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(octetStrings) : [];
}

function octetsOf(secret: Secret): Buffer {
  return secret.lend((octets) => Buffer.from(octets));
}

/** Nonces, identifiers and ciphertexts differ from one sealing to the next; what is proved does not. */
function meaning(reply: ReturnType<typeof open>): unknown {
  if (!reply.ok) return reply;
  const { signed, encrypted, body, ...rest } = reply.value;
  const withoutIds = (octets: Uint8Array): string => text(octets).replaceAll(/ (u:)?Id="[^"]*"/gi, '');
  return {
    action: rest.action,
    identifier: rest.identifier,
    principal: rest.principal,
    body: withoutIds(body),
    signed: signed.map(({ algorithm, digest, key, localName, role }) => [
      algorithm,
      digest,
      key.source,
      localName,
      role,
    ]),
    encrypted: encrypted.map(({ cipher, key, localName, role, target }) => [
      cipher,
      key.source,
      localName,
      role,
      target,
    ]),
    values: rest.signatureValues.length,
  };
}

function requestOf({ context, ...request }: SealRequest): PoolSealRequest {
  return { ...request, identifier: context.identifier };
}

function policyText({ policy }: MessageKind): string {
  return JSON.stringify(policy);
}
