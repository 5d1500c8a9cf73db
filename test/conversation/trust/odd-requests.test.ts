/** Requests for tokens as others may spell them, answered or refused by name: over TLS, where nothing signs them. */
import type { Version } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { granted, must, octets, refusal, TLS, text, world } from '../conversation-fixture.ts';

type Edit = (rst: string, version: Version) => string;

const RST = /<t:RequestSecurityToken[ >].*<\/t:RequestSecurityToken>/s;

async function received(version: Version, edit: Edit, entropy: 'client' | 'none' = 'none') {
  const place = world(version, '1.2');
  const request = granted(place.initiator({ entropy }).requestIssue(TLS));
  const message = text(request.octets).replace(RST, (rst) => edit(rst, version));
  return { place, outcome: await place.responder.receive(octets(message), TLS) };
}

const child =
  (xml: string): Edit =>
  (rst) =>
    rst.replace('</t:RequestSecurityToken>', `${xml}</t:RequestSecurityToken>`);
const without =
  (name: string): Edit =>
  (rst) =>
    rst.replace(new RegExp(`<t:${name}[ >].*?</t:${name}>`, 's'), '');
const keySize =
  (bits: string): Edit =>
  (rst) =>
    rst.replace(/<t:KeySize>[^<]*</, `<t:KeySize>${bits}<`);

/** Taken; with the size of the key in bits. */
const TAKEN: readonly [string, Edit, number][] = [
  [
    'elements that nobody knows, among those that are known',
    child('<x:Hint xmlns:x="urn:x"><t:KeySize>8</t:KeySize></x:Hint>'),
    256,
  ],
  [
    'elements of WS-Trust that say nothing of a context',
    child('<t:SignWith>urn:a</t:SignWith><t:EncryptWith>urn:b</t:EncryptWith>'),
    256,
  ],
  ['parameters of a policy', child('<t:SecondaryParameters><t:KeySize>128</t:KeySize></t:SecondaryParameters>'), 256],
  ['no KeySize', without('KeySize'), 256],
  ['a smaller key', keySize('128'), 128],
  ['a larger key', keySize('512'), 512],
  ['blanks around it', keySize('\n  192\t'), 192],
  ['no TokenType', without('TokenType'), 256],
  ['no Lifetime, no Context', (rst) => without('Lifetime')(rst, '200512').replace(/ Context="[^"]*"/, ''), 256],
  ['an empty Context', (rst) => rst.replace(/ Context="[^"]*"/, ' Context=""'), 256],
  [
    'a Lifetime without Created',
    child(
      `<t:Lifetime><u:Expires xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd">2030-01-01T01:00:00Z</u:Expires></t:Lifetime>`,
    ),
    256,
  ],
  ['an empty Lifetime', child('<t:Lifetime/>'), 256],
  ['an empty Renewing', child('<t:Renewing/>'), 256],
  [
    'an AppliesTo without an address',
    child('<p:AppliesTo xmlns:p="http://schemas.xmlsoap.org/ws/2004/09/policy"><x:Any xmlns:x="urn:x"/></p:AppliesTo>'),
    256,
  ],
  [
    'KeyType of a secret',
    (rst, version) => child(`<t:KeyType>${VERSION_URIS[version].trust}/SymmetricKey</t:KeyType>`)(rst, version),
    256,
  ],
  [
    'other prefixes, declared where they are used',
    (rst, version) =>
      rst.replace(/<(\/?)t:(\w+)/g, (_, slash: string, name: string) =>
        slash === '' ? `<z:${name} xmlns:z="${VERSION_URIS[version].trust}"` : `</z:${name}`,
      ),
    256,
  ],
  [
    'no prefix at all',
    (rst, version) =>
      rst
        .replaceAll(/(<\/?)t:/g, '$1')
        .replace('<RequestSecurityToken', `<RequestSecurityToken xmlns="${VERSION_URIS[version].trust}"`),
    256,
  ],
];

const REFUSED: readonly [string, Edit, string][] = [
  ['a key of nothing', keySize('0'), 'peer.trust-invalid-request'],
  ['a key of 127 bits', keySize('127'), 'peer.trust-invalid-request'],
  ['a key of 520 bits', keySize('520'), 'peer.trust-invalid-request'],
  ['a key of minus 256 bits', keySize('-256'), 'peer.trust-invalid-request'],
  ['a key of no number', keySize('many'), 'peer.trust-invalid-request'],
  ['two sizes', child('<t:KeySize>256</t:KeySize>'), 'peer.structure-invalid'],
  [
    'two RequestTypes',
    (rst, version) => child(`<t:RequestType>${VERSION_URIS[version].trust}/Issue</t:RequestType>`)(rst, version),
    'peer.structure-invalid',
  ],
  ['another RequestType', (rst) => rst.replace('/Issue<', '/Validate<'), 'peer.trust-invalid-request'],
  [
    'another TokenType',
    (rst) => rst.replace(/<t:TokenType>[^<]*</, '<t:TokenType>urn:saml<'),
    'peer.trust-invalid-request',
  ],
  [
    'a public key',
    (rst, version) => child(`<t:KeyType>${VERSION_URIS[version].trust}/PublicKey</t:KeyType>`)(rst, version),
    'peer.trust-invalid-request',
  ],
  ['two requests', (rst) => `${rst}${rst}`, 'peer.structure-invalid'],
  [
    'a collection of one',
    (rst) =>
      `<t:RequestSecurityTokenCollection xmlns:t="${/xmlns:t="([^"]*)"/.exec(rst)?.[1]}">${rst}</t:RequestSecurityTokenCollection>`,
    'peer.trust-bad-request',
  ],
  [
    'a collection of several',
    (rst) =>
      `<t:RequestSecurityTokenCollection xmlns:t="${/xmlns:t="([^"]*)"/.exec(rst)?.[1]}">${rst}${rst}</t:RequestSecurityTokenCollection>`,
    'peer.trust-bad-request',
  ],
  ['an empty request', () => '', 'peer.structure-invalid'],
  ['text beside the elements', child('text'), 'peer.structure-invalid'],
  [
    'a Lifetime that is over',
    child(
      '<t:Lifetime><u:Expires xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd">2029-01-01T00:00:00Z</u:Expires></t:Lifetime>',
    ),
    'peer.trust-invalid-time-range',
  ],
  ['a Renewing that is neither true nor false', child('<t:Renewing OK="yes"/>'), 'peer.structure-invalid'],
];

describe.each<Version>(['200512', '200502'])('%s', (version) => {
  test.each(TAKEN)('is taken: %s', async (_name, edit, bits) => {
    const { place, outcome } = await received(version, edit);
    const { identifier, reply } = must(outcome, 'issued');
    expect((await place.store.get(identifier))?.keys[0]?.secret.lengthBytes).toBe(bits / 8);
    expect(text(reply)).toContain(`<t:KeySize>${bits}</t:KeySize>`);
  });

  test.each(REFUSED)('is refused: %s', async (_name, edit, code) => {
    const { outcome } = await received(version, edit);
    expect(refusal(outcome)).toBe(code);
  });

  test('entropy of every size: used, or refused by name', async () => {
    const sizes = fc.nat({ max: 200 });
    await fc.assert(
      fc.asyncProperty(sizes, async (bytes) => {
        const secret = Buffer.alloc(bytes, 7).toString('base64');
        const edit: Edit = (rst) => rst.replace(/(<t:BinarySecret[^>]*>)[^<]*</, `$1${secret}<`);
        const { outcome } = await received(version, edit, 'client');
        expect(refusal(outcome)).toBe(bytes >= 16 && bytes <= 128 ? 'issued' : 'peer.trust-invalid-request');
      }),
      { numRuns: 20, examples: [[0], [15], [16], [128], [129]] },
    );
  });

  test('whatever stands beside what is known, in whatever order, is passed over', async () => {
    const unknown = fc.record({
      prefix: fc.constantFrom('x', 't2', 'wsa'),
      name: fc.constantFrom('KeySize', 'Entropy', 'Claims', 'Any'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(unknown, { maxLength: 6 }), fc.boolean(), async (elements, first) => {
        const xml = elements
          .map(({ prefix, name }) => `<${prefix}:${name} xmlns:${prefix}="urn:other:${prefix}">1</${prefix}:${name}>`)
          .join('');
        const edit: Edit = (rst, spoken) =>
          first ? rst.replace(/(<t:RequestSecurityToken[^>]*>)/, `$1${xml}`) : child(xml)(rst, spoken);
        expect(refusal((await received(version, edit)).outcome)).toBe('issued');
      }),
      { numRuns: 20 },
    );
  });
});
