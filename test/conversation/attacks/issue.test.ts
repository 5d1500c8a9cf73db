/** Requests for a context that must not work, and what is left of them when they did not. */

import type { Initiator } from '@parley/conversation';
import { describe, expect, test } from 'vitest';
import { issue, must, refusal, sent, TLS, text, world } from '../conversation-fixture.ts';
import { keyOctets, START_MS } from '../sample-context.ts';
import { base64, ENTROPY, edited, HOUR_MS, isEmpty, MINUTE_MS, WSU_DECLARED } from './crafted-requests.ts';

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
      `<t:Lifetime><u:Expires ${WSU_DECLARED}>2029-12-31T00:00:00Z</u:Expires></t:Lifetime><t:KeySize>`,
      'peer.trust-invalid-time-range',
    ],
    [
      'a life that begins later',
      '<t:KeySize>',
      `<t:Lifetime><u:Created ${WSU_DECLARED}>2031-01-01T00:00:00Z</u:Created></t:Lifetime><t:KeySize>`,
      'peer.trust-invalid-time-range',
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

  test('T52: an Identifier of the client choice is not looked at', async () => {
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

  test('T51 T52: the same entropy twice gives two keys', async () => {
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
    const request = sent(place.initiator({ appliesTo: 'https://host.example/other?a=1&b=2' }).requestIssue(TLS));
    expect(text(must(await place.responder.receive(request, TLS), 'issued').reply)).toContain(
      'https://host.example/other?a=1&amp;b=2',
    );
  });
});
