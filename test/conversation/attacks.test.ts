/** Requests that must not work, and what is left of them when they did not. */

import type { ContextStore, Initiator } from '@parley/conversation';
import { MemoryContextStore, MemoryReplayCache, XmlWriter } from '@parley/conversation';
import { contextSource, Fault, Secret } from '@parley/core';
import { open, policyOf } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import {
  applicationEnvelope,
  authenticate,
  CLEAR,
  ENDPOINT,
  granted,
  issue,
  must,
  octets,
  PASSWORD,
  refusal,
  renew,
  TestAmbient,
  TLS,
  text,
  world,
} from './conversation-fixture.ts';
import { keyOctets, START_MS } from './sample-context.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A handshake with something changed: what the channel protects, a malicious client may write as it likes. */
function edited(initiator: Initiator, from: string | RegExp, to: string): Uint8Array {
  const before = text(granted(initiator.requestIssue(TLS)));
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  return octets(after);
}

async function isEmpty(store: ContextStore): Promise<boolean> {
  for await (const _ of store.list()) return false;
  return true;
}

function base64(lengthBytes: number): string {
  return Buffer.alloc(lengthBytes, 5).toString('base64');
}

const ENTROPY = /(<t:BinarySecret[^>]*>)[^<]*/;

describe('an RST that asks for what nobody gets', () => {
  test.each<[string, string | RegExp, string, string]>([
    ['entropy of no octets', ENTROPY, '$1', 'peer.trust-invalid-request'],
    ['entropy of 1 octet', ENTROPY, `$1${base64(1)}`, 'peer.trust-invalid-request'],
    ['entropy of 15 octets', ENTROPY, `$1${base64(15)}`, 'peer.trust-invalid-request'],
    ['entropy of 1 MB', ENTROPY, `$1${base64(600_000)}`, 'peer.limit-value'],
    ['entropy that is not base64', ENTROPY, '$1****', 'peer.encoding-invalid'],
    ['entropy with a comment inside', ENTROPY, `$1<!---->${base64(32)}`, 'peer.structure-invalid'],
    ['entropy twice', /<t:Entropy>.*<\/t:Entropy>/, '$&$&', 'peer.structure-invalid'],
    ['KeySize 8', '>256<', '>8<', 'peer.trust-invalid-request'],
    ['KeySize 0', '>256<', '>0<', 'peer.trust-invalid-request'],
    ['KeySize 1000000000', '>256<', '>1000000000<', 'peer.trust-invalid-request'],
    ['KeySize 520', '>256<', '>520<', 'peer.trust-invalid-request'],
    ['KeySize 129', '>256<', '>129<', 'peer.trust-invalid-request'],
    ['KeySize -256', '>256<', '>-256<', 'peer.trust-invalid-request'],
    ['KeySize 1e3', '>256<', '>1e3<', 'peer.trust-invalid-request'],
    ['KeySize empty', '>256<', '><', 'peer.trust-invalid-request'],
    ['another RequestType', '200512/Issue<', '200512/Validate<', 'peer.trust-invalid-request'],
    ['a RequestType that the action denies', '200512/Issue<', '200512/Renew<', 'peer.trust-invalid-request'],
    ['another TokenType', '200512/sct<', '200512/saml<', 'peer.trust-invalid-request'],
    [
      'another generation in the Body',
      'xmlns:t="http://docs.oasis-open.org/ws-sx/ws-trust/200512"',
      'xmlns:t="http://schemas.xmlsoap.org/ws/2005/02/trust"',
      'peer.trust-invalid-request',
    ],
    ['a hash as the way of computing', 'CK/PSHA1<', 'CK/HASH<', 'peer.trust-invalid-request'],
    [
      'a public key',
      '<t:KeySize>',
      '<t:KeyType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey</t:KeyType><t:KeySize>',
      'peer.trust-invalid-request',
    ],
    [
      'a life that is over',
      '<t:KeySize>',
      '<t:Lifetime><u:Expires>2029-12-31T00:00:00Z</u:Expires></t:Lifetime><t:KeySize>',
      'peer.trust-invalid-request',
    ],
    [
      'a life that begins later',
      '<t:KeySize>',
      '<t:Lifetime><u:Created>2031-01-01T00:00:00Z</u:Created></t:Lifetime><t:KeySize>',
      'peer.trust-invalid-request',
    ],
  ])('%s', async (_name, from, to, code) => {
    const place = world('200512', '1.2');
    expect(refusal(await place.responder.receive(edited(place.initiator(), from, to), TLS))).toBe(code);
    expect(await isEmpty(place.store)).toBe(true);
  });

  test('a life of 100 years gets what the policy gives', async () => {
    const place = world('200512', '1.2', { contextLifetimeMs: HOUR_MS });
    const identifier = await issue(place, place.initiator({ contextLifetimeMs: 100 * 365 * 24 * HOUR_MS }));
    expect((await place.store.get(identifier))?.expiresAtMs).toBe(START_MS + HOUR_MS);
  });

  test('a shorter life is given', async () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator({ contextLifetimeMs: MINUTE_MS });
    await issue(place, initiator);
    expect(initiator.context?.expiresAtMs).toBe(START_MS + MINUTE_MS);
  });

  test('an Identifier of the client choice is not looked at', async () => {
    const place = world('200512', '1.2');
    const token =
      '<c:SecurityContextToken xmlns:c="http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512"><c:Identifier>urn:mine</c:Identifier></c:SecurityContextToken>';
    const request = edited(
      place.initiator(),
      '<t:KeySize>',
      `<t:RequestedSecurityToken>${token}</t:RequestedSecurityToken>${token}<t:KeySize>`,
    );
    const issued = must(await place.responder.receive(request, TLS), 'issued');
    expect(issued.identifier).not.toBe('urn:mine');
    expect(text(issued.reply)).not.toContain('urn:mine');
    expect(await place.store.get('urn:mine')).toBeUndefined();
  });

  test('the same entropy twice gives two keys', async () => {
    const place = world('200512', '1.2');
    const same = (initiator: Initiator): Uint8Array => edited(initiator, ENTROPY, `$1${base64(32)}`);
    const first = must(await place.responder.receive(same(place.initiator()), TLS), 'issued');
    const second = must(await place.responder.receive(same(place.initiator()), TLS), 'issued');
    expect(keyOctets(await place.store.get(first.identifier))).not.toEqual(
      keyOctets(await place.store.get(second.identifier)),
    );
  });

  test('AppliesTo comes back as it was asked', async () => {
    const place = world('200512', '1.2');
    const request = granted(place.initiator({ appliesTo: 'https://host.example/other?a=1&b=2' }).requestIssue(TLS));
    expect(text(must(await place.responder.receive(request, TLS), 'issued').reply)).toContain(
      'https://host.example/other?a=1&amp;b=2',
    );
  });
});

describe('a handshake', () => {
  test('over an open channel is neither written nor answered', async () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator();
    expect(initiator.requestIssue(CLEAR)).toMatchObject({ ok: false, code: 'caller.channel-not-secure' });
    const request = granted(initiator.requestIssue(TLS));
    expect(refusal(await place.responder.receive(request, CLEAR))).toBe('peer.coverage-missing');
    const issued = must(await place.responder.receive(request, TLS), 'issued');
    expect(initiator.receive(issued.reply, CLEAR)).toMatchObject({ ok: false, code: 'caller.channel-not-secure' });
    expect(granted(initiator.receive(issued.reply, TLS))).toBe('issued');
  });

  test.each<[string, string | RegExp, string, string]>([
    ['without a token', /<o:UsernameToken.*<\/o:UsernameToken>/, '', 'peer.authentication-failed'],
    [
      'with two tokens',
      /<o:UsernameToken.*<\/o:UsernameToken>/,
      '$&<o:UsernameToken><o:Username>x</o:Username></o:UsernameToken>',
      'peer.authentication-failed',
    ],
    ['without a password', /<o:Password.*<\/o:Password>/, '', 'peer.authentication-failed'],
    ['with a password of another type', '#PasswordText', '#PasswordGuess', 'peer.authentication-failed'],
    ['with a comment in the name', '>alice<', '>al<!-- -->ice<', 'peer.structure-invalid'],
    ['with CDATA in the password', /(<o:Password[^>]*>)[^<]*/, '$1<![CDATA[canary]]>', 'peer.structure-invalid'],
    [
      'with an unknown child in the token',
      '</o:UsernameToken>',
      '<o:Salt>1</o:Salt></o:UsernameToken>',
      'peer.structure-invalid',
    ],
    [
      'with a signature that secures nothing',
      '</o:Security>',
      '<d:Signature xmlns:d="http://www.w3.org/2000/09/xmldsig#"/></o:Security>',
      'peer.structure-invalid',
    ],
    ['without a Timestamp', /<u:Timestamp.*<\/u:Timestamp>/, '', 'peer.coverage-missing'],
    [
      'with an old Timestamp',
      /<u:Created>[^<]*<\/u:Created><u:Expires>[^<]*/,
      '<u:Created>2029-12-31T00:00:00Z</u:Created><u:Expires>2029-12-31T00:05:00Z',
      'peer.timestamp-expired',
    ],
    [
      'of tomorrow',
      /<u:Created>[^<]*<\/u:Created><u:Expires>[^<]*/,
      '<u:Created>2030-01-02T00:00:00Z</u:Created><u:Expires>2030-01-02T00:05:00Z',
      'peer.timestamp-future',
    ],
    ['without a MessageID', /<a:MessageID>[^<]*<\/a:MessageID>/, '', 'peer.coverage-missing'],
    [
      'that wants its answer elsewhere',
      'http://www.w3.org/2005/08/addressing/anonymous',
      'https://evil.example/',
      'peer.addressing-forbidden',
    ],
    ['for somebody else', ENDPOINT, 'https://other.example/', 'peer.addressing-mismatch'],
    [
      'with a mandatory header of who knows whom',
      '<o:Security',
      '<x:Important xmlns:x="urn:x" s:mustUnderstand="1"/><o:Security',
      'peer.must-understand',
    ],
    ['without a Security header', /<o:Security.*<\/o:Security>/, '', 'peer.security-header-missing'],
    ['with two Security headers', /<o:Security.*<\/o:Security>/, '$&$&', 'peer.structure-invalid'],
  ])('%s is refused', async (_name, from, to, code) => {
    const place = world('200512', '1.1');
    expect(refusal(await place.responder.receive(edited(place.initiator(), from, to), TLS))).toBe(code);
    expect(await isEmpty(place.store)).toBe(true);
  });

  test('that contradicts the transport action is refused', async () => {
    const place = world('200512', '1.1');
    const request = granted(place.initiator().requestIssue(TLS));
    expect(refusal(await place.responder.receive(request, { secure: true, soapAction: '"urn:other"' }))).toBe(
      'peer.action-mismatch',
    );
  });

  test('cannot be used twice', async () => {
    const place = world('200512', '1.1');
    const request = granted(place.initiator().requestIssue(TLS));
    must(await place.responder.receive(request, TLS), 'issued');
    expect(refusal(await place.responder.receive(request, TLS))).toBe('peer.replay');
  });

  test('with a wrong password or user gives the same answer, and the initiator may try again', async () => {
    const place = world('200502', '1.2');
    for (const credential of [
      { username: 'alice', password: Secret.copyOf(octets('wrong')) },
      { username: 'nobody', password: Secret.copyOf(octets(PASSWORD)) },
      { username: 'alice', password: Secret.copyOf(octets('wrong')), passwordType: 'digest' as const },
    ]) {
      const initiator = place.initiator({ credential });
      const refused = must(await place.responder.receive(granted(initiator.requestIssue(TLS)), TLS), 'refused');
      expect(refused.failure).toMatchObject({ code: 'peer.authentication-failed', detail: { reason: 'password' } });
      expect(initiator.receive(refused.reply, TLS)).toMatchObject({
        ok: false,
        code: 'peer.soap-fault',
        detail: { faultCode: 'FailedAuthentication' },
      });
      expect(initiator.awaits).toBe('issue');
    }
  });

  test('of strangers, many times over, leaves nothing behind', async () => {
    const replayCache = new MemoryReplayCache();
    const place = world('200512', '1.2', { replayCache });
    const password = Secret.copyOf(octets('guess'));
    for (let round = 0; round < 500; round++) {
      const request = granted(place.initiator({ credential: { username: 'alice', password } }).requestIssue(TLS));
      expect(refusal(await place.responder.receive(request, TLS))).toBe('peer.authentication-failed');
    }
    expect(await isEmpty(place.store)).toBe(true);
    expect(replayCache.size).toBe(0);
  });

  test('of one principal opens so many contexts and no more, until one ends', async () => {
    const place = world('200512', '1.2', { contextsPerPrincipalMax: 2 });
    const first = place.initiator();
    await issue(place, first);
    await issue(place, place.initiator());
    const third = () => place.responder.receive(granted(place.initiator().requestIssue(TLS)), TLS);
    expect(refusal(await third())).toBe('internal.quota');
    must(await place.responder.receive(granted(first.requestCancel()), TLS), 'cancelled');
    must(await third(), 'issued');
    place.ambient.now += 11 * HOUR_MS;
    must(await third(), 'issued');
  });

  test('whose checker throws the password tells nobody', async () => {
    const place = world('200512', '1.2', {
      authenticate: (attempt) => {
        throw new Error(attempt.kind === 'text' ? attempt.password.lend(text) : '');
      },
    });
    const refused = must(await place.responder.receive(granted(place.initiator().requestIssue(TLS)), TLS), 'refused');
    expect(refused.failure.code).toBe('internal.store-unavailable');
    expect(JSON.stringify(refused.failure) + text(refused.reply)).not.toContain('canary');
  });
});

describe('cancel', () => {
  test('of somebody else context is refused, and nothing ends', async () => {
    const place = world('200512', '1.2');
    const alice = place.initiator();
    const victim = await issue(place, alice);
    const mallory = place.initiator({ credential: { username: 'mallory', password: Secret.copyOf(octets('other')) } });
    const own = await issue(place, mallory);
    // Mallory's key over a request that names Alice's context.
    const context = { ...mallory.context!, identifier: victim };
    const thief = place.initiator({ context });
    expect(refusal(await place.responder.receive(granted(thief.requestCancel()), TLS))).toBe('peer.decrypt-failed');
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

  test('is durable and told to every cache before it is answered', async () => {
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
    must(await place.responder.receive(granted(initiator.requestCancel()), TLS), 'cancelled');
    expect(order).toEqual(['stored', 'evicted']);
  });

  test('twice at once ends once', async () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator();
    await issue(place, initiator);
    const requests = [granted(initiator.requestCancel()), granted(initiator.requestCancel())];
    const kinds = (await Promise.all(requests.map((request) => place.responder.receive(request, TLS)))).map(refusal);
    expect(kinds.sort()).toEqual(['cancelled', 'peer.bad-context']);
  });

  test('an unprotected or forged answer does not count', async () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator();
    await issue(place, initiator);
    const { reply } = must(await place.responder.receive(granted(initiator.requestCancel()), TLS), 'cancelled');
    const bare = octets(text(reply).replace(/<o:Security.*<\/o:Security>/, ''));
    expect(initiator.receive(bare, TLS).ok).toBe(false);
    const flipped = Uint8Array.from(reply);
    const at = text(reply).indexOf('CipherValue>') + 20;
    flipped[at] = flipped[at] === 0x41 ? 0x42 : 0x41;
    expect(initiator.receive(flipped, TLS).ok).toBe(false);
    expect(initiator.awaits).toBe('cancel-response');
    expect(granted(initiator.receive(reply, TLS))).toBe('cancelled');
  });
});

describe('renew', () => {
  test('two at once both get a key that works', async () => {
    const place = world('200512', '1.2');
    const one = place.initiator();
    await issue(place, one);
    const two = place.initiator({ context: one.context });
    const [first, second] = await Promise.all(
      [one, two].map((side) => place.responder.receive(granted(side.requestRenew(TLS)), TLS)),
    );
    expect(must(first!, 'renewed').instance).not.toBe(must(second!, 'renewed').instance);
    granted(one.receive(must(first!, 'renewed').reply, TLS));
    granted(two.receive(must(second!, 'renewed').reply, TLS));
    for (const side of [one, two]) {
      must(await place.responder.receive(granted(side.secure(applicationEnvelope('1.2', 'x'))), TLS), 'message');
    }
  });

  test('again and again is bounded by the live keys', async () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator();
    const identifier = await issue(place, initiator);
    for (let round = 0; round < 3; round++) await renew(place, initiator);
    expect(refusal(await place.responder.receive(granted(initiator.requestRenew(TLS)), TLS))).toBe(
      'peer.unable-to-renew',
    );
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
    expect(refusal(await place.responder.receive(granted(mallory.requestRenew(TLS)), TLS))).toBe(
      'peer.authentication-failed',
    );
    const request = text(granted(alice.requestRenew(TLS)));
    const without = octets(request.replace(/<o:UsernameToken.*<\/o:UsernameToken>/, ''));
    expect(refusal(await place.responder.receive(without, TLS))).toBe('peer.authentication-failed');
    expect(refusal(await place.responder.receive(octets(request), CLEAR))).toBe('peer.coverage-missing');
    expect((await place.store.get(identifier))?.keys).toHaveLength(1);
  });

  test('with the password but without the key is refused', async () => {
    const place = world('200512', '1.2');
    const alice = place.initiator();
    const identifier = await issue(place, alice);
    const keys = [{ ...alice.context!.keys[0]!, secret: Secret.copyOf(new Uint8Array(32).fill(1)) }];
    const thief = place.initiator({ context: { ...alice.context!, keys } });
    expect(refusal(await place.responder.receive(granted(thief.requestRenew(TLS)), TLS))).toBe(
      'peer.signature-invalid',
    );
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
    expect(refusal(await place.responder.receive(granted(initiator.requestRenew(TLS)), TLS))).toBe(expected);
  });

  test('before the end is refused when it was agreed never to renew', async () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator({ renewable: 'never' });
    await issue(place, initiator);
    const refused = must(await place.responder.receive(granted(initiator.requestRenew(TLS)), TLS), 'refused');
    expect(refused.failure.code).toBe('peer.unable-to-renew');
    expect(initiator.receive(refused.reply, TLS)).toMatchObject({
      code: 'peer.soap-fault',
      detail: { faultCode: 'UnableToRenew' },
    });
    expect(initiator.awaits).toBe('messages');
    must(await place.responder.receive(granted(initiator.secure(applicationEnvelope('1.2', 'still'))), TLS), 'message');
  });

  test('that loses against a cancel brings nothing back', async () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator();
    const identifier = await issue(place, initiator);
    const request = granted(initiator.requestRenew(TLS));
    const cancel = granted(initiator.requestCancel());
    const [cancelled, renewed] = await Promise.all([
      place.responder.receive(cancel, TLS),
      place.responder.receive(request, TLS),
    ]);
    must(cancelled, 'cancelled');
    expect(['renewed', 'peer.bad-context']).toContain(refusal(renewed));
    expect(await place.store.get(identifier)).toMatchObject({ keys: [] });
  });
});

describe('the issuer answer', () => {
  test.each<[string, string | RegExp, string, string]>([
    ['without its share of the key', /<t:RequestedProofToken>.*<\/t:Entropy>/, '', 'peer.key-usage'],
    [
      'with a whole key',
      /<t:RequestedProofToken>.*<\/t:Entropy>/,
      `<t:RequestedProofToken><t:BinarySecret>${base64(32)}</t:BinarySecret></t:RequestedProofToken>`,
      'peer.key-usage',
    ],
    ['without its entropy', /<t:Entropy>.*<\/t:Entropy>/, '', 'peer.key-usage'],
    ['with entropy too short', ENTROPY, `$1${base64(8)}`, 'peer.key-usage'],
    ['with another computation', 'CK/PSHA1<', 'CK/HASH<', 'peer.key-usage'],
    ['with a key of 8 bits', '>256<', '>8<', 'peer.key-usage'],
    ['to another request', /<a:RelatesTo>[^<]*/, '<a:RelatesTo>urn:uuid:other', 'peer.addressing-mismatch'],
    ['with another Context', /Context="[^"]*"/, 'Context="urn:other"', 'peer.structure-invalid'],
    ['with another action', 'RSTR/SCT<', 'RSTR/SCT/Renew<', 'peer.action-mismatch'],
    ['with another token type', '200512/sct</t:TokenType>', '200512/x</t:TokenType>', 'peer.structure-invalid'],
    ['without a token', /<t:RequestedSecurityToken>.*<\/t:RequestedSecurityToken>/, '', 'peer.structure-invalid'],
    [
      'with two answers',
      /<t:RequestSecurityTokenResponse C.*<\/t:RequestSecurityTokenResponse>/,
      '$&$&',
      'peer.id-duplicate',
    ],
    [
      'for a life that is over',
      /<t:Lifetime>.*<\/t:Lifetime>/,
      '<t:Lifetime><u:Expires>2029-01-01T00:00:00Z</u:Expires></t:Lifetime>',
      'peer.timestamp-expired',
    ],
  ])('%s is refused, and the right one still counts', async (_name, from, to, code) => {
    const place = world('200512', '1.2');
    const initiator = place.initiator();
    const { reply } = must(await place.responder.receive(granted(initiator.requestIssue(TLS)), TLS), 'issued');
    const changed = text(reply).replace(from, to);
    expect(changed).not.toBe(text(reply));
    expect(initiator.receive(octets(changed), TLS)).toMatchObject({ ok: false, code });
    expect(initiator.awaits).toBe('issue-response');
    expect(granted(initiator.receive(reply, TLS))).toBe('issued');
  });

  test('without a Security header is taken from the channel', async () => {
    const place = world('200502', '1.2');
    const initiator = place.initiator();
    const { reply } = must(await place.responder.receive(granted(initiator.requestIssue(TLS)), TLS), 'issued');
    const bare = text(reply).replace(/<o:Security .*?<\/o:Security>/, '');
    expect(granted(initiator.receive(octets(bare), TLS))).toBe('issued');
  });
});

describe('trouble', () => {
  const FAILING = ['get', 'insert', 'update', 'cancel'] as const;

  test.each(FAILING)('a store whose %s fails refuses, and accepts nothing', async (method) => {
    const store = new MemoryContextStore();
    const place = world('200512', '1.2', { store });
    const initiator = place.initiator();
    await issue(place, initiator);
    const requests = {
      get: granted(initiator.secure(applicationEnvelope('1.2', 'x'))),
      insert: granted(place.initiator().requestIssue(TLS)),
      update: granted(initiator.requestRenew(TLS)),
      cancel: granted(initiator.requestCancel()),
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
    const request = granted(initiator.secure(applicationEnvelope('1.2', 'x')));
    expect(refusal(await place.responder.receive(request, TLS))).toBe('internal.quota');
  });

  test('randomness that fails issues nothing', async () => {
    const ambient = new TestAmbient('broken');
    const place = world('200512', '1.2', { ambient, authenticate });
    const request = granted(place.initiator().requestIssue(TLS));
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
    const reply = await place.responder.open(granted(place.initiator().requestIssue(TLS)), TLS);
    expect(reply).toMatchObject({ ok: false, code: 'peer.trust-request-failed' });
    expect(await isEmpty(place.store)).toBe(true);
  });

  test('out of turn, an initiator says so', () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator();
    for (const reply of [
      initiator.requestRenew(TLS),
      initiator.requestCancel(),
      initiator.secure(octets('<a/>')),
      initiator.receive(octets('<a/>'), TLS),
    ]) {
      expect(reply).toMatchObject({ ok: false, code: 'caller.context-unusable' });
    }
    initiator.close();
    expect(initiator.requestIssue(TLS)).toMatchObject({ ok: false, code: 'caller.context-unusable' });
  });
});

function reference(identifier: string, instance?: string): string {
  const attribute =
    instance === undefined
      ? ''
      : ` xmlns:c="http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512" c:Instance="${instance}"`;
  return `<o:SecurityTokenReference xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"><o:Reference URI="${identifier}"${attribute}/></o:SecurityTokenReference>`;
}

/** A request of trust under the initiator's context, with a Body of the test's own. */
function signedRequest(initiator: Initiator, type: 'Cancel', children: string): Uint8Array {
  const trust = 'http://docs.oasis-open.org/ws-sx/ws-trust/200512';
  const body = new XmlWriter().markup(
    `<t:RequestSecurityToken xmlns:t="${trust}"><t:RequestType>${trust}/${type}</t:RequestType>${children}</t:RequestSecurityToken>`,
  );
  const envelope = text(applicationEnvelope('1.2', '')).replace('urn:app:Echo', `${trust}/RST/SCT/${type}`);
  return granted(initiator.secure(octets(envelope.replace(/<e:Echo[^>]*><\/e:Echo>/, text(body.take())))));
}

test('policies of other endpoints refuse messages for this one', async () => {
  const place = world('200512', '1.2', { policy: policyOf('strict', { endpointAddress: 'https://another.example/' }) });
  expect(refusal(await place.responder.receive(granted(place.initiator().requestIssue(TLS)), TLS))).toBe(
    'peer.addressing-mismatch',
  );
});

test('a clock that goes back revives neither contexts nor keys', async () => {
  const place = world('200512', '1.2', { contextLifetimeMs: HOUR_MS });
  const initiator = place.initiator();
  await issue(place, initiator);
  const early = [1, 2].map((number) => granted(initiator.secure(applicationEnvelope('1.2', `early ${number}`))));
  await renew(place, initiator);
  const late = [1, 2].map((number) => granted(initiator.secure(applicationEnvelope('1.2', `late ${number}`))));
  must(await place.responder.receive(early[0]!, TLS), 'message');
  must(await place.responder.receive(late[0]!, TLS), 'message');
  // Past the rollover of the old key.
  place.ambient.now += 11 * MINUTE_MS;
  await place.responder.receive(octets('<a/>'), TLS);
  must(await place.responder.receive(granted(initiator.secure(applicationEnvelope('1.2', 'x'))), TLS), 'message');
  place.ambient.now -= 11 * MINUTE_MS;
  expect(refusal(await place.responder.receive(early[1]!, TLS))).toBe('peer.context-expired');
  place.ambient.now += 2 * HOUR_MS;
  expect(refusal(await place.responder.receive(late[1]!, TLS))).toBe('peer.context-expired');
  place.ambient.now -= 2 * HOUR_MS;
  expect(refusal(await place.responder.receive(late[1]!, TLS))).toBe('peer.context-expired');
});

test('a store that retains keys of cancelled contexts lets logs be verified and nothing else', async () => {
  const store = new MemoryContextStore({ cancelledKeys: 'retain' });
  const place = world('200512', '1.2', { store });
  const initiator = place.initiator();
  const identifier = await issue(place, initiator);
  const logged = granted(initiator.secure(applicationEnvelope('1.2', 'logged')));
  const never = granted(initiator.secure(applicationEnvelope('1.2', 'never sent')));
  must(await place.responder.receive(logged, TLS), 'message');
  place.ambient.now += MINUTE_MS;
  must(await place.responder.receive(granted(initiator.requestCancel()), TLS), 'cancelled');
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
  const message = granted(initiator.secure(applicationEnvelope('1.2', 'x')));
  place.ambient.now = now;
  expect(refusal(await place.responder.receive(message, TLS))).toBe('internal.invariant');
  expect(initiator.secure(applicationEnvelope('1.2', 'x'))).toMatchObject({ ok: false, code: 'internal.invariant' });
  expect(await initiator.open(message)).toMatchObject({ ok: false, code: 'internal.invariant' });
  place.ambient.now = START_MS;
  must(await place.responder.receive(message, TLS), 'message');
});
