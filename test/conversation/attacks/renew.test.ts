/** Renewals that must not work, and what is left of them when they did not. */

import { Secret } from '@parley/core';
import { describe, expect, test } from 'vitest';
import {
  applicationEnvelope,
  CLEAR,
  granted,
  issue,
  must,
  octets,
  refusal,
  renew,
  sent,
  TLS,
  text,
  world,
} from '../conversation-fixture.ts';
import { edited, HOUR_MS, MINUTE_MS } from './crafted-requests.ts';

describe('renew', () => {
  test('two at once both get a key that works', async () => {
    const place = world('200512', '1.2');
    const one = place.initiator();
    await issue(place, one);
    const two = place.initiator({ context: one.context });
    const [first, second] = await Promise.all(
      [one, two].map((side) => place.responder.receive(sent(side.requestRenew(TLS)), TLS)),
    );
    expect(must(first!, 'renewed').instance).not.toBe(must(second!, 'renewed').instance);
    granted(one.take(must(first!, 'renewed').reply));
    granted(two.take(must(second!, 'renewed').reply));
    for (const side of [one, two]) {
      must(await place.responder.receive(sent(side.requestCall(applicationEnvelope('1.2', 'x'))), TLS), 'message');
    }
  });

  test('again and again is bounded by the live keys', async () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator();
    const identifier = await issue(place, initiator);
    for (let round = 0; round < 3; round++) await renew(place, initiator);
    expect(refusal(await place.responder.receive(sent(initiator.requestRenew(TLS)), TLS))).toBe('peer.unable-to-renew');
    place.ambient.now += 11 * MINUTE_MS;
    await renew(place, initiator);
    expect((await place.store.get(identifier))?.keys).toHaveLength(2);
  });

  test('by another principal, or without one, is refused', async () => {
    const place = world('200512', '1.2');
    const alice = place.initiator();
    const identifier = await issue(place, alice);
    const mallory = place.initiator({
      context: alice.context,
      credential: { username: 'mallory', password: Secret.copyOf(octets('other')) },
    });
    expect(refusal(await place.responder.receive(sent(mallory.requestRenew(TLS)), TLS))).toBe(
      'peer.authentication-failed',
    );
    const request = text(sent(alice.requestRenew(TLS)));
    const without = octets(request.replace(/<o:UsernameToken.*<\/o:UsernameToken>/, ''));
    expect(refusal(await place.responder.receive(without, TLS))).toBe('peer.authentication-failed');
    expect(refusal(await place.responder.receive(octets(request), CLEAR))).toBe('peer.coverage-missing');
    expect((await place.store.get(identifier))?.keys).toHaveLength(1);
  });

  test('T54: with the password but without the key is refused', async () => {
    const place = world('200512', '1.2');
    const alice = place.initiator();
    const identifier = await issue(place, alice);
    const keys = [{ ...alice.context!.keys[0]!, secret: Secret.copyOf(new Uint8Array(32).fill(1)) }];
    const thief = place.initiator({ context: { ...alice.context!, keys } });
    expect(refusal(await place.responder.receive(sent(thief.requestRenew(TLS)), TLS))).toBe('peer.signature-invalid');
    // A handshake whose action asks to renew, with no signature at all.
    const unsigned = edited(place.initiator(), /RST\/SCT</, 'RST/SCT/Renew<');
    expect(refusal(await place.responder.receive(unsigned, TLS))).toMatch(
      /^peer\.(coverage-missing|signature-invalid|structure-invalid)$/,
    );
    expect((await place.store.get(identifier))?.keys).toHaveLength(1);
  });

  test.each([
    [undefined, 'peer.unable-to-renew'],
    ['never', 'peer.unable-to-renew'],
    ['after-expiry', 'renewed'],
  ] as const)('after the end of a context whose Renewing is %s', async (renewable, expected) => {
    const place = world('200512', '1.2', { contextLifetimeMs: HOUR_MS });
    const initiator = place.initiator({ renewable });
    await issue(place, initiator);
    place.ambient.now += HOUR_MS + 20 * MINUTE_MS;
    expect(refusal(await place.responder.receive(sent(initiator.requestRenew(TLS)), TLS))).toBe(expected);
  });

  test('before the end is refused when it was agreed never to renew', async () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator({ renewable: 'never' });
    await issue(place, initiator);
    const refused = must(await place.responder.receive(sent(initiator.requestRenew(TLS)), TLS), 'refused');
    expect(refused.failure.code).toBe('peer.unable-to-renew');
    expect(initiator.take(refused.reply)).toMatchObject({
      code: 'peer.soap-fault',
      detail: { faultCode: 'UnableToRenew' },
    });
    expect(initiator.awaits).toBe('messages');
    must(
      await place.responder.receive(sent(initiator.requestCall(applicationEnvelope('1.2', 'still'))), TLS),
      'message',
    );
  });

  test('T54: that loses against a cancel brings nothing back', async () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator();
    const identifier = await issue(place, initiator);
    const request = sent(initiator.requestRenew(TLS));
    const cancel = sent(initiator.requestCancel(TLS));
    const [cancelled, renewed] = await Promise.all([
      place.responder.receive(cancel, TLS),
      place.responder.receive(request, TLS),
    ]);
    must(cancelled, 'cancelled');
    expect(['renewed', 'peer.bad-context']).toContain(refusal(renewed));
    expect(await place.store.get(identifier)).toMatchObject({ keys: [] });
  });
});
