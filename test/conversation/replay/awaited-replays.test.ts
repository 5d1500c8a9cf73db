// Replay caches that answer later, and those that fail.
import { MemoryReplayCache, peerProfile, type ReplayCache } from '@parley/conversation';
import { Fault } from '@parley/core';
import { describe, expect, test } from 'vitest';
import {
  answered,
  applicationEnvelope,
  granted,
  issue,
  must,
  refusal,
  sent,
  TLS,
  text,
  world,
} from '../conversation-fixture.ts';

/** Answers in another turn, and counts what it was asked. */
class LateReplayCache implements ReplayCache {
  readonly #cache = new MemoryReplayCache();
  asked = 0;
  isBroken = false;

  async insertIfAbsent(identifier: string, key: string, untilMs: number, nowMs: number): Promise<boolean> {
    this.asked++;
    await new Promise((resolve) => setImmediate(resolve));
    if (this.isBroken) throw new Error('no disk');
    return this.#cache.insertIfAbsent(identifier, key, untilMs, nowMs);
  }
}

const CLEAR_SIGNATURE = peerProfile('parley', 'Basic256', { encrypt: 'body' });

describe('a cache that answers later', () => {
  test('T57: both sides take a message once, and ask once for each entry', async () => {
    const replayCache = new LateReplayCache();
    const place = world('200512', '1.2', { replayCache });
    const initiator = place.initiator();
    await issue(place, initiator);
    replayCache.asked = 0;
    const request = sent(initiator.requestCall(applicationEnvelope('1.2', 'hello')));
    const { message } = must(await place.responder.receive(request, TLS), 'message');
    expect(text(message.body)).toContain('>hello</');
    expect(replayCache.asked).toBe(1);
    expect(refusal(await place.responder.receive(request, TLS))).toBe('peer.replay');
    const answer = granted(
      await place.responder.secure(applicationEnvelope('1.2', 'back', message.messageId), message),
    );
    expect(text(answered(initiator.take(answer)).body)).toContain('>back</');
    expect(initiator.take(answer)).toMatchObject({ ok: false, code: 'caller.context-unusable' });
  });

  test('T57: of 32 at once, one', async () => {
    const place = world('200512', '1.2', { replayCache: new LateReplayCache() });
    const initiator = place.initiator();
    await issue(place, initiator);
    const request = sent(initiator.requestCall(applicationEnvelope('1.2', 'hello')));
    const answers = await Promise.all(Array.from({ length: 32 }, () => place.responder.receive(request, TLS)));
    expect(answers.filter(({ kind }) => kind === 'message')).toHaveLength(1);
    expect(answers.filter(({ kind }) => kind === 'refused').map(refusal)).toEqual(Array(31).fill('peer.replay'));
  });

  test('T37: CBC behind a signature in clear is decrypted once', async () => {
    const replayCache = new LateReplayCache();
    const place = world('200512', '1.2', { replayCache });
    const initiator = place.initiator({ profile: CLEAR_SIGNATURE });
    await issue(place, initiator);
    replayCache.asked = 0;
    const request = text(sent(initiator.requestCall(applicationEnvelope('1.2', 'hello'))));
    const value = /CipherValue>([^<]+)</.exec(request)![1]!;
    const probe = (flip: number): Uint8Array => {
      const octets = Buffer.from(value, 'base64');
      octets[octets.length - 17 - flip]! ^= 0xff;
      return new TextEncoder().encode(request.replace(value, octets.toString('base64')));
    };
    const codes = [];
    for (const flip of [0, 1, 2, 3]) codes.push(refusal(await place.responder.receive(probe(flip), TLS)));
    expect(codes).toEqual(['peer.decrypt-failed', 'peer.replay', 'peer.replay', 'peer.replay']);
    expect(replayCache.asked).toBe(4);
    const next = sent(initiator.requestCall(applicationEnvelope('1.2', 'again')));
    expect(text(must(await place.responder.receive(next, TLS), 'message').message.body)).toContain('>again</');
    expect(replayCache.asked).toBe(6);
  });

  test('T37: of a shape that is known by now, each is taken, and asked for once', async () => {
    const { replayCache, place, initiator } = await knownShape();
    for (const word of ['fourth', 'fifth', 'sixth']) {
      replayCache.asked = 0;
      const request = sent(initiator.requestCall(applicationEnvelope('1.2', word)));
      expect(text(must(await place.responder.receive(request, TLS), 'message').message.body)).toContain(`>${word}</`);
      expect(replayCache.asked).toBe(2);
      expect(refusal(await place.responder.receive(request, TLS))).toBe('peer.replay');
    }
  });

  test('T77: of a shape that is known by now, none is taken while it fails', async () => {
    const { replayCache, place, initiator } = await knownShape();
    replayCache.isBroken = true;
    const request = sent(initiator.requestCall(applicationEnvelope('1.2', 'lost')));
    expect(refusal(await place.responder.receive(request, TLS))).toBe('internal.store-unavailable');
    replayCache.isBroken = false;
    expect((await place.responder.receive(request, TLS)).kind).toBe('message');
  });
});

/** A service that has taken as many messages of one shape as a template of it needs. */
async function knownShape() {
  const replayCache = new LateReplayCache();
  const place = world('200512', '1.2', { replayCache });
  const initiator = place.initiator({ profile: CLEAR_SIGNATURE });
  await issue(place, initiator);
  for (const word of ['first', 'second', 'third', 'more'])
    must(await place.responder.receive(sent(initiator.requestCall(applicationEnvelope('1.2', word))), TLS), 'message');
  return { replayCache, place, initiator };
}

describe('a cache that fails', () => {
  const failures: readonly (readonly [string, () => boolean | Promise<boolean>, string])[] = [
    ['at once', () => raise(new Error('no disk')), 'internal.store-unavailable'],
    ['later', () => Promise.reject(new Error('no disk')), 'internal.store-unavailable'],
    ['with a fault', () => Promise.reject(new Fault('internal.quota')), 'internal.quota'],
  ];
  test.each(failures)('T77: %s: no message is taken', async (_name, fail, code) => {
    let isBroken = false;
    const works = new MemoryReplayCache();
    const replayCache: ReplayCache = {
      insertIfAbsent: (...asked) => (isBroken ? fail() : works.insertIfAbsent(...asked)),
    };
    const place = world('200512', '1.2', { replayCache });
    const initiator = place.initiator();
    await issue(place, initiator);
    isBroken = true;
    const request = sent(initiator.requestCall(applicationEnvelope('1.2', 'x')));
    expect(refusal(await place.responder.receive(request, TLS))).toBe(code);
    isBroken = false;
    expect((await place.responder.receive(request, TLS)).kind).toBe('message');
  });
});

function raise(error: Error): never {
  throw error;
}
