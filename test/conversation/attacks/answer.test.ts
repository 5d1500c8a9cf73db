/** Answers that an initiator must not take. */

import { peerProfile } from '@parley/conversation';
import { describe, expect, test } from 'vitest';
import { granted, issue, must, octets, sent, TLS, text, world } from '../conversation-fixture.ts';
import { keyOctets } from '../sample-context.ts';
import { base64, ENTROPY, WSU_DECLARED } from './crafted-requests.ts';

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
    ['with a smaller key than was asked for', '>256<', '>128<', 'peer.key-usage'],
    ['with a key that is no number of octets', '>256<', '>257<', 'peer.key-usage'],
    [
      'for a life that begins tomorrow',
      /<t:Lifetime>.*<\/t:Lifetime>/,
      `<t:Lifetime><u:Created ${WSU_DECLARED}>2030-01-02T00:00:00Z</u:Created><u:Expires ${WSU_DECLARED}>2030-01-03T00:00:00Z</u:Expires></t:Lifetime>`,
      'peer.timestamp-future',
    ],
    ['to another request', /(<a:RelatesTo[^>]*>)[^<]*/, '$1urn:uuid:other', 'peer.addressing-mismatch'],
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
      `<t:Lifetime><u:Expires ${WSU_DECLARED}>2029-01-01T00:00:00Z</u:Expires></t:Lifetime>`,
      'peer.timestamp-expired',
    ],
  ])('%s is refused, and the right one still counts', async (_name, from, to, code) => {
    const place = world('200512', '1.2');
    const initiator = place.initiator();
    const { reply } = must(await place.responder.receive(sent(initiator.requestIssue(TLS)), TLS), 'issued');
    const changed = text(reply).replace(from, to);
    expect(changed).not.toBe(text(reply));
    expect(initiator.take(octets(changed))).toMatchObject({ ok: false, code });
    expect(initiator.awaits).toBe('issue-response');
    expect(granted(initiator.take(reply)).kind).toBe('issued');
  });

  test('without a Security header is taken from the channel', async () => {
    const place = world('200502', '1.2');
    const initiator = place.initiator();
    const { reply } = must(await place.responder.receive(sent(initiator.requestIssue(TLS)), TLS), 'issued');
    const bare = text(reply).replace(/<o:Security .*?<\/o:Security>/, '');
    expect(granted(initiator.take(octets(bare))).kind).toBe('issued');
  });

  test('that grants a longer life than was asked for is used for what was asked', async () => {
    const place = world('200512', '1.2', { contextLifetimeMinMs: 3_600_000 });
    const initiator = place.initiator({ contextLifetimeMs: 300_000 });
    await issue(place, initiator);
    expect(initiator.context?.expiresAtMs).toBe(place.ambient.now + 300_000);
    expect((await place.store.get(initiator.context!.identifier))?.expiresAtMs).toBe(place.ambient.now + 3_600_000);
  });

  test('that repeats no Context belongs to its request all the same', async () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator();
    const { reply } = must(await place.responder.receive(sent(initiator.requestIssue(TLS)), TLS), 'issued');
    const bare = text(reply).replace(/ Context="[^"]*"/, '');
    expect(bare).not.toBe(text(reply));
    expect(granted(initiator.take(octets(bare))).kind).toBe('issued');
  });

  test.each([
    ['the issuer key', 'issuer', 'any', 'issued'],
    ['the issuer key, where a share of both is wanted', 'issuer', 'combined', 'peer.key-usage'],
    ['what the requester sent', 'requester', 'any', 'issued'],
    ['what the requester sent, where a share of both is wanted', 'requester', 'combined', 'peer.key-usage'],
  ] as const)('that makes %s the key', async (_what, entropy, keys, expected) => {
    const place = world('200512', '1.2', { entropy });
    const initiator = place.initiator({ profile: { ...peerProfile('parley'), keys } });
    const issued = must(await place.responder.receive(sent(initiator.requestIssue(TLS)), TLS), 'issued');
    const reply = initiator.take(issued.reply);
    expect(reply.ok ? reply.value.kind : reply.code).toBe(expected);
    if (reply.ok) expect(keyOctets(initiator.context)).toEqual(keyOctets(await place.store.get(issued.identifier)));
  });
});
