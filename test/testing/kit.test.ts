import { envelope, MemoryReplayCache } from '@parley/conversation';
import { contextSource, unwrap } from '@parley/core';
import { open, policyOf, SEAL_PROFILE_NAMES } from '@parley/engine';
import {
  MemoryPeer,
  REPLAY_CACHE_LAWS,
  REPLAY_CLOCK_LAWS,
  SAMPLE_TIME_MS,
  sampleMessage,
  TestAmbient,
  tampered,
} from '@parley/testing';
import { describe, expect, test } from 'vitest';

describe('a replay cache in memory', () => {
  test.each(REPLAY_CACHE_LAWS)('$name', ({ check }) => check((entriesMax) => new MemoryReplayCache({ entriesMax })));
  test.each(REPLAY_CLOCK_LAWS)('T58: $name', async ({ check }) => {
    const cache = new MemoryReplayCache();
    await check(() => [cache, cache]);
  });
});

test('a law that does not hold says so', async () => {
  const forgetful = { insertIfAbsent: () => true };
  const broken: string[] = [];
  for (const { name, check } of REPLAY_CACHE_LAWS) await check(() => forgetful).catch(() => void broken.push(name));
  for (const { name, check } of REPLAY_CLOCK_LAWS)
    await check(() => [forgetful, forgetful]).catch(() => void broken.push(name));
  expect(broken).toHaveLength(REPLAY_CACHE_LAWS.length + REPLAY_CLOCK_LAWS.length);
});

test('a clock stands still until it is moved, and chance repeats by its seed', () => {
  const [one, same, other] = ['a', 'a', 'b'].map((seed) => new TestAmbient({ seed }));
  const drawn = [one, same, other].map((ambient) => {
    const out = new Uint8Array(50);
    ambient?.fillRandom(out.subarray(0, 20));
    ambient?.fillRandom(out.subarray(20));
    return Buffer.from(out).toString('hex');
  });
  expect(drawn[0]).toBe(drawn[1]);
  expect(drawn[0]).not.toBe(drawn[2]);
  expect(new Set(drawn[0]?.match(/.{16}/g)).size).toBe(6);
  expect(one?.nowMs()).toBe(SAMPLE_TIME_MS);
  one?.advance(1500);
  expect(one?.nowMs()).toBe(SAMPLE_TIME_MS + 1500);
});

describe('a sample message', () => {
  test.each(SEAL_PROFILE_NAMES)(
    'of %s opens under its policy, changed it does not, and it is always the same',
    (profile) => {
      const { octets, context, atMs } = sampleMessage({ profile });
      expect(sampleMessage({ profile }).octets).toEqual(octets);
      const request = { atMs, policy: policyOf(profile), contexts: contextSource([context]) };
      expect(unwrap(open(octets, request)).principal).toBe('alice');
      expect(open(tampered(octets), request)).toMatchObject({
        ok: false,
        code: expect.stringMatching(/^peer\./),
      });
    },
  );

  test('what is not secured cannot be spoilt', () => {
    const plain = envelope({ action: 'urn:m', body: '<Ping/>' });
    expect(() => tampered(plain)).toThrow(expect.objectContaining({ code: 'caller.input-invalid' }));
  });
});

describe('a peer in memory', () => {
  const CHANNEL = { secure: true };

  test.each(['1.1', '1.2'] as const)('answers what alice calls, over SOAP %s', async (soapVersion) => {
    const answered: string[] = [];
    const peer = new MemoryPeer({
      soapVersion,
      answer: ({ action = '', principal = '' }) => {
        answered.push(`${action} by ${principal}`);
        return { action: 'urn:m:Pong', body: '<Pong xmlns="urn:m"/>' };
      },
    });
    const initiator = await peer.connected();
    const call = unwrap(
      initiator.requestCall(envelope({ action: 'urn:m:Ping', body: '<Ping xmlns="urn:m"/>', soapVersion })),
    );
    const outcome = unwrap(await initiator.receive(await peer.exchange(call.octets, call.soapAction), call, CHANNEL));
    expect(outcome).toMatchObject({ kind: 'answer', message: { action: 'urn:m:Pong' } });
    expect(answered).toEqual(['urn:m:Ping by alice']);
    initiator.close();
  });

  test('refuses what is none, what comes twice, and what comes when the context is over', async () => {
    const peer = new MemoryPeer();
    const initiator = await peer.connected();
    const call = unwrap(initiator.requestCall(envelope({ action: 'urn:m', body: '<Ping/>' })));
    const texts: string[] = [];
    texts.push(new TextDecoder().decode(await peer.exchange(new TextEncoder().encode('no SOAP'))));
    await peer.exchange(call.octets);
    texts.push(new TextDecoder().decode(await peer.exchange(call.octets)));
    peer.ambient.advance(24 * 3_600_000);
    texts.push(new TextDecoder().decode(await peer.exchange(call.octets)));
    for (const text of texts) expect(text).toContain('Fault');
    initiator.close();
  });
});
