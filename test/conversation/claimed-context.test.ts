/** The context that a message claims is looked up before the message is opened: a head start, on which no verdict rests. */
import { type ContextStore, MemoryContextStore } from '@parley/conversation';
import { Fault } from '@parley/core';
import { expect, test } from 'vitest';
import { applicationEnvelope, issue, must, octets, refusal, sent, TLS, text, world } from './conversation-fixture.ts';

/** A store that notes what is asked of it, and fails as often as it is told to. */
class AskedStore extends MemoryContextStore {
  asked: string[] = [];
  failures = 0;

  override async get(identifier: string): ReturnType<ContextStore['get']> {
    this.asked.push(identifier);
    if (this.failures-- > 0) throw new Fault('internal.store-unavailable');
    return await super.get(identifier);
  }
}

async function conversation() {
  const store = new AskedStore();
  const place = world('200512', '1.2', { store });
  const initiator = place.initiator();
  const identifier = await issue(place, initiator);
  const call = (): Uint8Array => sent(initiator.requestCall(applicationEnvelope('1.2', 'hello')));
  const receive = async (message: Uint8Array, failures = 0) => {
    Object.assign(store, { asked: [], failures });
    return await place.responder.receive(message, TLS);
  };
  return { store, identifier, call, receive };
}

test('it is asked for once', async () => {
  const { store, identifier, call, receive } = await conversation();
  must(await receive(call()), 'message');
  expect(store.asked).toEqual([identifier]);
});

test('a store that fails once is asked again when the key is needed; one that fails then, too, is the reason', async () => {
  const { store, identifier, call, receive } = await conversation();
  const message = call();
  expect(refusal(await receive(message, 2))).toBe('internal.store-unavailable');
  must(await receive(message, 1), 'message');
  expect(store.asked).toEqual([identifier, identifier]);
});

test('what is wrong with the message comes first, whatever the store does', async () => {
  const { call, receive } = await conversation();
  const message = octets(text(call()).replace(/<\/(\w+):Security>/, '<x:Other xmlns:x="urn:x"/>$&'));
  const codes = [refusal(await receive(message)), refusal(await receive(message, 2))];
  expect(codes).toEqual(['peer.structure-invalid', 'peer.structure-invalid']);
});

test('a claim of another context changes nothing but the verdict that it always had', async () => {
  const { store, identifier, call, receive } = await conversation();
  const message = octets(text(call()).replaceAll(identifier, 'urn:uuid:nobody'));
  expect(refusal(await receive(message))).toBe('peer.bad-context');
  expect(store.asked).toEqual(['urn:uuid:nobody']);
});
