/** The responder ends a context itself, and tells the initiator, who answers for the last time. */
import { peerProfile } from '@parley/conversation';
import { describe, expect, test } from 'vitest';
import { applicationEnvelope, ENDPOINT, granted, must, refusal, sent } from '../conversation-fixture.ts';
import { PARTIES } from '../parties.ts';
import { KINDS, type Pair, pair, valid } from './ways.ts';

const INITIATOR = 'https://client.example/inbox';
const ROWS = PARTIES.map((parties) => [parties.name, parties] as const);
const BY_TLS = PARTIES[0]!;
const { channel: TLS } = BY_TLS;

async function established(both: Pair): Promise<Pair & { readonly identifier: string }> {
  const { channel } = both.parties;
  const issued = must(
    await both.place.responder.receive(sent(both.initiator.requestIssue(channel)), channel),
    'issued',
  );
  granted(both.initiator.take(issued.reply, channel));
  return { ...both, identifier: issued.identifier };
}

describe.each(KINDS)('%s over SOAP %s', (version, soapVersion) => {
  test.each(ROWS)('by %s', async (_name, parties) => {
    for (const peer of ['parley', 'cxf', 'wcf-message'] as const) {
      const profile = peerProfile(peer, 'Basic256', { policy: { endpointAddress: ENDPOINT } });
      const { channel } = parties;
      const { place, initiator, identifier } = await established(
        pair(parties, [version, soapVersion], { profile }, { profile }),
      );
      const late = sent(initiator.requestCall(applicationEnvelope(soapVersion, 'late')));
      const request = granted(await place.responder.requestCancel(identifier, { to: INITIATOR, soapVersion }));
      // It is over at once, whatever the initiator says to it.
      expect(refusal(await place.responder.receive(late, channel))).toBe('peer.bad-context');
      expect(place.evicted).toEqual([identifier]);
      const ended = granted(initiator.receiveRequest(valid(request.octets), channel));
      expect([ended.kind, initiator.awaits, initiator.context]).toEqual(['cancelled', 'nothing', undefined]);
      expect(granted(place.responder.receiveAnswer(valid(ended.reply), request, channel))).toEqual({
        kind: 'cancelled',
      });
      expect(place.responder.receiveAnswer(ended.reply, request, channel)).toMatchObject({
        code: 'caller.context-unusable',
      });
    }
  });

  test("T85: neither side takes its own Cancel, or the other's for it", async () => {
    const { place, initiator, identifier } = await established(pair(BY_TLS, [version, soapVersion]));
    const own = granted(initiator.requestCancel(TLS));
    expect(initiator.receiveRequest(own.octets, TLS)).toMatchObject({ ok: false, code: 'peer.reflected' });
    initiator.forget(own);
    expect(initiator.receiveRequest(own.octets, TLS)).toMatchObject({ ok: false, code: 'peer.trust-invalid-request' });
    const call = granted(initiator.requestCall(applicationEnvelope(soapVersion, 'x')));
    initiator.forget(call);
    expect(initiator.receiveRequest(call.octets, TLS)).toMatchObject({ ok: false, code: 'peer.action-mismatch' });
    expect(initiator.context).toBeDefined();

    const request = granted(await place.responder.requestCancel(identifier, { to: INITIATOR, soapVersion }));
    expect(refusal(await place.responder.receive(request.octets, TLS))).toMatch(/^peer\./);
    expect(place.responder.receiveAnswer(request.octets, request, TLS)).toMatchObject({ ok: false });
    const { reply } = granted(initiator.receiveRequest(request.octets, TLS));
    expect(refusal(await place.responder.receive(reply, TLS))).toMatch(/^peer\./);
    granted(place.responder.receiveAnswer(reply, request, TLS));
  });
});

test('what is not there, or over, cannot be ended again', async () => {
  const { place, identifier } = await established(pair(BY_TLS, ['200512', '1.2']));
  const to = INITIATOR;
  expect(await place.responder.requestCancel('urn:uuid:nothing', { to })).toMatchObject({
    code: 'caller.context-unusable',
  });
  granted(await place.responder.requestCancel(identifier, { to }));
  expect(await place.responder.requestCancel(identifier, { to })).toMatchObject({ ok: false });
});

test('an answer is awaited for a minute, and then its key is gone', async () => {
  const { place, initiator, identifier } = await established(pair(BY_TLS, ['200512', '1.2']));
  const request = granted(await place.responder.requestCancel(identifier, { to: INITIATOR }));
  const { reply } = granted(initiator.receiveRequest(request.octets, TLS));
  place.ambient.now += 60_001;
  expect(place.responder.receiveAnswer(reply, request, TLS)).toMatchObject({ code: 'caller.context-unusable' });
});

test('the Cancel of another context ends nothing', async () => {
  const one = await established(pair(BY_TLS, ['200512', '1.2']));
  const other = await established({ ...one, initiator: one.place.initiator() });
  const request = granted(await other.place.responder.requestCancel(other.identifier, { to: INITIATOR }));
  expect(one.initiator.receiveRequest(request.octets, TLS)).toMatchObject({ ok: false, code: 'peer.bad-context' });
  expect(one.initiator.context).toBeDefined();
  granted(other.initiator.receiveRequest(request.octets, TLS));
});
