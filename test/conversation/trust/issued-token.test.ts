/** A token that holds more than the name of its context goes back to its issuer as it came (WCF keeps its state in one). */
import type { ConversationProfile } from '@parley/conversation';
import { peerProfile } from '@parley/conversation';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applicationEnvelope, granted, must, octets, TLS, text, world } from '../conversation-fixture.ts';

const PROFILES: readonly [string, ConversationProfile][] = [
  ['by message', peerProfile('wcf-message')],
  ['by the transport', peerProfile('wcf-mixed')],
];

/** What canonical form leaves as it is. */
const value = fc.string({
  unit: fc.constantFrom('a', 'Z', '0', '+', '/', '=', 'ü', '&amp;', '&lt;', '&gt;', ' '),
  maxLength: 40,
});
const extension = fc
  .record({
    prefix: fc.constantFrom('x', 'wsc', 'soap', 'ds'),
    name: fc.constantFrom('Cookie', 'Identifier', 'Instance'),
    value,
  })
  .map(
    (own) => `<${own.prefix}:${own.name} xmlns:${own.prefix}="urn:peer:own">${own.value}</${own.prefix}:${own.name}>`,
  );
const TOKEN = /<(?:\w+:)?SecurityContextToken .*?<\/(?:\w+:)?SecurityContextToken>/s;

function tokenIn(message: Uint8Array): string | undefined {
  return TOKEN.exec(text(message))?.[0];
}

describe.each(PROFILES)('%s', (_name, profile) => {
  test('extensions of an issued token are repeated in whatever it protects', async () => {
    const property = fc.asyncProperty(fc.array(extension, { minLength: 1, maxLength: 3 }), async (extensions) => {
      const place = world('200502', '1.2', { profile });
      const initiator = place.initiator({ profile });
      const request = granted(initiator.requestIssue(TLS));
      const { reply } = must(await place.responder.receive(request.octets, TLS), 'issued');
      const extended = text(reply).replace(TOKEN, (token) => token.replace(/(?=<\/[^>]*>$)/, extensions.join('')));
      granted(initiator.receive(octets(extended), request, TLS));

      const messages = [
        granted(initiator.requestCall(applicationEnvelope('1.2', 'one'))),
        granted(initiator.requestRenew(TLS)),
        granted(initiator.requestCancel(TLS)),
      ];
      const tokens = messages.map((message) => tokenIn(message.octets));
      for (const each of extensions) expect(tokens[0]).toContain(each);
      expect(new Set(tokens).size).toBe(1);
      const kinds: string[] = [];
      for (const message of messages) kinds.push((await place.responder.receive(message.octets, TLS)).kind);
      expect(kinds).toEqual(['message', 'renewed', 'cancelled']);
    });
    await fc.assert(property, { numRuns: 25 });
  });
});
