// What may be seen once: refused by `open` itself with a memory, and otherwise told.
import { MemoryReplayCache } from '@parley/conversation';
import { contextSource, Trust } from '@parley/core';
import type { PolicyName } from '@parley/engine';
import {
  type Credentials,
  type OpenRequest,
  open,
  type PolicyChanges,
  policyOf,
  type ReplayMemory,
  replayEntries,
  type SealRequest,
} from '@parley/engine';
import { describe, expect, test } from 'vitest';
import {
  NOW_MS,
  replaced,
  sampleContext,
  sampleEnvelope,
  sampleRandom,
  sampleRequest,
  sealed,
  text,
} from '../support/sample.ts';
import { certificateRequest, ROOT, sampleKey } from '../support/sample-keys.ts';
import { alices, PASSWORDS, passwordRequest } from '../support/username-message.ts';

const trust = new Trust({ anchors: [ROOT], revocation: 'if-listed' });
const bob = sampleKey('bob', 'rsa');
const CREDENTIALS: Credentials = { ...PASSWORDS, trust, ownKeys: [bob.key] };
const recipient = { certificate: bob.certificate, reference: 'thumbprint' } as const;
const MINUTE_MS = 60_000;

function codeOf(message: Uint8Array, replays: ReplayMemory | undefined, changes: Partial<OpenRequest> = {}): string {
  const reply = open(message, {
    atMs: NOW_MS,
    policy: policyOf(),
    contexts: contextSource([sampleContext()]),
    credentials: CREDENTIALS,
    replays,
    ...changes,
  });
  return reply.ok ? 'ok' : reply.code;
}

/** Says what it was asked. */
class Recorder implements ReplayMemory {
  readonly keys: string[] = [];
  readonly untilsMs: number[] = [];
  readonly #cache = new MemoryReplayCache();

  insertIfAbsent(scope: string, key: string, untilMs: number, nowMs: number): boolean {
    this.keys.push(`${scope}|${key}`);
    this.untilsMs.push(untilMs);
    return this.#cache.insertIfAbsent(scope, key, untilMs, nowMs);
  }
}

/** Another last character of the first CipherValue that decodes to other octets. */
function withOtherCiphertext(message: Uint8Array, flip: number, last = false): Uint8Array {
  const all = [...text(message).matchAll(/CipherValue>([^<]+)</g)];
  const value = all.at(last ? -1 : 0)![1]!;
  const octets = Buffer.from(value, 'base64');
  const at = octets.length - 17 - flip;
  octets[at] = octets[at]! ^ 0xff;
  return replaced(message, value, octets.toString('base64'));
}

describe('with a memory', () => {
  const policies: readonly (readonly [
    name: string,
    message: () => Uint8Array,
    profile: PolicyName,
    changes: PolicyChanges,
  ])[] = [
    ['a context', () => sealed(sampleEnvelope(), sampleRequest()), 'strict', {}],
    ['a context, encrypted', () => sealed(sampleEnvelope(), sampleRequest({ encrypt: 'body' })), 'strict', {}],
    [
      'a context, signature encrypted',
      () => sealed(sampleEnvelope(), sampleRequest({ encrypt: 'body-and-signature' })),
      'strict',
      {},
    ],
    ['a certificate', () => sealed(sampleEnvelope(), certificateRequest()), 'x509', {}],
    [
      'a certificate, encrypted',
      () => sealed(sampleEnvelope(), certificateRequest({ recipient, encrypt: 'body' })),
      'x509',
      {},
    ],
    ['a password', () => sealed(sampleEnvelope(), passwordRequest({ encrypt: 'body' })), 'username', {}],
    [
      'a digest',
      () => sealed(sampleEnvelope(), certificateRequest({ username: alices('digest') })),
      'x509',
      { passwordTypes: ['digest'] },
    ],
  ];

  test.each(policies)('T57: %s: once', (_name, message, profile, changes) => {
    const replays = new MemoryReplayCache();
    const request = { policy: policyOf(profile, changes) };
    const octets = message();
    expect(codeOf(octets, replays, request)).toBe('ok');
    expect(codeOf(octets, replays, request)).toBe('peer.replay');
    expect(codeOf(octets, undefined, request)).toBe('ok');
    // The window ends where the Timestamp refuses.
    const later = { ...request, atMs: NOW_MS + 10 * MINUTE_MS - 1 };
    expect(codeOf(octets, replays, later)).toBe('peer.replay');
    expect(codeOf(octets, replays, { ...later, atMs: NOW_MS + 10 * MINUTE_MS })).toBe('peer.timestamp-expired');
  });

  test('T57: of 32 at once, one', () => {
    const replays = new MemoryReplayCache();
    const message = sealed(sampleEnvelope(), sampleRequest({ encrypt: 'body' }));
    const codes = Array.from({ length: 32 }, () => codeOf(message, replays));
    expect(codes.filter((code) => code === 'ok')).toHaveLength(1);
    expect(new Set(codes.slice(1))).toEqual(new Set(['peer.replay']));
  });

  test('T57: one MessageID in two messages, and one in two contexts', () => {
    const replays = new MemoryReplayCache();
    const other = sampleContext({ identifier: 'urn:uuid:00000000-0000-4000-8000-000000000002' });
    const contexts = contextSource([sampleContext(), other]);
    expect(codeOf(sealed(sampleEnvelope(), sampleRequest()), replays, { contexts })).toBe('ok');
    const same = sealed(sampleEnvelope('<other/>'), sampleRequest({ fillRandom: sampleRandom(9) }));
    expect(codeOf(same, replays, { contexts })).toBe('peer.replay');
    expect(codeOf(sealed(sampleEnvelope(), sampleRequest({ context: other })), replays, { contexts })).toBe('ok');
  });

  test('T57: one nonce, signed by two senders', () => {
    const replays = new MemoryReplayCache();
    const request = { policy: policyOf('x509', { passwordTypes: ['digest'] }) };
    const signedBy = (name: string, seed = 3): Uint8Array => {
      const certificate = { key: sampleKey(name, 'rsa').key, reference: 'direct' } as const;
      return sealed(
        sampleEnvelope(),
        certificateRequest({ certificate, username: alices('digest'), fillRandom: sampleRandom(seed) }),
      );
    };
    expect(codeOf(signedBy('alice'), replays, request)).toBe('ok');
    expect(codeOf(signedBy('carol'), replays, request)).toBe('peer.replay');
    expect(codeOf(signedBy('carol', 4), replays, request)).toBe('ok');
  });

  test('repeated nonces of DerivedKeyTokens are no replays', () => {
    const replays = new MemoryReplayCache();
    for (const id of ['8', '9', '10']) {
      const envelope = replaced(sampleEnvelope(), 'urn:uuid:7', `urn:uuid:${id}`);
      expect(codeOf(sealed(envelope, sampleRequest({ encrypt: 'body' })), replays)).toBe('ok');
    }
  });

  test('T57: what is not proven is not remembered, and a full memory refuses', () => {
    const replays = new Recorder();
    const message = sealed(sampleEnvelope(), sampleRequest());
    expect(codeOf(replaced(message, 'hällo', 'hallo'), replays)).toBe('peer.digest-mismatch');
    expect(codeOf(replaced(message, 'ds:SignatureValue>', 'ds:SignatureValue>AAAA'), replays)).toBe(
      'peer.signature-invalid',
    );
    expect(codeOf(message, replays, { atMs: NOW_MS + 30 * MINUTE_MS })).toBe('peer.timestamp-expired');
    const wrong = sealed(sampleEnvelope(), sampleRequest({ username: alices('text') }));
    const judging = { policy: policyOf('strict', { passwordTypes: ['digest'] }) };
    expect(codeOf(wrong, replays, judging)).toBe('peer.authentication-failed');
    expect(replays.keys).toEqual([]);
    expect(codeOf(message, new MemoryReplayCache({ entriesMax: 0 }))).toBe('internal.quota');
  });

  test('an entry for the message, and one for the nonce; without a memory they are told', () => {
    const replays = new Recorder();
    const message = sealed(sampleEnvelope(), sampleRequest({ username: alices('digest') }));
    const request: OpenRequest = {
      atMs: NOW_MS,
      policy: policyOf('strict', { passwordTypes: ['digest'] }),
      contexts: contextSource([sampleContext()]),
      credentials: CREDENTIALS,
      replays,
    };
    const reply = open(message, request);
    if (!reply.ok) throw new Error(reply.code);
    const entries = replayEntries(reply.value);
    expect(replays.keys).toEqual(entries.map(({ scope, key }) => `${scope}|${key}`));
    expect(replays.untilsMs).toEqual(entries.map(({ untilMs }) => untilMs));
    expect(entries).toHaveLength(2);
    expect(entries[0]).toMatchObject({ scope: sampleContext().identifier, key: 'urn:uuid:7' });
  });
});

describe('T37: what CBC hides behind a signature in clear', () => {
  const cbc = { encrypt: 'body', suite: 'Basic256' } as const;

  test('T37: a captured signature is good for one answer, whatever ciphertext it comes with', () => {
    const message = sealed(sampleEnvelope(), sampleRequest(cbc));
    const replays = new Recorder();
    const probes = Array.from({ length: 20 }, (_, flip) => withOtherCiphertext(message, flip));
    expect(probes.map((probe) => codeOf(probe, undefined))).toEqual(probes.map(() => 'peer.decrypt-failed'));
    expect(probes.map((probe) => codeOf(probe, replays))).toEqual([
      'peer.decrypt-failed',
      ...probes.slice(1).map(() => 'peer.replay'),
    ]);
    expect(new Set(replays.keys).size).toBe(1);
    // The message itself is burnt with it: its sender has to make another one.
    expect(codeOf(message, replays)).toBe('peer.replay');
  });

  test('T37: it is remembered as long as its Timestamp, which nobody can change', () => {
    const message = sealed(sampleEnvelope(), sampleRequest(cbc));
    const replays = new Recorder();
    expect(codeOf(withOtherCiphertext(message, 0), replays)).toBe('peer.decrypt-failed');
    expect(replays.untilsMs).toEqual([NOW_MS + 10 * MINUTE_MS]);
    const atMs = NOW_MS + 30 * MINUTE_MS;
    const fresh = text(withOtherCiphertext(message, 1)).replaceAll('2026-01-15T12:0', '2026-01-15T12:3');
    expect(codeOf(new TextEncoder().encode(fresh), replays, { atMs })).toBe('peer.digest-mismatch');
    const bare = fresh.replace(/<u:Timestamp .*<\/u:Timestamp>/, '');
    expect(codeOf(new TextEncoder().encode(bare), replays, { atMs })).toBe('peer.ref-unresolved');
    const unnamed = fresh.replace(/(<u:Timestamp [^>]*) u:Id="[^"]*"/, '$1');
    expect(codeOf(new TextEncoder().encode(unnamed), replays, { atMs })).toBe('peer.ref-unresolved');
    expect(codeOf(withOtherCiphertext(message, 2), replays, { atMs })).toBe('peer.timestamp-expired');
    expect(replays.keys).toHaveLength(1);
  });

  test('T37: only a signature that is right is remembered', () => {
    const message = sealed(sampleEnvelope(), sampleRequest(cbc));
    const replays = new Recorder();
    const forged = replaced(message, 'ds:SignatureValue>', 'ds:SignatureValue>AAAA');
    expect(codeOf(forged, replays)).toBe('peer.signature-invalid');
    expect(replays.keys).toEqual([]);
    expect(codeOf(message, replays)).toBe('ok');
    expect(replays.keys).toHaveLength(2);
  });

  test.each([
    ['GCM', { encrypt: 'body', suite: 'Basic256GCM' }, 1],
    ['encrypted first', { ...cbc, order: 'encrypt-then-sign' }, 1],
    // Nothing in it is proven before it is decrypted.
    ['the signature encrypted as well', { encrypt: 'body-and-signature', suite: 'Basic256' }, 1],
    ['CBC behind a signature in clear', cbc, 2],
  ] as const)('T37: %s: entries', (_name, changes, count) => {
    const replays = new Recorder();
    expect(codeOf(sealed(sampleEnvelope(), sampleRequest(changes as Partial<SealRequest>)), replays)).toBe('ok');
    expect(replays.keys).toHaveLength(count);
  });

  test.each([
    ['a certificate', () => certificateRequest({ recipient, encrypt: 'body' }), 'x509'],
    ['a password', () => passwordRequest({ encrypt: 'body' }), 'username'],
  ] as const)('T37: signed with %s', (_name, request, profile) => {
    const message = sealed(sampleEnvelope(), request());
    const replays = new MemoryReplayCache();
    const codes = [0, 1, 2].map((flip) =>
      codeOf(withOtherCiphertext(message, flip, true), replays, { policy: policyOf(profile) }),
    );
    expect(codes).toEqual(['peer.decrypt-failed', 'peer.replay', 'peer.replay']);
  });
});
