/** What a responder counts of each principal, and what it tells whoever runs it. */
import { type Alarm, MemoryContextStore, MemoryReplayCache } from '@parley/conversation';
import { Secret } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { applicationEnvelope, issue, must, octets, refusal, renew, sent, TLS, world } from '../conversation-fixture.ts';

function credentialOf(username: string): { username: string; password: Secret } {
  return { username, password: Secret.copyOf(octets('any')) };
}

async function records(store: { list(): AsyncIterable<string> }): Promise<number> {
  let count = 0;
  for await (const _ of store.list()) count++;
  return count;
}

describe('T55: one principal', () => {
  test('leaves no more records than its quota, whatever it does', async () => {
    const place = world('200512', '1.2', { contextsPerPrincipalMax: 3 });
    for (let round = 0; round < 20; round++) {
      const initiator = place.initiator();
      await issue(place, initiator);
      must(await place.responder.receive(sent(initiator.requestCancel(TLS)), TLS), 'cancelled');
    }
    expect(await records(place.store)).toBe(3);
    for (let round = 0; round < 20; round++) {
      const short = place.initiator({ contextLifetimeMs: 1 });
      must(await place.responder.receive(sent(short.requestIssue(TLS)), TLS), 'issued');
      place.ambient.now += 2;
    }
    expect(await records(place.store)).toBe(3);
  });

  test('gets no more live contexts by renewing', async () => {
    const place = world('200512', '1.2', { contextsPerPrincipalMax: 3 });
    for (let round = 0; round < 3; round++) {
      const initiator = place.initiator({ contextLifetimeMs: 10_000 });
      await issue(place, initiator);
      await renew(place, initiator);
      place.ambient.now += 11_000;
    }
    const request = sent(place.initiator().requestIssue(TLS));
    expect(refusal(await place.responder.receive(request, TLS))).toBe('internal.quota');
  });

  test('with a store that forgets nothing early is refused', async () => {
    const whole = new MemoryContextStore();
    const store = new Proxy(whole, {
      get: (target, name) => {
        const member: unknown = name === 'forget' ? undefined : Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    const place = world('200512', '1.2', { contextsPerPrincipalMax: 1, store });
    const initiator = place.initiator();
    await issue(place, initiator);
    must(await place.responder.receive(sent(initiator.requestCancel(TLS)), TLS), 'cancelled');
    const request = sent(place.initiator().requestIssue(TLS));
    expect(refusal(await place.responder.receive(request, TLS))).toBe('internal.quota');
  });

  test('T68: asks no more often than its budget, and others do', async () => {
    const place = world('200512', '1.2', { requestsPerPrincipalMax: 2, requestsPerPrincipalPerMinute: 60 });
    const ask = async () => place.responder.receive(sent(place.initiator().requestIssue(TLS)), TLS);
    must(await ask(), 'issued');
    must(await ask(), 'issued');
    expect(refusal(await ask())).toBe('internal.quota');
    place.ambient.now += 1000;
    must(await ask(), 'issued');
  });

  test('T68: sends no more messages than its budget, in all its contexts, and one that was refused may come again', async () => {
    const alarms: Alarm[] = [];
    const place = world('200512', '1.2', {
      messagesPerPrincipalPerMinute: 3,
      onAlarm: (alarm) => alarms.push(alarm),
      authenticate: ({ username }) => username,
    });
    const [one, another] = [place.initiator(), place.initiator()];
    const bob = place.initiator({ credential: credentialOf('bob') });
    for (const initiator of [one, another, bob]) await issue(place, initiator);
    const call = (initiator: typeof one) => sent(initiator.requestCall(applicationEnvelope('1.2', 'x')));
    const first = call(one);
    must(await place.responder.receive(first, TLS), 'message');
    // A replay is nobody's message, and costs nothing.
    for (let count = 0; count < 5; count++)
      expect(refusal(await place.responder.receive(first, TLS))).toBe('peer.replay');
    must(await place.responder.receive(call(another), TLS), 'message');
    must(await place.responder.receive(call(one), TLS), 'message');
    const early = call(another);
    expect(refusal(await place.responder.receive(early, TLS))).toBe('internal.quota');
    expect(alarms).toMatchObject([{ kind: 'messages', detail: { quota: 'messages', principal: 'alice' } }]);
    must(await place.responder.receive(call(bob), TLS), 'message');
    // Trust is not what is counted.
    must(await place.responder.receive(sent(one.requestCancel(TLS)), TLS), 'cancelled');
    place.ambient.now += 20_000;
    must(await place.responder.receive(early, TLS), 'message');
    expect(refusal(await place.responder.receive(call(another), TLS))).toBe('internal.quota');
  });

  test.each([
    'contextsPerPrincipalMax',
    'contextsMax',
    'requestsPerPrincipalMax',
    'requestsPerPrincipalPerMinute',
    'messagesPerPrincipalMax',
    'messagesPerPrincipalPerMinute',
  ])('T80: has no quota that is no number (%s)', (name) => {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1.5, '3'])
      expect(() => world('200512', '1.2', { [name]: value })).toThrow('caller.option-invalid');
  });
});

describe('T68: one client', () => {
  test('fills no memory for the others, who are told of', async () => {
    const alarms: Alarm[] = [];
    const onAlarm = (alarm: Alarm): void => {
      alarms.push(alarm);
      throw new Error('of the listener');
    };
    const replayCache = new MemoryReplayCache({ entriesMax: 80 });
    const place = world('200512', '1.2', { replayCache, onAlarm, authenticate: ({ username }) => username });
    const credential = credentialOf('mallory');
    const [alice, mallory, other] = [
      place.initiator(),
      place.initiator({ credential }),
      place.initiator({ credential }),
    ];
    for (const initiator of [alice, mallory, other]) await issue(place, initiator);
    const codes: string[] = [];
    for (let count = 0; count < 60; count++) {
      const received = await place.responder.receive(sent(mallory.requestCall(applicationEnvelope('1.2', 'x'))), TLS);
      codes.push(received.kind === 'refused' ? received.failure.code : received.kind);
    }
    expect(new Set(codes)).toEqual(new Set(['message', 'internal.quota']));
    // Told of once, with a count of the rest a minute later.
    expect(alarms).toHaveLength(1);
    expect(alarms[0]).toMatchObject({
      kind: 'replay-context',
      code: 'internal.quota',
      suppressed: 0,
      detail: { principal: 'mallory', context: expect.stringMatching(/^urn:uuid:/) },
    });
    place.ambient.now += 60_000;
    await place.responder.receive(sent(mallory.requestCall(applicationEnvelope('1.2', 'x'))), TLS);
    const rest = codes.filter((code) => code === 'internal.quota').length - 1;
    expect(alarms[1]).toMatchObject({ kind: 'replay-context', suppressed: rest });
    // Her other context has a share of its own; together they have no more than hers.
    must(await place.responder.receive(sent(other.requestCall(applicationEnvelope('1.2', 'y'))), TLS), 'message');
    for (let count = 0; alarms.length < 3 && count < 60; count++)
      await place.responder.receive(sent(other.requestCall(applicationEnvelope('1.2', 'y'))), TLS);
    expect(alarms[2]).toMatchObject({ kind: 'replay-share', detail: { principal: 'mallory' }, suppressed: 0 });
    must(await place.responder.receive(sent(alice.requestCall(applicationEnvelope('1.2', 'pay'))), TLS), 'message');
    await issue(place, place.initiator());
    must(await place.responder.receive(sent(alice.requestCancel(TLS)), TLS), 'cancelled');
  });
});
