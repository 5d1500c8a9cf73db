/** Answers that an initiator must not take. */

import { describe, expect, test } from 'vitest';
import { granted, must, octets, TLS, text, world } from '../conversation-fixture.ts';
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
