/** Both sides sign with one key: what binds a message to its direction, and an answer to its request. */
import type { SoapVersion } from '@parley/conversation';
import { MemoryReplayCache, peerProfile, Responder, usernameOverTls, writeEnvelope } from '@parley/conversation';
import type { Version } from '@parley/core';
import { describe, expect, test } from 'vitest';
import {
  answered,
  applicationEnvelope,
  authenticate,
  granted,
  issue,
  must,
  octets,
  refusal,
  sent,
  TLS,
  text,
  world,
} from '../conversation-fixture.ts';

const KINDS: readonly [Version, SoapVersion][] = [
  ['200512', '1.1'],
  ['200512', '1.2'],
  ['200502', '1.1'],
  ['200502', '1.2'],
];
/** As an application writes it that addresses nothing. */
const WITHOUT_TO = (envelope: Uint8Array): Uint8Array => octets(text(envelope).replace(/<a:To.*<\/a:To>/, ''));
const WITHOUT_RELATES_TO = (envelope: Uint8Array): Uint8Array =>
  octets(text(envelope).replace(/<a:RelatesTo.*<\/a:RelatesTo>/, ''));
const WITHOUT_ADDRESSING = (envelope: Uint8Array): Uint8Array =>
  octets(text(envelope).replace(/<s:Header>.*<\/s:Header>/, '<s:Header></s:Header>'));

describe.each(KINDS)('%s over SOAP %s', (version, soapVersion) => {
  test('T85: an initiator takes no message of its own', async () => {
    const place = world(version, soapVersion);
    const initiator = place.initiator();
    await issue(place, initiator);
    for (const request of [
      granted(initiator.requestCall(applicationEnvelope(soapVersion, 'transfer'))),
      granted(initiator.requestCancel(TLS)),
    ]) {
      expect(initiator.receive(request.octets, request, TLS)).toMatchObject({ ok: false, code: 'peer.reflected' });
      initiator.forget(request);
    }
    const renewal = granted(initiator.requestRenew(TLS));
    expect(initiator.receive(renewal.octets, renewal, TLS).ok).toBe(false);
    const first = granted(place.initiator().requestIssue(TLS));
    const asking = place.initiator();
    const second = granted(asking.requestIssue(TLS));
    for (const own of [first, second]) expect(asking.receive(own.octets, second, TLS).ok).toBe(false);
    expect(asking.awaits).toBe('issue-response');
  });

  test.each([
    ['as it is', (envelope: Uint8Array) => envelope],
    ['without wsa:To', WITHOUT_TO],
    ['without wsa:RelatesTo', WITHOUT_RELATES_TO],
    ['without wsa:To and wsa:RelatesTo', (envelope: Uint8Array) => WITHOUT_TO(WITHOUT_RELATES_TO(envelope))],
  ])('T85: a responder takes no answer of its own for a request, %s', async (_what, change) => {
    for (const profile of [peerProfile('parley'), undefined]) {
      const place = world(version, soapVersion, profile === undefined ? {} : { profile });
      const initiator = place.initiator();
      await issue(place, initiator);
      const request = sent(initiator.requestCall(applicationEnvelope(soapVersion, 'hello')));
      const { message } = must(await place.responder.receive(request, TLS), 'message');
      const envelope = change(applicationEnvelope(soapVersion, 'back', message.messageId));
      const answer = granted(await place.responder.secure(envelope, message));
      expect(refusal(await place.responder.receive(answer, TLS))).toMatch(
        /^peer\.(reflected|replay|addressing-mismatch)$/,
      );
    }
  });

  test('T85: an answer counts for its own request, whatever else is awaited, and once', async () => {
    const place = world(version, soapVersion);
    const initiator = place.initiator();
    await issue(place, initiator);
    const [first, second] = ['one', 'two'].map((body) =>
      granted(initiator.requestCall(applicationEnvelope(soapVersion, body))),
    );
    const answerTo = async (request: Uint8Array): Promise<Uint8Array> => {
      const { message } = must(await place.responder.receive(request, TLS), 'message');
      const envelope = applicationEnvelope(soapVersion, 'back', message.messageId);
      return granted(await place.responder.secure(envelope, message));
    };
    const answers = [await answerTo(first!.octets), await answerTo(second!.octets)];
    expect(initiator.receive(answers[0]!, second!, TLS)).toMatchObject({ ok: false, code: 'peer.addressing-mismatch' });
    expect(initiator.receive(answers[1]!, first!, TLS)).toMatchObject({ ok: false, code: 'peer.addressing-mismatch' });
    for (const [index, request] of [first!, second!].entries()) {
      answered(initiator.receive(answers[index]!, request, TLS));
      expect(initiator.receive(answers[index]!, request, TLS)).toMatchObject({ code: 'caller.context-unusable' });
    }
  });
});

test('T85: other nodes of one replay cache take no answers of this one', async () => {
  const replayCache = new MemoryReplayCache();
  const place = world('200512', '1.2', { replayCache, profile: peerProfile('parley') });
  const initiator = place.initiator();
  await issue(place, initiator);
  const { message } = must(
    await place.responder.receive(sent(initiator.requestCall(applicationEnvelope('1.2', 'x'))), TLS),
    'message',
  );
  const envelope = WITHOUT_TO(WITHOUT_RELATES_TO(applicationEnvelope('1.2', 'back', message.messageId)));
  const answer = granted(await place.responder.secure(envelope, message));
  const other = new Responder({
    store: place.store,
    ambient: place.ambient,
    replayCache,
    bootstrap: usernameOverTls.responder({ authenticate }),
  });
  expect(refusal(await other.receive(answer, TLS))).toBe('peer.replay');
});

describe('peers without addressing', () => {
  const profile = peerProfile('cxf', 'Basic256', { addressing: 'none' });
  const bare = (body: string): Uint8Array => WITHOUT_ADDRESSING(applicationEnvelope('1.2', body));

  test('T85: have answers paired by their connection, and neither takes its own or an old one', async () => {
    const place = world('200512', '1.2', { profile });
    const initiator = place.initiator({ profile });
    await issue(place, initiator);
    const first = granted(initiator.requestCall(bare('one')));
    const { message } = must(await place.responder.receive(first.octets, TLS), 'message');
    const answer = granted(await place.responder.secure(bare('back'), message));
    expect(refusal(await place.responder.receive(answer, TLS))).toBe('peer.replay');
    const second = granted(initiator.requestCall(bare('two')));
    expect(initiator.receive(second.octets, second, TLS)).toMatchObject({ code: 'peer.reflected' });
    expect(initiator.receive(first.octets, second, TLS)).toMatchObject({ code: 'peer.replay' });
    expect(text(answered(initiator.receive(answer, first, TLS)).body)).toContain('>back<');
    expect(initiator.receive(answer, second, TLS)).toMatchObject({ code: 'peer.replay' });
  });

  test('T85: confirm what they answer, where that is agreed', async () => {
    const confirming = peerProfile('cxf', 'Basic256', { addressing: 'none', confirm: true });
    const place = world('200512', '1.2', { profile: confirming });
    const initiator = place.initiator({ profile: confirming });
    await issue(place, initiator);
    const [first, second] = ['one', 'two'].map((body) => granted(initiator.requestCall(bare(body))));
    const { message } = must(await place.responder.receive(first!.octets, TLS), 'message');
    const answer = granted(await place.responder.secure(bare('back'), message));
    expect(initiator.receive(answer, second!, TLS)).toMatchObject({ code: 'peer.confirmation-mismatch' });
    answered(initiator.receive(answer, first!, TLS));
  });
});

describe('requests whose answers are awaited', () => {
  test('T55: are bounded, and no longer awaited when nobody can be waiting', async () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator({ openRequestsMax: 2, answerWithinMs: 60_000 });
    await issue(place, initiator);
    const call = () => initiator.requestCall(applicationEnvelope('1.2', 'x'));
    const first = granted(call());
    const { message } = must(await place.responder.receive(first.octets, TLS), 'message');
    const reply = granted(await place.responder.secure(applicationEnvelope('1.2', 'back', message.messageId), message));
    const second = granted(call());
    expect(call()).toMatchObject({ ok: false, code: 'internal.quota' });
    initiator.forget(second);
    granted(call());
    place.ambient.now += 60_001;
    expect(initiator.receive(reply, first, TLS)).toMatchObject({ ok: false, code: 'caller.context-unusable' });
    granted(call());
    granted(call());
  });

  test('have a MessageID each, and no two the same', async () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator();
    await issue(place, initiator);
    const envelope = applicationEnvelope('1.2', 'x');
    granted(initiator.requestCall(envelope));
    expect(initiator.requestCall(envelope)).toMatchObject({ ok: false, code: 'caller.input-invalid' });
    expect(initiator.requestCall(WITHOUT_ADDRESSING(envelope))).toMatchObject({ code: 'caller.input-invalid' });
  });
});

test('an answer to no request, or to one that failed, changes nothing', async () => {
  const place = world('200512', '1.2');
  const initiator = place.initiator();
  await issue(place, initiator);
  const stray = writeEnvelope({
    soapVersion: '1.2',
    action: 'urn:app:Echo',
    messageId: 'urn:uuid:stray',
    relatesTo: 'urn:uuid:nothing',
    body: () => undefined,
  });
  const request = sent(initiator.requestCall(applicationEnvelope('1.2', 'x')));
  const { message } = must(await place.responder.receive(request, TLS), 'message');
  const answer = granted(await place.responder.secure(stray, message));
  expect(initiator.take(answer)).toMatchObject({ ok: false, code: 'peer.addressing-mismatch' });
  expect(initiator.receive(answer, { messageId: 'urn:uuid:nothing' }, TLS)).toMatchObject({
    code: 'caller.context-unusable',
  });
});
