/** A conversation whose responder is started again between any two requests, on the durable store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Received } from '@parley/conversation';
import { MemoryReplayCache } from '@parley/conversation';
import { KeyEncryptionKey, openLmdbContextStore } from '@parley/stores';
import { expect, test } from 'vitest';
import { applicationEnvelope, granted, must, refusal, sent, TLS, world } from '../conversation/conversation-fixture.ts';

test('nothing but the store and the replay cache need survive', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'parley-story-'));
  const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(3));
  const replayCache = new MemoryReplayCache();
  const { ambient, initiator: initiatorOf } = world('200512', '1.2');
  const initiator = initiatorOf();

  const received = async (request: Uint8Array): Promise<Received> => {
    const store = await openLmdbContextStore({ directory, keyEncryptionKey });
    try {
      return await world('200512', '1.2', { store, ambient, replayCache }).responder.receive(request, TLS);
    } finally {
      await store.close();
    }
  };

  granted(initiator.take(must(await received(sent(initiator.requestIssue(TLS))), 'issued').reply, TLS));
  const first = sent(initiator.requestCall(applicationEnvelope('1.2', 'one')));
  must(await received(first), 'message');
  expect(refusal(await received(first))).toBe('peer.replay');
  granted(initiator.take(must(await received(sent(initiator.requestRenew(TLS))), 'renewed').reply, TLS));
  const second = sent(initiator.requestCall(applicationEnvelope('1.2', 'two')));
  must(await received(second), 'message');
  const third = sent(initiator.requestCall(applicationEnvelope('1.2', 'three')));
  granted(initiator.take(must(await received(sent(initiator.requestCancel(TLS))), 'cancelled').reply, TLS));
  expect(refusal(await received(third))).toBe('peer.bad-context');
  await rm(directory, { recursive: true });
});
