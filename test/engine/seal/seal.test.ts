import { contextSource, SUITE_NAMES } from '@parley/core';
import { open, policyOf, seal } from '@parley/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ALL_SUITES_POLICY,
  NOW_MS,
  openedBy,
  replaced,
  SOAP11,
  sampleContext,
  sampleEnvelope,
  sampleRandom,
  sampleRequest,
  sampleSecret,
  sealed,
  text,
} from '../support/sample.ts';
import { envelopeWithTokens, USERNAME_TOKEN } from '../support/sample-keys.ts';

const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const WSA = 'http://www.w3.org/2005/08/addressing';
const KEYS = ['explicit', 'implied', 'direct'] as const;
const TOKENS = ['attached', 'external'] as const;
const ENCRYPT = ['none', 'body', 'body-and-signature'] as const;
const ORDERS = ['sign-then-encrypt', 'encrypt-then-sign'] as const;

// The Rsa15 suites differ in what no context uses.
const combinations = SUITE_NAMES.filter((suite) => !suite.endsWith('Rsa15'))
  .flatMap((suite) =>
    KEYS.flatMap((keys) =>
      TOKENS.flatMap((token) =>
        ENCRYPT.flatMap((encrypt) => ORDERS.map((order) => ({ suite, keys, token, encrypt, order }))),
      ),
    ),
  )
  .filter(({ keys, encrypt }) => !(keys === 'direct' && encrypt !== 'none'));

describe('open(seal(m)) = m', () => {
  test.each(['200512', '200502'] as const)('in every combination, generation %s', (version) => {
    const context = sampleContext({ version });
    expect(combinations.length).toBe(392);
    for (const combination of combinations) {
      const message = sealed(sampleEnvelope(), sampleRequest({ context, ...combination }));
      const reply = openedBy(message, context, ALL_SUITES_POLICY);
      if (!reply.ok) throw new Error(`${JSON.stringify(combination)}: ${reply.code}`);
      expect(text(reply.value.body)).toContain(
        '<m:Ping xmlns:m="urn:m" note="&lt;&quot;">hällo &amp; co</m:Ping></s:Body>',
      );
      // In the order of decryption: what was signed as ciphertext comes after the signature.
      const roles = reply.value.encrypted.map((part) => part.role);
      expect(combination.order === 'sign-then-encrypt' ? roles : roles.reverse()).toEqual(
        { none: [], body: ['body'], 'body-and-signature': ['body', 'signature'] }[combination.encrypt],
      );
      expect(text(message).includes('hällo')).toBe(combination.encrypt === 'none');
    }
  });

  test('for any text in Body, SOAP 1.1', () => {
    const character = fc.integer({ min: 0x20, max: 0xd7ff }).map((code) => String.fromCodePoint(code));
    fc.assert(
      fc.property(fc.array(character, { maxLength: 40 }), fc.constantFrom(...ENCRYPT), (characters, encrypt) => {
        const escaped = characters.join('').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
        const message = sealed(sampleEnvelope(`<x>${escaped}</x>`, SOAP11), sampleRequest({ encrypt }));
        const reply = openedBy(message, sampleContext());
        return (
          reply.ok && reply.value.soapVersion === '1.1' && text(reply.value.body).endsWith(`<x>${escaped}</x></s:Body>`)
        );
      }),
      { numRuns: 200 },
    );
  });

  const shapes: ReadonlyArray<readonly [what: string, envelope: string]> = [
    ['no Header', `<s:Envelope xmlns:s="${SOAP11}"><s:Body><x/></s:Body></s:Envelope>`],
    ['an empty Header and Body', `<s:Envelope xmlns:s="${SOAP11}"><s:Header/><s:Body/></s:Envelope>`],
    ['the default namespace', `<Envelope xmlns="${SOAP11}"><Header></Header><Body><x xmlns=""/></Body></Envelope>`],
    ['prefix u taken', `<s:Envelope xmlns:s="${SOAP11}" xmlns:u="urn:u"><s:Body u:a="1"><u:x/></s:Body></s:Envelope>`],
    [
      'a declaration and comments outside',
      `<?xml version="1.0"?>\n<s:Envelope xmlns:s="${SOAP11}">\n <s:Header>\n </s:Header>\n <s:Body>\n </s:Body>\n</s:Envelope>\n`,
    ],
    [
      'wsu declared above and below, and on an Action that lacks an Id',
      `<s:Envelope xmlns:s="${SOAP11}" xmlns:u="${WSU}"><s:Header><a:Action xmlns:a="${WSA}" b="1" s:x="2">urn:a</a:Action></s:Header><s:Body><x xmlns:u1="${WSU}" u1:Id="b"><u:y/></x></s:Body></s:Envelope>`,
    ],
    [
      'a Body of another prefix, s for something else, and our prefixes on the Body',
      `<p:Envelope xmlns:p="${SOAP11}" xmlns:s="urn:s"><q:Body xmlns:q="${SOAP11}" xmlns:e="http://www.w3.org/2001/04/xmlenc#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:c="http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512" s:a="" e:b="" ds:c=">" c:d="'"><x/></q:Body></p:Envelope>`,
    ],
    [
      'prefixes that mean other things to us',
      `<e:Envelope xmlns:e="${SOAP11}" xmlns:o="urn:o" xmlns:c="urn:c" xmlns:ds="urn:ds"><e:Header o:x="1"/><e:Body c:x="1" ds:x="1"><o:x c:y="2"/></e:Body></e:Envelope>`,
    ],
    ['Ids like ours', `<s:Envelope xmlns:s="${SOAP11}"><s:Body Id="_0"><x Id="_1"/></s:Body></s:Envelope>`],
  ];
  test.each(shapes)('an envelope with %s', (_what, envelope) => {
    for (const [encrypt, order] of [
      ...ENCRYPT.map((encrypt) => [encrypt, ORDERS[0]] as const),
      ['body', ORDERS[1]] as const,
    ]) {
      const message = sealed(new TextEncoder().encode(envelope), sampleRequest({ encrypt, order }));
      const reply = openedBy(message, sampleContext(), policyOf('body-only'));
      // Two Id attributes on one element are refused on the way in: sealing does not hide that.
      expect(reply.ok ? 'ok' : reply.code).toBe(envelope.includes('Body Id=') ? 'peer.structure-invalid' : 'ok');
    }
  });

  const notOpenedUp = shapes.filter(([, envelope]) => !/Header[^>]*\/>/.test(envelope));
  test.each(notOpenedUp)('what is not touched goes out octet for octet: %s', (_what, envelope) => {
    const message = text(sealed(new TextEncoder().encode(envelope), sampleRequest()));
    const without = message
      .replace(/<s:Header[^>]*><o:Security .*<\/o:Security><\/s:Header>|<o:Security .*<\/o:Security>/, '')
      .replaceAll(/ xmlns:(u\d*)="[^"]*wssecurity-utility[^"]*" \1:Id="_\d+"/g, '');
    expect(without).toBe(envelope);
  });

  test('a Security header that is there already keeps its tokens', () => {
    const security =
      '<o:Security xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"><o:UsernameToken><o:Username>a</o:Username></o:UsernameToken></o:Security></s:Header>';
    const message = sealed(replaced(sampleEnvelope(), '</s:Header>', security), sampleRequest());
    expect(openedBy(message, sampleContext())).toMatchObject({ ok: true });
    expect(text(message).match(/<o:Security/g)).toHaveLength(
      1 + (text(message).match(/<o:SecurityTokenReference/g)?.length ?? 0),
    );
  });
});

describe('keys', () => {
  test('the newest instance signs, an older one when asked for', () => {
    const context = sampleContext();
    const renewed = {
      ...context,
      keys: [...context.keys, { ...context.keys[0], instance: 'urn:uuid:i2', secret: sampleSecret(64) }],
    } as typeof context;
    const newest = openedBy(sealed(sampleEnvelope(), sampleRequest({ context: renewed, token: 'external' })), renewed);
    expect(newest).toMatchObject({ ok: true, value: { instance: 'urn:uuid:i2' } });
    const first = openedBy(sealed(sampleEnvelope(), sampleRequest({ context: renewed, instance: undefined })), renewed);
    expect(first).toMatchObject({ ok: true, value: { instance: undefined } });
  });

  test.each([
    ['cancelled', { cancelledAtMs: NOW_MS }],
    ['expired', { expiresAtMs: NOW_MS }],
    ['without keys', { keys: [] }],
  ])('a context that is %s seals nothing', (_what, changes) => {
    expect(seal(sampleEnvelope(), sampleRequest({ context: sampleContext(changes) }))).toMatchObject({
      ok: false,
      code: 'caller.context-unusable',
    });
  });

  test('no octet of the secret, and no plaintext, is in a sealed message', () => {
    const message = sealed(sampleEnvelope('<x>canary</x>'), sampleRequest({ encrypt: 'body-and-signature' }));
    expect(text(message)).not.toContain('canary');
    expect(Buffer.from(message).indexOf(Buffer.from(sampleSecret().lend((bytes) => bytes.slice(0, 8))))).toBe(-1);
  });
});

describe('options that exclude each other', () => {
  test.each([
    { keys: 'direct', encrypt: 'body' },
    { encryptHeaders: [{ namespace: 'urn:h' }], keys: 'direct' },
    { layout: 'tight' as 'lax' },
    { layout: 'lax-timestamp-last', sign: { body: true, addressing: true, timestamp: false } },
    { sign: { body: false, addressing: false, timestamp: false, headers: [{ namespace: 'urn:absent' }] } },
    { sign: { body: false, addressing: false, timestamp: false } },
    { timestampLifetimeMs: 0 },
  ] as const)('%j', (changes) => {
    expect(seal(sampleEnvelope(), sampleRequest(changes))).toMatchObject({ ok: false, code: 'caller.option-invalid' });
  });

  test('not an envelope', () => {
    expect(seal(new TextEncoder().encode('<x/>'), sampleRequest())).toMatchObject({
      ok: false,
      code: 'caller.envelope-invalid',
      detail: { code: 'peer.structure-invalid' },
    });
    expect(seal(new TextEncoder().encode('<x'), sampleRequest())).toMatchObject({
      ok: false,
      code: 'caller.envelope-invalid',
      detail: { code: 'peer.xml-malformed' },
    });
  });
});

test('what is secured already is refused, whoever secured it and how', () => {
  expect(seal(envelopeWithTokens(USERNAME_TOKEN), sampleRequest()).ok).toBe(true);
  for (const encrypt of ['none', 'body', 'body-and-signature'] as const) {
    const once = sealed(sampleEnvelope(), sampleRequest({ encrypt }));
    expect(seal(once, sampleRequest({ encrypt: 'none' }))).toMatchObject({
      ok: false,
      code: 'caller.envelope-invalid',
      detail: { reason: 'it is secured already' },
    });
  }
});

test('time and randomness given, the octets are the same', () => {
  const once = () => sealed(sampleEnvelope(), sampleRequest({ encrypt: 'body', fillRandom: sampleRandom(9) }));
  expect(once()).toEqual(once());
  expect(open(once(), { atMs: NOW_MS, policy: policyOf(), contexts: contextSource([sampleContext()]) }).ok).toBe(true);
});
