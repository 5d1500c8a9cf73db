/** Stores that fail, clocks that jump, contexts that end: nothing gets through, nothing is lost. */

import { type Alarm, MemoryContextStore, MemoryReplayCache, peerProfile } from '@parley/conversation';
import { contextSource, Fault } from '@parley/core';
import { open, policyOf } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import {
  applicationEnvelope,
  authenticate,
  issue,
  must,
  octets,
  refusal,
  renew,
  sent,
  TestAmbient,
  TLS,
  text,
  world,
} from '../conversation-fixture.ts';
import { START_MS } from '../sample-context.ts';
import { edited, HOUR_MS, isEmpty, MINUTE_MS } from './crafted-requests.ts';

describe('trouble', () => {
  const FAILING = ['get', 'insert', 'update', 'cancel'] as const;

  test.each(FAILING)('T77: a store whose %s fails refuses, and accepts nothing', async (method) => {
    const store = new MemoryContextStore();
    const place = world('200512', '1.2', { store });
    const initiator = place.initiator();
    await issue(place, initiator);
    const requests = {
      get: sent(initiator.requestCall(applicationEnvelope('1.2', 'x'))),
      insert: sent(place.initiator().requestIssue(TLS)),
      update: sent(initiator.requestRenew(TLS)),
      cancel: sent(initiator.requestCancel(TLS)),
    };
    Object.assign(store, { [method]: () => Promise.reject(new Fault('internal.store-unavailable')) });
    const refused = must(await place.responder.receive(requests[method], TLS), 'refused');
    expect(refused.failure.code).toBe('internal.store-unavailable');
    expect(text(refused.reply)).toContain('Receiver');
  });

  test('a full replay cache refuses', async () => {
    const place = world('200512', '1.2', { replayCache: new MemoryReplayCache({ entriesMax: 1 }) });
    const initiator = place.initiator();
    await issue(place, initiator);
    const request = sent(initiator.requestCall(applicationEnvelope('1.2', 'x')));
    expect(refusal(await place.responder.receive(request, TLS))).toBe('internal.quota');
  });

  test('randomness that fails issues nothing', async () => {
    const ambient = new TestAmbient('broken');
    const place = world('200512', '1.2', { ambient, authenticate });
    const request = sent(place.initiator().requestIssue(TLS));
    ambient.fillRandom = () => {
      throw new Fault('internal.crypto');
    };
    expect(refusal(await place.responder.receive(request, TLS))).toBe('internal.crypto');
    expect(await isEmpty(place.store)).toBe(true);
  });

  test.each(['RST/SCT/Amend', 'RST/Validate', 'RST/KET', 'RST/Issue'])('%s is not served', async (suffix) => {
    const place = world('200512', '1.2');
    const request = edited(place.initiator(), 'RST/SCT<', `${suffix}<`);
    const refused = must(await place.responder.receive(request, TLS), 'refused');
    expect(refused.failure.code).toBe('peer.trust-request-failed');
    expect(text(refused.reply)).toMatch(/wst:RequestFailed/);
  });

  test.each(['', 'no xml', '<a/>', '<!DOCTYPE a><a/>', '<s:Envelope xmlns:s="urn:x"><s:Body/></s:Envelope>', '\u0000'])(
    'what is no message (%j) is answered with a fault',
    async (bytes) => {
      const place = world('200512', '1.2');
      const refused = must(await place.responder.receive(octets(bytes), TLS), 'refused');
      expect(refused.failure.code).toMatch(/^peer\./);
      expect(text(refused.reply)).toContain(':Fault>');
    },
  );

  test('an application message without protection is refused', async () => {
    const place = world('200512', '1.2');
    expect(refusal(await place.responder.receive(applicationEnvelope('1.2', 'x'), TLS))).toBe(
      'peer.security-header-missing',
    );
  });

  test('open serves no request of trust', async () => {
    const place = world('200512', '1.2');
    const reply = await place.responder.open(sent(place.initiator().requestIssue(TLS)), TLS);
    expect(reply).toMatchObject({ ok: false, code: 'peer.trust-request-failed' });
    expect(await isEmpty(place.store)).toBe(true);
  });

  test('out of turn, an initiator says so', () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator();
    for (const reply of [
      initiator.requestRenew(TLS),
      initiator.requestCancel(TLS),
      initiator.requestCall(octets('<a/>')),
      initiator.take(octets('<a/>')),
    ]) {
      expect(reply).toMatchObject({ ok: false, code: 'caller.context-unusable' });
    }
    initiator.close();
    expect(initiator.requestIssue(TLS)).toMatchObject({ ok: false, code: 'caller.context-unusable' });
  });
});

test('T62: policies of other endpoints refuse messages for this one', async () => {
  const place = world('200512', '1.2', {
    profile: peerProfile('parley', 'Basic256', { policy: { endpointAddress: 'https://another.example/' } }),
  });
  expect(refusal(await place.responder.receive(sent(place.initiator().requestIssue(TLS)), TLS))).toBe(
    'peer.addressing-mismatch',
  );
});

test('T58: a clock that goes back revives neither contexts nor keys', async () => {
  const place = world('200512', '1.2', { contextLifetimeMs: HOUR_MS });
  const initiator = place.initiator();
  await issue(place, initiator);
  const early = [1, 2].map((number) => sent(initiator.requestCall(applicationEnvelope('1.2', `early ${number}`))));
  await renew(place, initiator);
  const late = [1, 2].map((number) => sent(initiator.requestCall(applicationEnvelope('1.2', `late ${number}`))));
  must(await place.responder.receive(early[0]!, TLS), 'message');
  must(await place.responder.receive(late[0]!, TLS), 'message');
  // Past the rollover of the old key.
  place.ambient.now += 11 * MINUTE_MS;
  await place.responder.receive(octets('<a/>'), TLS);
  must(await place.responder.receive(sent(initiator.requestCall(applicationEnvelope('1.2', 'x'))), TLS), 'message');
  place.ambient.now -= 11 * MINUTE_MS;
  expect(refusal(await place.responder.receive(early[1]!, TLS))).toBe('peer.context-expired');
  place.ambient.now += 2 * HOUR_MS;
  expect(refusal(await place.responder.receive(late[1]!, TLS))).toBe('peer.context-expired');
  place.ambient.now -= 2 * HOUR_MS;
  expect(refusal(await place.responder.receive(late[1]!, TLS))).toBe('peer.context-expired');
});

test('T58: a clock that jumped ahead keeps contexts out for minutes, not until it gets there, and is told of', async () => {
  const alarms: Alarm[] = [];
  const place = world('200512', '1.2', { contextLifetimeMs: HOUR_MS, onAlarm: (alarm) => alarms.push(alarm) });
  const initiator = place.initiator();
  await issue(place, initiator);
  const call = async (by = initiator) =>
    await place.responder.receive(sent(by.requestCall(applicationEnvelope('1.2', 'x'))), TLS);
  must(await call(), 'message');
  // A year, and one request that sees it.
  place.ambient.now += 365 * 24 * HOUR_MS;
  await place.responder.receive(octets('<a/>'), TLS);
  place.ambient.now -= 365 * 24 * HOUR_MS;
  expect(refusal(await call())).toBe('peer.context-expired');
  expect(alarms).toMatchObject([{ kind: 'clock', code: 'internal.clock-stepped' }]);
  place.ambient.now += 5 * MINUTE_MS;
  await call();
  must(await call(), 'message');
  const other = place.initiator();
  await issue(place, other);
  must(await call(other), 'message');
  expect(alarms).toHaveLength(1);
});

test('a store that retains keys of cancelled contexts lets logs be verified and nothing else', async () => {
  const store = new MemoryContextStore({ cancelledKeys: 'retain' });
  const place = world('200512', '1.2', { store });
  const initiator = place.initiator();
  const identifier = await issue(place, initiator);
  const logged = sent(initiator.requestCall(applicationEnvelope('1.2', 'logged')));
  const never = sent(initiator.requestCall(applicationEnvelope('1.2', 'never sent')));
  must(await place.responder.receive(logged, TLS), 'message');
  place.ambient.now += MINUTE_MS;
  must(await place.responder.receive(sent(initiator.requestCancel(TLS)), TLS), 'cancelled');
  expect(refusal(await place.responder.receive(never, TLS))).toBe('peer.bad-context');
  const name = { identifier, instance: undefined };
  expect(await place.responder.secure(applicationEnvelope('1.2', 'x', 'urn:r'), name)).toMatchObject({
    ok: false,
    code: 'caller.context-unusable',
  });
  const contexts = contextSource([(await store.get(identifier))!]);
  expect(open(logged, { atMs: 'message', policy: policyOf('strict'), contexts })).toMatchObject({ ok: true });
  expect(open(logged, { atMs: place.ambient.now + 1, policy: policyOf('strict'), contexts })).toMatchObject({
    code: 'peer.bad-context',
  });
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('a clock that tells %d lets nothing through', async (now) => {
  const place = world('200512', '1.2');
  const initiator = place.initiator();
  await issue(place, initiator);
  const message = sent(initiator.requestCall(applicationEnvelope('1.2', 'x')));
  place.ambient.now = now;
  expect(refusal(await place.responder.receive(message, TLS))).toBe('caller.option-invalid');
  expect(initiator.requestCall(applicationEnvelope('1.2', 'x'))).toMatchObject({
    ok: false,
    code: 'caller.option-invalid',
  });
  expect(initiator.take(message)).toMatchObject({ ok: false, code: 'caller.option-invalid' });
  place.ambient.now = START_MS;
  must(await place.responder.receive(message, TLS), 'message');
});
