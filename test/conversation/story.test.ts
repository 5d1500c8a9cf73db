/** Whole conversations, in both generations and both versions of SOAP. */

import type { SoapVersion } from '@parley/conversation';
import { MemoryContextStore } from '@parley/conversation';
import type { Version } from '@parley/core';
import { Secret } from '@parley/core';
import { describe, expect, test } from 'vitest';
import {
  answered,
  applicationEnvelope,
  granted,
  issue,
  must,
  octets,
  PASSWORD,
  refusal,
  renew,
  sent,
  TLS,
  text,
  world,
} from './conversation-fixture.ts';
import { keyOctets } from './sample-context.ts';

const KINDS: readonly [Version, SoapVersion][] = [
  ['200512', '1.1'],
  ['200512', '1.2'],
  ['200502', '1.1'],
  ['200502', '1.2'],
];
const MINUTE_MS = 60_000;

describe.each(KINDS)('%s over SOAP %s', (version, soapVersion) => {
  test('issue, messages, renew, messages under both keys, cancel, refused', async () => {
    const place = world(version, soapVersion);
    const initiator = place.initiator();
    expect(initiator.awaits).toBe('issue');
    const identifier = await issue(place, initiator);
    expect(identifier).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const stored = await place.store.get(identifier);
    expect(stored).toMatchObject({ version, principal: 'alice', suite: 'Basic256', cancelledAtMs: undefined });
    expect(keyOctets(stored)).toEqual(keyOctets(initiator.context));
    expect(keyOctets(stored)).toHaveLength(32);

    const first = sent(initiator.requestCall(applicationEnvelope(soapVersion, 'one')));
    expect(text(first)).not.toContain('one');
    const { message } = must(await place.responder.receive(first, TLS), 'message');
    expect(message).toMatchObject({
      identifier,
      instance: undefined,
      principal: 'alice',
      soapVersion,
      version,
      action: 'urn:app:Echo',
    });
    expect(text(message.body)).toContain('>one</');
    expect(refusal(await place.responder.receive(first, TLS))).toBe('peer.replay');

    const answer = granted(
      await place.responder.secure(applicationEnvelope(soapVersion, 'back', message.messageId), message),
    );
    const opened = answered(initiator.take(answer));
    expect(opened.relatesTo).toBe(message.messageId);
    expect(text(opened.body)).toContain('>back</');
    expect(initiator.take(answer)).toMatchObject({ ok: false, code: 'caller.context-unusable' });

    const underOldKey = sent(initiator.requestCall(applicationEnvelope(soapVersion, 'two')));
    const lateUnderOldKey = sent(initiator.requestCall(applicationEnvelope(soapVersion, 'late')));
    const instance = await renew(place, initiator);
    expect(place.evicted).toEqual([identifier]);
    const renewed = await place.store.get(identifier);
    expect(renewed?.keys.map((key) => key.instance)).toEqual([undefined, instance]);
    expect(keyOctets(renewed, 1)).toEqual(keyOctets(initiator.context, 1));
    expect(keyOctets(renewed, 1)).not.toEqual(keyOctets(renewed, 0));

    const oldKey = must(await place.responder.receive(underOldKey, TLS), 'message');
    expect(oldKey.message.instance).toBeUndefined();
    const underNewKey = sent(initiator.requestCall(applicationEnvelope(soapVersion, 'three')));
    expect(must(await place.responder.receive(underNewKey, TLS), 'message').message.instance).toBe(instance);

    // Past the rollover and the skew, the old key is nobody's any more.
    place.ambient.now += 11 * MINUTE_MS;
    expect(refusal(await place.responder.receive(lateUnderOldKey, TLS))).toBe('peer.context-expired');

    const replay = sent(initiator.requestCall(applicationEnvelope(soapVersion, 'four')));
    const cancel = sent(initiator.requestCancel(TLS));
    const cancelled = must(await place.responder.receive(cancel, TLS), 'cancelled');
    expect(place.evicted).toEqual([identifier, identifier]);
    expect(await place.store.get(identifier)).toMatchObject({ keys: [], cancelledAtMs: place.ambient.now });
    expect(granted(initiator.take(cancelled.reply)).kind).toBe('cancelled');
    expect(initiator.awaits).toBe('nothing');
    expect(initiator.context).toBeUndefined();

    for (const message of [replay, cancel]) {
      const refused = must(await place.responder.receive(message, TLS), 'refused');
      expect(refused.failure.code).toBe('peer.bad-context');
      expect(text(refused.reply)).toContain('BadContextToken');
      expect(text(refused.reply)).not.toContain(':Security');
    }
  });

  test('with a password digest', async () => {
    const place = world(version, soapVersion);
    const password = Secret.copyOf(octets(PASSWORD));
    const initiator = place.initiator({ credential: { username: 'alice', password, passwordType: 'digest' } });
    const request = sent(initiator.requestIssue(TLS));
    expect(text(request)).not.toContain('canary');
    must(await place.responder.receive(request, TLS), 'issued');
    expect(refusal(await place.responder.receive(request, TLS))).toBe('peer.replay');
  });

  test('with the key made by the issuer alone', async () => {
    const place = world(version, soapVersion);
    const initiator = place.initiator({ entropy: 'none', keySizeBits: 128 });
    const identifier = await issue(place, initiator);
    expect(keyOctets(await place.store.get(identifier))).toEqual(keyOctets(initiator.context));
    expect(keyOctets(initiator.context)).toHaveLength(16);
  });

  test('goes on from a stored context', async () => {
    const place = world(version, soapVersion);
    const before = place.initiator();
    await issue(place, before);
    const kept = new MemoryContextStore();
    await kept.put(before.context!);
    const after = place.initiator({ context: await kept.get(before.context!.identifier) });
    before.close();
    const request = sent(after.requestCall(applicationEnvelope(soapVersion, 'again')));
    must(await place.responder.receive(request, TLS), 'message');
  });
});
