/** What peers do that the specifications do not ask for: taken as far as it is safe, each by an option that says so. */
import type { Channel, ResponderOptions } from '@parley/conversation';
import { peerProfile, saysContextIsLost, symmetricX509, usernameOverTls, writeFaultReply } from '@parley/conversation';
import { contextSource, Secret } from '@parley/core';
import { open, policyOf, replayEntries, seal } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { sampleKey } from '../engine/support/sample-keys.ts';
import { reference } from './attacks/crafted-requests.ts';
import {
  answered,
  applicationEnvelope,
  authenticate,
  CLEAR,
  granted,
  issue,
  must,
  octets,
  PASSWORD,
  refusal,
  renew,
  sent,
  type TestInitiator,
  TLS,
  text,
  type World,
  world,
} from './conversation-fixture.ts';

const MINUTE_MS = 60_000;
const TRUST = 'http://docs.oasis-open.org/ws-sx/ws-trust/200512';

/** A request about a context under the bootstrap alone, as CXF's client sends it. */
function unproven(place: World, type: 'Renew' | 'Cancel', identifier: string, username = 'alice'): Uint8Array {
  const passwords: Readonly<Record<string, string>> = { alice: PASSWORD, mallory: 'other' };
  const credential = { username, password: Secret.copyOf(octets(passwords[username] ?? '')) };
  const request = text(sent(place.initiator({ credential }).requestIssue(TLS)));
  const target = `<t:${type}Target>${reference(identifier)}</t:${type}Target>`;
  return octets(
    request
      .replace(/RST\/SCT</, `RST/SCT/${type}<`)
      .replace(`${TRUST}/Issue<`, `${TRUST}/${type}<`)
      .replace('</t:RequestSecurityToken>', `${target}</t:RequestSecurityToken>`),
  );
}

describe('requests about a context without proof of its key', () => {
  test.each(['Renew', 'Cancel'] as const)('T54: %s is refused, unless it is said that it is taken', async (type) => {
    const place = world('200512', '1.2');
    const identifier = await issue(place, place.initiator());
    expect(refusal(await place.responder.receive(unproven(place, type, identifier), TLS))).toBe(
      'peer.coverage-missing',
    );
    expect(await place.store.get(identifier)).toMatchObject({ cancelledAtMs: undefined, keys: { length: 1 } });
  });

  test.each(['Renew', 'Cancel'] as const)('T54: %s is taken from the principal, and from nobody else', async (type) => {
    const place = world('200512', '1.2', { unproven: 'same-principal' });
    const initiator = place.initiator();
    const identifier = await issue(place, initiator);
    const mallorys = unproven(place, type, identifier, 'mallory');
    expect(refusal(await place.responder.receive(mallorys, TLS))).toBe('peer.authentication-failed');
    expect(refusal(await place.responder.receive(mallorys, CLEAR))).toBe('peer.coverage-missing');
    const unknown = unproven(place, type, 'urn:uuid:nobodys');
    expect(refusal(await place.responder.receive(unknown, TLS))).toBe('peer.bad-context');
    const request = unproven(place, type, identifier);
    expect(refusal(await place.responder.receive(request, TLS))).toBe(type === 'Renew' ? 'renewed' : 'cancelled');
    expect(refusal(await place.responder.receive(request, TLS))).toMatch(/^peer\.(replay|bad-context)$/);
    expect(place.evicted).toEqual([identifier]);
  });

  test('T54: a proof that is there must be right all the same', async () => {
    const place = world('200512', '1.2', { unproven: 'same-principal' });
    const alice = place.initiator();
    await issue(place, alice);
    const keys = [{ ...alice.context!.keys[0]!, secret: Secret.copyOf(new Uint8Array(32).fill(1)) }];
    const thief = place.initiator({ context: { ...alice.context!, keys } });
    expect(refusal(await place.responder.receive(sent(thief.requestRenew(TLS)), TLS))).toBe('peer.signature-invalid');
  });

  test("T54: nobody's contexts are not renewed by anybody who knows their name", async () => {
    const bob = sampleKey('bob', 'rsa');
    const ownKeys = [{ certificate: bob.certificate, privateKey: bob.key.privateKey }];
    const service = { certificate: bob.certificate, reference: 'thumbprint' } as const;
    const bootstrap = symmetricX509.responder({ ownKeys });
    const place = world('200512', '1.2', { bootstrap, unproven: 'same-principal' });
    const party = (): TestInitiator => place.initiator({ bootstrap: symmetricX509.initiator({ service }) });
    const owner = party();
    const issued = must(await place.responder.receive(sent(owner.requestIssue(CLEAR)), CLEAR), 'issued');
    granted(owner.take(issued.reply, CLEAR));
    // A stranger who knows the Identifier, and has a key of his own.
    const { context } = owner;
    const keys = [{ ...context!.keys[0]!, secret: Secret.copyOf(new Uint8Array(32).fill(1)) }];
    const stranger = place.initiator({
      bootstrap: symmetricX509.initiator({ service }),
      context: { ...context!, keys },
    });
    expect(refusal(await place.responder.receive(sent(stranger.requestRenew(CLEAR)), CLEAR))).toMatch(/^peer\./);
    expect((await place.store.get(issued.identifier))?.keys).toHaveLength(1);
  });
});

test.each<[string, Partial<ResponderOptions>, number, string]>([
  ['within the grace', { renewGraceMs: 10 * MINUTE_MS }, 9, 'renewed'],
  ['after the grace', { renewGraceMs: 10 * MINUTE_MS }, 11, 'peer.unable-to-renew'],
  ['without a grace', {}, 1, 'peer.unable-to-renew'],
])('a context that is over is renewed %s', async (_what, options, afterMinutes, expected) => {
  const place = world('200512', '1.2', { contextLifetimeMs: 20 * MINUTE_MS, ...options });
  const initiator = place.initiator();
  await issue(place, initiator);
  place.ambient.now += (20 + afterMinutes) * MINUTE_MS;
  expect(refusal(await place.responder.receive(sent(initiator.requestRenew(TLS)), TLS))).toBe(expected);
});

test.each<[string, Partial<ResponderOptions>, 'after-expiry' | undefined, string]>([
  ['may be renewed, as it was agreed', {}, 'after-expiry', 'peer.renew-needed'],
  ['may be renewed for some time', { renewGraceMs: 10 * MINUTE_MS }, undefined, 'peer.renew-needed'],
  ['may not be renewed', {}, undefined, 'peer.context-expired'],
])('a call under a context that is over and %s is told so, by its key', async (_what, options, renewable, expected) => {
  const place = world('200512', '1.2', { contextLifetimeMs: 20 * MINUTE_MS, ...options });
  const initiator = place.initiator({ renewable });
  await issue(place, initiator);
  place.ambient.now += 19 * MINUTE_MS;
  const call = (): ReturnType<typeof initiator.requestCall> => initiator.requestCall(applicationEnvelope('1.2', 'x'));
  const [late, forged] = [granted(call()), sent(call())];
  place.ambient.now += 2 * MINUTE_MS;
  const broken = octets(text(forged).replace(/(<[a-z]*:?SignatureValue>|CipherValue>)..../, '$1AAAA'));
  expect(refusal(await place.responder.receive(broken, TLS))).toBe('peer.context-expired');
  const refused = must(await place.responder.receive(late.octets, TLS), 'refused');
  expect(refused.failure.code).toBe(expected);
  const told = initiator.receive(refused.reply, late, TLS);
  const faultCode = expected === 'peer.renew-needed' ? 'RenewNeeded' : 'BadContextToken';
  expect(told).toMatchObject({ code: 'peer.soap-fault', detail: { faultCode } });
  expect(!told.ok && saysContextIsLost(told)).toBe(true);
  const isRenewed = refusal(await place.responder.receive(sent(initiator.requestRenew(TLS)), TLS)) === 'renewed';
  expect(isRenewed).toBe(expected === 'peer.renew-needed');
});

test('a token goes back as its issuer wrote it, with what else is in it, and by its Id', async () => {
  const place = world('200502', '1.2');
  const initiator = place.initiator();
  const issued = must(await place.responder.receive(sent(initiator.requestIssue(TLS)), TLS), 'issued');
  const cookie = '<x:Cookie xmlns:x="http://schemas.microsoft.com/ws/2006/05/security">AB&amp;CD==</x:Cookie>';
  const reply = octets(text(issued.reply).replace('</c:SecurityContextToken>', `${cookie}</c:SecurityContextToken>`));
  granted(initiator.take(reply));
  const id = /SecurityContextToken [^>]*u:Id="([^"]*)"/.exec(text(reply))?.[1];
  expect(initiator.tokenId).toBe(id);
  const request = sent(initiator.requestCall(applicationEnvelope('1.2', 'x')));
  expect(text(request)).toContain(cookie);
  expect(text(request)).toContain(`<o:Reference URI="#${id}"`);
  must(await place.responder.receive(request, TLS), 'message');

  // It is kept with the context, and goes on with it; what is not its token is refused.
  const { context, tokenId, tokenElement } = initiator;
  const later = place.initiator({ context: context!, tokenId, tokenElement });
  const resumed = sent(later.requestCall(applicationEnvelope('1.2', 'y')));
  expect(text(resumed)).toContain(cookie);
  expect(text(resumed)).toContain(`<o:Reference URI="#${id}"`);
  must(await place.responder.receive(resumed, TLS), 'message');
  expect(later.tokenElement).toEqual(tokenElement);
  const other = octets(text(tokenElement!).replace(context!.identifier, 'urn:uuid:other'));
  for (const wrong of [{ tokenElement }, { tokenId, tokenElement: other }, { tokenId, tokenElement: octets('<a/>') }])
    expect(() => place.initiator({ context: context!, ...wrong })).toThrow('caller.option-invalid');
});

test('every token has another Id, and every renewed one another again', async () => {
  const place = world('200512', '1.2');
  const ids = new Set<string | undefined>();
  for (let round = 0; round < 3; round++) {
    const initiator = place.initiator();
    await issue(place, initiator);
    ids.add(initiator.tokenId);
    await renew(place, initiator);
    ids.add(initiator.tokenId);
  }
  expect(ids.size).toBe(6);
});

describe('SOAP faults', () => {
  const bare = (code: 'peer.bad-context' | 'peer.signature-invalid'): Uint8Array =>
    writeFaultReply({ code, soapVersion: '1.2', version: '200512', messageId: 'urn:uuid:f', relatesTo: undefined });

  test('that a context protects are told apart from answers, and are theirs to whom they answer', async () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator();
    await issue(place, initiator);
    const request = granted(initiator.requestCall(applicationEnvelope('1.2', 'x')));
    const { message } = must(await place.responder.receive(request.octets, TLS), 'message');
    const fault = writeFaultReply({
      code: 'peer.trust-request-failed',
      soapVersion: '1.2',
      version: '200512',
      messageId: 'urn:uuid:fault',
      relatesTo: message.messageId,
    });
    const reply = granted(await place.responder.secure(fault, message));
    expect(initiator.receive(reply, request, TLS)).toMatchObject({
      ok: true,
      value: { kind: 'fault', fault: { faultCode: 'RequestFailed', faultNamespace: expect.any(String) } },
    });
  });

  test('that nothing protects end the waiting, and say whether the context is lost', async () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator();
    await issue(place, initiator);
    for (const [code, isLost] of [
      ['peer.bad-context', true],
      ['peer.signature-invalid', false],
    ] as const) {
      const request = granted(initiator.requestCall(applicationEnvelope('1.2', 'x')));
      const refused = initiator.receive(bare(code), request, TLS);
      expect(refused).toMatchObject({ ok: false, code: 'peer.soap-fault' });
      expect(!refused.ok && saysContextIsLost(refused)).toBe(isLost);
      expect(initiator.receive(bare(code), request, TLS)).toMatchObject({ code: 'caller.context-unusable' });
    }
  });

  test('of a peer that lost the context: another is issued, and the call goes through', async () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator();
    await issue(place, initiator);
    await place.store.cancel(initiator.context!.identifier, place.ambient.now);
    const request = granted(initiator.requestCall(applicationEnvelope('1.2', 'x')));
    const { reply } = must(await place.responder.receive(request.octets, TLS), 'refused');
    const refused = initiator.receive(reply, request, TLS);
    expect(!refused.ok && saysContextIsLost(refused)).toBe(true);
    expect(initiator.requestIssue(TLS)).toMatchObject({ ok: false, code: 'caller.context-unusable' });
    initiator.abandon();
    expect(initiator.renewalDueAtMs).toBeUndefined();
    await issue(place, initiator);
    const again = granted(initiator.requestCall(applicationEnvelope('1.2', 'x')));
    must(await place.responder.receive(again.octets, TLS), 'message');
  });

  test('under the context in answer to Cancel or Renew are told with their code', async () => {
    for (const what of ['requestCancel', 'requestRenew'] as const) {
      const place = world('200512', '1.2');
      const initiator = place.initiator();
      await issue(place, initiator);
      const call = sent(initiator.requestCall(applicationEnvelope('1.2', 'x')));
      const { message } = must(await place.responder.receive(call, TLS), 'message');
      const request = granted(initiator[what](TLS));
      const fault = writeFaultReply({
        code: 'peer.unable-to-renew',
        soapVersion: '1.2',
        version: '200512',
        messageId: 'urn:uuid:fault',
        relatesTo: request.messageId,
      });
      const reply = granted(await place.responder.secure(fault, message));
      expect(initiator.receive(reply, request, TLS)).toMatchObject({
        ok: false,
        code: what === 'requestCancel' ? 'peer.soap-fault' : expect.stringMatching(/^peer\./),
      });
      expect(initiator.context).toBeDefined();
    }
  });
});

test('the action of a Cancel answer may leave out SCT, as Rampart does', async () => {
  const profile = peerProfile('rampart', 'Basic256', { encrypt: 'none' });
  const place = world('200512', '1.2', { profile });
  const initiator = place.initiator({ profile });
  await issue(place, initiator);
  const call = sent(initiator.requestCall(applicationEnvelope('1.2', 'x')));
  const { message } = must(await place.responder.receive(call, TLS), 'message');
  const cancel = granted(initiator.requestCancel(TLS));
  const body = `<t:RequestSecurityTokenResponseCollection xmlns:t="${TRUST}"><t:RequestSecurityTokenResponse><t:RequestedTokenCancelled/></t:RequestSecurityTokenResponse></t:RequestSecurityTokenResponseCollection>`;
  const envelope = text(applicationEnvelope('1.2', '', cancel.messageId))
    .replace('urn:app:Echo', `${TRUST}/RSTR/Cancel`)
    .replace(/<e:Echo[^>]*><\/e:Echo>/, body);
  const reply = granted(await place.responder.secure(octets(envelope), message));
  expect(initiator.receive(reply, cancel, TLS)).toEqual({ ok: true, value: { kind: 'cancelled' } });
});

test('addressing headers are to be understood, or not', async () => {
  for (const [peer, isMandatory] of [
    ['parley', true],
    ['websphere', false],
    ['rampart', false],
  ] as const) {
    const place = world('200512', '1.1', { profile: peerProfile(peer) });
    const request = sent(place.initiator({ profile: peerProfile(peer) }).requestIssue(TLS));
    expect(/<a:Action[^>]*mustUnderstand/.test(text(request))).toBe(isMandatory);
    const { reply } = must(await place.responder.receive(request, TLS), 'issued');
    expect(/<a:Action[^>]*mustUnderstand/.test(text(reply))).toBe(isMandatory);
  }
});

test('answers are in the WS-Addressing of their requests', async () => {
  const place = world('200512', '1.2', { profile: peerProfile('cxf') });
  const initiator = place.initiator({ profile: peerProfile('cxf', 'Basic256', { addressing: '2004/08' }) });
  const request = sent(initiator.requestIssue(TLS));
  expect(text(request)).toContain('http://schemas.xmlsoap.org/ws/2004/08/addressing');
  const { reply } = must(await place.responder.receive(request, TLS), 'issued');
  expect(text(reply)).toContain('http://schemas.xmlsoap.org/ws/2004/08/addressing');
  expect(text(reply)).not.toContain('http://www.w3.org/2005/08/addressing');
  const { reply: refused } = must(await place.responder.receive(request, TLS), 'refused');
  expect(text(refused)).toContain('http://schemas.xmlsoap.org/ws/2004/08/addressing/fault');
});

test('messages that rest on TLS are refused without it, both ways', async () => {
  const profile = peerProfile('wcf-mixed');
  const place = world('200512', '1.2', { profile });
  const initiator = place.initiator({ profile });
  await issue(place, initiator);
  const request = granted(initiator.requestCall(applicationEnvelope('1.2', 'x')));
  expect(refusal(await place.responder.receive(request.octets, CLEAR))).toBe('peer.coverage-missing');
  const { message } = must(await place.responder.receive(request.octets, TLS), 'message');
  const reply = granted(await place.responder.secure(applicationEnvelope('1.2', 'back', message.messageId), message));
  expect(initiator.receive(reply, request, CLEAR)).toMatchObject({ ok: false, code: 'caller.channel-not-secure' });
  answered(initiator.receive(reply, request, TLS));
  expect(initiator.requestCancel(CLEAR)).toMatchObject({ ok: false, code: 'caller.channel-not-secure' });
  expect(initiator.awaits).toBe('messages');
});

test('a handshake is repeated by nobody, where the message proves no sender', async () => {
  const channel: Channel = { secure: true, client: 'CN=alice' };
  const { clientCertificate } = await import('@parley/conversation');
  const place = world('200512', '1.2', { bootstrap: clientCertificate.responder() });
  const request = sent(place.initiator({ bootstrap: clientCertificate.initiator() }).requestIssue(channel));
  expect(refusal(await place.responder.receive(request, TLS))).toBe('peer.authentication-failed');
  must(await place.responder.receive(request, channel), 'issued');
  expect(refusal(await place.responder.receive(request, channel))).toBe('peer.replay');
});

test('a judge of passwords that answers later is asked once, and may fail', async () => {
  let asked = 0;
  const bootstrap = usernameOverTls.responder({
    authenticate: async (attempt) => {
      asked++;
      await new Promise((resolve) => setImmediate(resolve));
      return authenticate(attempt);
    },
  });
  const place = world('200512', '1.2', { bootstrap });
  await issue(place, place.initiator());
  expect(asked).toBe(1);
  const failing = usernameOverTls.responder({ authenticate: () => Promise.reject(new Error(PASSWORD)) });
  const other = world('200512', '1.2', { bootstrap: failing });
  const refused = must(await other.responder.receive(sent(other.initiator().requestIssue(TLS)), TLS), 'refused');
  expect(refused.failure.code).toBe('caller.callback-failed');
  expect(JSON.stringify(refused.failure)).not.toContain('canary');
});

test('T57: honest calls of one instant are two, where TLS answers for their MessageIDs, and one that is repeated is one', async () => {
  const place = world('200512', '1.2');
  const initiator = place.initiator();
  await issue(place, initiator);
  const { context } = initiator;
  const now = place.ambient.now;
  const entryOf = (messageId: string): string => {
    const envelope = octets(text(applicationEnvelope('1.2', messageId)).replace(/message-\d+/, messageId));
    const sealed = seal(envelope, {
      context: context!,
      atMs: now,
      timestampLifetimeMs: 300_000,
      fillRandom: (out) => out.fill(0),
      keys: 'direct',
      token: 'attached',
      sign: { body: false, addressing: false, timestamp: true },
      encrypt: 'none',
      order: 'sign-then-encrypt',
    });
    const { octets: message } = granted(sealed);
    const policy = policyOf('wcf-mixed');
    return JSON.stringify(
      replayEntries(granted(open(message, { atMs: now, policy, contexts: contextSource([context!]) }))),
    );
  };
  expect(entryOf('one')).toBe(entryOf('one'));
  expect(entryOf('one')).not.toBe(entryOf('two'));
});

test('renewals are due in the last fifth of a life, each at a time of its own', async () => {
  const place = world('200512', '1.2', { contextLifetimeMs: 10 * MINUTE_MS });
  const dues = new Set<number>();
  for (let round = 0; round < 8; round++) {
    const initiator = place.initiator();
    await issue(place, initiator);
    const due = initiator.renewalDueAtMs! - place.ambient.now;
    expect(due).toBeGreaterThanOrEqual(8 * MINUTE_MS);
    expect(due).toBeLessThanOrEqual(9 * MINUTE_MS);
    dues.add(due);
  }
  expect(dues.size).toBeGreaterThan(4);
});
