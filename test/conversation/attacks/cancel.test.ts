/** Cancels that must not work, and what a cancel leaves. */

import { MemoryContextStore } from '@parley/conversation';
import { Secret } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { granted, issue, must, octets, refusal, sent, TLS, text, world } from '../conversation-fixture.ts';
import { reference, signedRequest } from './crafted-requests.ts';

describe('cancel', () => {
  test('T51 T54: of somebody else context is refused, and nothing ends', async () => {
    const place = world('200512', '1.2');
    const alice = place.initiator();
    const victim = await issue(place, alice);
    const mallory = place.initiator({ credential: { username: 'mallory', password: Secret.copyOf(octets('other')) } });
    const own = await issue(place, mallory);
    // Mallory's key over a request that names Alice's context.
    const context = { ...mallory.context!, identifier: victim };
    const thief = place.initiator({ context });
    expect(refusal(await place.responder.receive(sent(thief.requestCancel(TLS)), TLS))).toBe('peer.decrypt-failed');
    const naming = signedRequest(mallory, 'Cancel', `<t:CancelTarget>${reference(victim)}</t:CancelTarget>`);
    expect(refusal(await place.responder.receive(naming, TLS))).toBe('peer.trust-invalid-request');
    expect(await place.store.get(victim)).toMatchObject({ cancelledAtMs: undefined });
    expect(await place.store.get(own)).toMatchObject({ cancelledAtMs: undefined });
  });

  test('without a target, or of another key, is refused', async () => {
    const place = world('200512', '1.2');
    const alice = place.initiator();
    const identifier = await issue(place, alice);
    expect(refusal(await place.responder.receive(signedRequest(alice, 'Cancel', ''), TLS))).toBe(
      'peer.trust-invalid-request',
    );
    const other = `<t:CancelTarget>${reference(identifier, 'urn:uuid:other')}</t:CancelTarget>`;
    expect(refusal(await place.responder.receive(signedRequest(alice, 'Cancel', other), TLS))).toBe(
      'peer.trust-invalid-request',
    );
  });

  test('T54: is durable and told to every cache before it is answered', async () => {
    const order: string[] = [];
    const store = new MemoryContextStore();
    const cancel = store.cancel.bind(store);
    store.cancel = async (identifier, atMs) => {
      const isCancelled = await cancel(identifier, atMs);
      order.push('stored');
      return isCancelled;
    };
    const place = world('200512', '1.2', {
      store,
      onEvict: async (identifier) => {
        await Promise.resolve();
        expect(await store.get(identifier)).toMatchObject({ keys: [] });
        order.push('evicted');
      },
    });
    const initiator = place.initiator();
    await issue(place, initiator);
    must(await place.responder.receive(sent(initiator.requestCancel(TLS)), TLS), 'cancelled');
    expect(order).toEqual(['stored', 'evicted']);
  });

  test('twice at once ends once', async () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator();
    await issue(place, initiator);
    const requests = [sent(initiator.requestCancel(TLS)), sent(initiator.requestCancel(TLS))];
    const kinds = (await Promise.all(requests.map((request) => place.responder.receive(request, TLS)))).map(refusal);
    expect(kinds.sort()).toEqual(['cancelled', 'peer.bad-context']);
  });

  test('an unprotected or forged answer does not count', async () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator();
    await issue(place, initiator);
    const { reply } = must(await place.responder.receive(sent(initiator.requestCancel(TLS)), TLS), 'cancelled');
    const bare = octets(text(reply).replace(/<o:Security.*<\/o:Security>/, ''));
    expect(initiator.take(bare).ok).toBe(false);
    const flipped = Uint8Array.from(reply);
    const at = text(reply).indexOf('CipherValue>') + 20;
    flipped[at] = flipped[at] === 0x41 ? 0x42 : 0x41;
    expect(initiator.take(flipped).ok).toBe(false);
    expect(initiator.awaits).toBe('cancel-response');
    expect(granted(initiator.take(reply)).kind).toBe('cancelled');
  });
});
