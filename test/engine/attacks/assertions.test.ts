// Threats to SAML assertions: who made them, for whom, when, about whom; and what a message must do to show it.
import { PublicKey, type SamlVersion, Secret } from '@parley/core';
import { type AssertionSealRequest, EncryptedKey, type Policy, type PolicyChanges, policyOf } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import {
  NOW_MS,
  openedBy,
  replaced,
  sampleContext,
  sampleEnvelope,
  sampleRequest,
  sealed,
  text,
} from '../support/sample.ts';
import {
  AUDIENCE,
  BEARER_POLICY,
  certificateHolder,
  HOLDER_POLICY,
  ISSUER,
  issuerTrust,
  openedWith,
  outcomeWith,
  sampleAssertion,
  sampleCredentials,
  secretHolder,
} from '../support/sample-assertions.ts';
import { certificateRequest, encryptedKeyRequest, sampleKey } from '../support/sample-keys.ts';

const VERSIONS: readonly SamlVersion[] = ['1.1', '2.0'];
const holderMessage = (wish: Parameters<typeof certificateHolder>[0] = {}) =>
  sealed(sampleEnvelope(), certificateHolder(wish));
const bearerMessage = (wish: Parameters<typeof sampleAssertion>[0] = {}) =>
  sealed(sampleEnvelope(), certificateRequest({ assertions: [{ octets: sampleAssertion(wish), sign: 'id' }] }));

/** Which nobody covers, so that only its own signature speaks for it. */
function changed(message: Uint8Array, from: string | RegExp, to: string): Uint8Array {
  const before = text(message);
  const after = before.replace(from, () => to);
  expect(after, String(from)).not.toBe(before);
  return new TextEncoder().encode(after);
}

function holderPolicy(changes: PolicyChanges): Policy {
  return policyOf('saml', changes);
}

describe.each(VERSIONS)('who issued it: SAML %s', (version) => {
  test('T07: it is not signed', () => {
    const message = changed(holderMessage({ version }), /<ds:Signature .*?<\/ds:Signature>/s, '');
    expect(outcomeWith(message)).toBe('peer.assertion-untrusted');
  });

  test('T11: an issuer that nobody named, or by another spelling', () => {
    for (const issuer of ['https://sts.example.com/', 'https://sts.example.org', `${ISSUER} `])
      expect(outcomeWith(holderMessage({ version, issuer }))).toBe('peer.assertion-untrusted');
    const credentials = sampleCredentials({ assertionIssuers: undefined });
    expect(outcomeWith(holderMessage({ version }), HOLDER_POLICY, credentials)).toBe('peer.assertion-untrusted');
  });

  test('T11: the certificate in KeyInfo is believed by nobody for being there', () => {
    const message = holderMessage({ version, key: sampleKey('mallory', 'rsa').key });
    expect(outcomeWith(message)).toBe('peer.certificate-untrusted');
    // Nor is one that the trust of messages knows, or another issuer's.
    const issuers = [
      { name: ISSUER, trust: issuerTrust() },
      { name: 'https://other.example.org/', trust: issuerTrust('mallory') },
    ];
    expect(outcomeWith(message, HOLDER_POLICY, sampleCredentials({ assertionIssuers: issuers }))).toBe(
      'peer.certificate-untrusted',
    );
    const both = [...issuers, { name: ISSUER, trust: issuerTrust('mallory') }];
    expect(outcomeWith(message, HOLDER_POLICY, sampleCredentials({ assertionIssuers: both }))).toBe('ok');
  });

  test('T11: the certificate of the issuer, and the signature of somebody else', () => {
    const honest = text(holderMessage({ version }));
    const forged = text(sampleAssertion({ version, key: sampleKey('mallory', 'rsa').key }));
    const value = /<ds:SignatureValue>[^<]*/;
    const message = honest.replace(value, () => value.exec(forged)![0]);
    expect(outcomeWith(new TextEncoder().encode(message))).toBe('peer.signature-invalid');
  });

  test('what it says was changed', () => {
    expect(outcomeWith(changed(holderMessage({ version }), 'alice@', 'malice@'))).toBe('peer.digest-mismatch');
    expect(outcomeWith(changed(holderMessage({ version }), '>admin<', '>root<'))).toBe('peer.digest-mismatch');
  });

  test('no octet of it can be changed and say something else', () => {
    const message = holderMessage({ version });
    const before = openedWith(message);
    const start = text(message).indexOf('<saml:Assertion');
    const end = text(message).indexOf('</saml:Assertion>');
    let refused = 0;
    for (let at = start; at < end; at += 11) {
      const flipped = Uint8Array.from(message);
      flipped[at] = flipped[at]! ^ 1;
      const after = openedWith(flipped);
      if (!after.ok) refused++;
      else expect(before.ok && after.value.assertions).toEqual(before.ok && before.value.assertions);
    }
    expect(refused).toBeGreaterThan((end - start) / 12);
  });
});

describe('its signature covers it, all of it, and nothing else', () => {
  const message = holderMessage();
  const transforms =
    '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:Transform>';
  const [enveloped, exclusive] = transforms.split(/(?<=<\/ds:Transform>)/) as [string, string];
  const reference = /<ds:Reference URI="#_a1">.*?<\/ds:Reference>/s.exec(text(message))![0];

  test.each<readonly [string, string | RegExp, string, string]>([
    ['T23: an empty URI', 'URI="#_a1"', 'URI=""', 'peer.ref-uri-forbidden'],
    ['T23: no URI', ' URI="#_a1"', '', 'peer.ref-uri-forbidden'],
    ['T22: a URI of somewhere else', 'URI="#_a1"', 'URI="https://example.org/#_a1"', 'peer.ref-uri-forbidden'],
    ['T23: an XPointer', 'URI="#_a1"', 'URI="#xpointer(id(&apos;_a1&apos;))"', 'peer.ref-uri-forbidden'],
    ['T23: an id that nothing has', 'URI="#_a1"', 'URI="#_a9"', 'peer.ref-unresolved'],
    ['T01: another element of the message', 'URI="#_a1"', 'URI="#_3"', 'peer.coverage-missing'],
    ['T23: a Type', 'URI="#_a1"', 'Type="urn:a" URI="#_a1"', 'peer.ref-type-forbidden'],
    ['T09: two references', reference, `${reference}${reference}`, 'peer.limit-references'],
    ['T07: no reference', reference, '', 'peer.structure-invalid'],
    ['T20: exclusive C14N alone', transforms, exclusive, 'peer.structure-invalid'],
    ['T20: the enveloped signature alone', transforms, enveloped, 'peer.structure-invalid'],
    ['T20: in another order', transforms, exclusive + enveloped, 'peer.transform-forbidden'],
    ['T20: a third', transforms, transforms + exclusive, 'peer.transform-forbidden'],
    ['T20: with comments', exclusive, exclusive.replace('c14n#', 'c14n#WithComments'), 'peer.transform-forbidden'],
    [
      'T20: an XPath filter',
      exclusive,
      '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>true()</ds:XPath></ds:Transform>',
      'peer.transform-forbidden',
    ],
    ['T13: a MAC', 'xmldsig-more#rsa-sha256', 'xmldsig-more#hmac-sha256', 'peer.alg-forbidden'],
    [
      'T14: SHA-1',
      'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
      'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
      'peer.alg-forbidden',
    ],
    [
      'T11: no KeyInfo',
      /<ds:KeyInfo><ds:X509Data>.*?<\/ds:KeyInfo><\/ds:Signature>/s,
      '</ds:Signature>',
      'peer.keyinfo-forbidden',
    ],
    [
      'T11: a key in KeyInfo',
      /<ds:KeyInfo><ds:X509Data>.*?<\/ds:X509Data>(?=<\/ds:KeyInfo><\/ds:Signature>)/s,
      '<ds:KeyInfo><ds:KeyValue></ds:KeyValue>',
      'peer.keyinfo-forbidden',
    ],
    [
      'T02: something after KeyInfo',
      '</ds:Signature>',
      '<ds:Object></ds:Object></ds:Signature>',
      'peer.structure-invalid',
    ],
  ])('%s', (_name, from, to, code) => {
    expect(outcomeWith(changed(message, from, to))).toBe(code);
  });

  test('T20: inclusive forms stay out of assertions, whatever the policy allows for messages', () => {
    const policy = holderPolicy({ canonicalisations: ['exclusive', 'inclusive', 'exclusive-with-comments'] });
    for (const form of [
      'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
      'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
    ])
      expect(
        outcomeWith(changed(message, exclusive, exclusive.replace(/Algorithm="[^"]*"/, `Algorithm="${form}"`)), policy),
      ).toBe('peer.transform-forbidden');
  });
});

describe('T10: a name is all of its text', () => {
  const long = 'alice@example.org.evil.example';
  const message = sealed(sampleEnvelope(), certificateHolder({ subject: { name: long } }));

  test.each([
    ['a comment', 'alice@example.org<!-- -->.evil.example'],
    ['a CDATA section', 'alice@example.org<![CDATA[.evil.example]]>'],
    ['an element', 'alice@example.org<x/>.evil.example'],
  ])('%s inside it is refused, where comments are allowed', (_name, written) => {
    const split = replaced(message, long, written);
    expect(outcomeWith(split, holderPolicy({ allowComments: true }))).toBe('peer.structure-invalid');
  });

  test('so is one in the issuer and in an attribute', () => {
    const policy = holderPolicy({ allowComments: true });
    expect(outcomeWith(replaced(message, ISSUER, `${ISSUER}<!-- -->`), policy)).toBe('peer.structure-invalid');
    expect(outcomeWith(replaced(message, '>admin<', '>ad<!-- -->min<'), policy)).toBe('peer.structure-invalid');
  });

  test('and where it is whole, it is told whole', () => {
    const reply = openedWith(message);
    expect(reply.ok && reply.value.assertions[0]!.subject!.name).toBe(long);
  });
});

describe.each(VERSIONS)('when and for whom: SAML %s', (version) => {
  test.each([
    ['before it is issued, apart from skew', NOW_MS - 60_000 - 300_001, 'peer.assertion-expired'],
    ['when it ends, apart from skew', NOW_MS + 540_000 + 300_000, 'peer.assertion-expired'],
  ])('%s', (_name, atMs, code) => {
    // The message of that moment.
    const at = { atMs } as const;
    const request = certificateHolder({ version }, at);
    expect(outcomeWith(sealed(sampleEnvelope(), request), HOLDER_POLICY, sampleCredentials(), atMs)).toBe(code);
  });

  test('within skew of both ends', () => {
    for (const atMs of [NOW_MS - 60_000 - 300_000, NOW_MS + 540_000 + 299_999]) {
      const message = sealed(sampleEnvelope(), certificateHolder({ version }, { atMs }));
      expect(outcomeWith(message, HOLDER_POLICY, sampleCredentials(), atMs)).toBe('ok');
    }
  });

  test('an audience is ours, and each of several restrictions has one', () => {
    const restricted = holderMessage({ version, audiences: ['urn:example:other', AUDIENCE] });
    const free = holderMessage({ version });
    expect(outcomeWith(restricted, holderPolicy({ audiences: [AUDIENCE] }))).toBe('ok');
    expect(outcomeWith(free)).toBe('ok');
    for (const [message, audiences] of [
      [restricted, ['urn:example:third']],
      [restricted, []],
      [restricted, [`${AUDIENCE}/`]],
      [free, [AUDIENCE]],
    ] as const) {
      expect(outcomeWith(message, holderPolicy({ audiences }))).toBe('peer.assertion-condition');
    }
  });

  test('used once: told, with the time until which to remember it', () => {
    const reply = openedWith(holderMessage({ version, useOnce: true }));
    expect(reply.ok && reply.value.assertions[0]).toMatchObject({ useOnce: true, notOnOrAfterMs: NOW_MS + 540_000 });
  });

  test('a condition that we do not know', () => {
    const unknown = changed(holderMessage({ version }), '</saml:Conditions>', '<saml:Condition/></saml:Conditions>');
    expect(outcomeWith(unknown)).toBe('peer.assertion-condition');
  });

  test('a time that is no time, and no end at all', () => {
    const message = holderMessage({ version });
    expect(outcomeWith(changed(message, / NotOnOrAfter="[^"]*"/, ' NotOnOrAfter="tomorrow"'))).toBe(
      'peer.timestamp-invalid',
    );
    // Unsigned like this, so the digest speaks first; that there must be an end shows where there was never one.
    expect(outcomeWith(changed(message, / NotOnOrAfter="[^"]*"/, ''))).toBe('peer.digest-mismatch');
  });
});

describe('that it is about the sender', () => {
  test.each(VERSIONS)('SAML %s: a holder of another key, or of none', (version) => {
    const { assertion } = certificateHolder({ version });
    const { key } = sampleKey('mallory', 'rsa');
    const carried = sealed(
      sampleEnvelope(),
      certificateRequest({ certificate: { key, reference: 'direct' }, assertions: [{ ...assertion, sign: 'id' }] }),
    );
    const policy = policyOf('x509', { confirmations: ['holder-of-key'] });
    expect(outcomeWith(carried, policy)).toBe('peer.assertion-unconfirmed');
    const signed = sealed(sampleEnvelope(), { ...certificateHolder({ version }), proof: key.privateKey });
    expect(outcomeWith(signed)).toBe('peer.signature-invalid');
  });

  test.each(VERSIONS)('SAML %s: a bearer holds no key', (version) => {
    const octets = sampleAssertion({ version });
    const message = sealed(sampleEnvelope(), { ...certificateHolder({ version }), assertion: { octets } });
    const policy = holderPolicy({ confirmations: ['holder-of-key', 'bearer'], requireSignedAssertion: false });
    expect(outcomeWith(message, policy)).toBe('peer.assertion-unconfirmed');
  });

  test('T13: a public key is no secret, a secret is no public key', () => {
    const { assertion, proof } = certificateHolder();
    const secret = Secret.copyOf(new Uint8Array(32));
    const asSecret = sealed(sampleEnvelope(), { ...secretHolder(), assertion, proof: secret });
    expect(outcomeWith(asSecret)).toBe('peer.key-usage');
    const asKey = sealed(sampleEnvelope(), { ...certificateHolder(), assertion: secretHolder().assertion, proof });
    expect(outcomeWith(asKey)).toBe('peer.key-usage');
  });

  test('a secret for somebody else, and a key transport that the policy does not have', () => {
    const message = sealed(sampleEnvelope(), secretHolder());
    expect(outcomeWith(message)).toBe('ok');
    const { key, certificate } = sampleKey('carol', 'rsa');
    const others = sampleCredentials({ ownKeys: [{ certificate, privateKey: key.privateKey }] });
    expect(outcomeWith(message, HOLDER_POLICY, others)).toBe('peer.key-usage');
    expect(outcomeWith(message, holderPolicy({ keyTransports: [] }))).toBe('peer.alg-forbidden');
  });

  test('T45: no secret is decrypted for an assertion that nobody vouches for', () => {
    const kept: string[] = [];
    const credentials = sampleCredentials({
      assertionIssuers: [{ name: ISSUER, trust: issuerTrust('mallory') }],
      keepEncryptedKey: (sha1Base64) => kept.push(sha1Base64),
    });
    expect(outcomeWith(sealed(sampleEnvelope(), secretHolder()), HOLDER_POLICY, credentials)).toBe(
      'peer.certificate-untrusted',
    );
    expect(kept).toEqual([]);
  });

  test('a secret in clear is no secret', () => {
    const secret = '<t:BinarySecret xmlns:t="http://docs.oasis-open.org/ws-sx/ws-trust/200512">AAAA</t:BinarySecret>';
    const message = changed(sealed(sampleEnvelope(), secretHolder()), /<e:EncryptedKey.*?<\/e:EncryptedKey>/s, secret);
    expect(outcomeWith(message)).toBe('peer.keyinfo-forbidden');
  });

  test('T41: one secret to sign and to encrypt, unless the policy says so', () => {
    const message = sealed(sampleEnvelope(), secretHolder({}, { keys: 'direct', encrypt: 'body' }));
    expect(outcomeWith(message)).toBe('peer.key-usage');
    expect(outcomeWith(message, holderPolicy({ requireSeparateKeys: false }))).toBe('ok');
    expect(outcomeWith(sealed(sampleEnvelope(), secretHolder({}, { encrypt: 'body-and-signature' })))).toBe('ok');
  });

  test('a method that the policy does not have, or nobody has', () => {
    expect(outcomeWith(bearerMessage(), policyOf('x509', { confirmations: ['holder-of-key'] }))).toBe(
      'peer.assertion-unconfirmed',
    );
    expect(outcomeWith(changed(holderMessage(), 'cm:holder-of-key', 'cm:artifact'))).toBe('peer.assertion-unconfirmed');
    expect(outcomeWith(holderMessage(), holderPolicy({ confirmations: ['bearer'] }))).toBe(
      'peer.assertion-unconfirmed',
    );
  });

  test('a bearer assertion that the message does not sign could be anybody’s', () => {
    const octets = sampleAssertion();
    const message = sealed(sampleEnvelope(), certificateRequest({ assertions: [{ octets }] }));
    expect(outcomeWith(message, BEARER_POLICY)).toBe('peer.coverage-missing');
    const lax = policyOf('x509', { confirmations: ['bearer'], requireSignedAssertion: false });
    expect(outcomeWith(message, lax)).toBe('ok');
  });

  test('an assertion that must be there', () => {
    expect(outcomeWith(sealed(sampleEnvelope(), certificateRequest()), BEARER_POLICY)).toBe('peer.coverage-missing');
  });

  test('a sender who vouches has a certificate, and signs the assertion', () => {
    const policy = policyOf('x509', { confirmations: ['sender-vouches'] });
    const octets = sampleAssertion({ confirmation: 'sender-vouches' });
    const message = (sign?: 'id') =>
      sealed(
        sampleEnvelope(),
        certificateRequest({ assertions: [sign === undefined ? { octets } : { octets, sign }] }),
      );
    expect(outcomeWith(message('id'), policy)).toBe('ok');
    expect(outcomeWith(message(), policy)).toBe('peer.assertion-unconfirmed');
    const anonymous = sealed(sampleEnvelope(), encryptedKeyRequest({ assertions: [{ octets, sign: 'id' }] }));
    const symmetric = policyOf('symmetric-x509', { confirmations: ['sender-vouches'], signatures: ['rsa-sha256'] });
    expect(outcomeWith(anonymous, symmetric)).toBe('peer.assertion-unconfirmed');
  });
});

describe('where it stands and what names it', () => {
  test('T50: no policy takes one that does not ask for any', () => {
    for (const version of VERSIONS) {
      const beside = { octets: sampleAssertion({ version }) };
      const message = sealed(sampleEnvelope(), certificateRequest({ assertions: [beside] }));
      expect(outcomeWith(message, policyOf('x509'))).toBe('peer.structure-invalid');
    }
    // What is signed stands where nothing of a message does.
    expect(outcomeWith(bearerMessage(), policyOf('x509'))).toBe('peer.coverage-missing');
    const octets = sampleAssertion();
    const inContext = sealed(sampleEnvelope(), sampleRequest({ assertions: [{ octets }] }));
    expect(openedBy(inContext, sampleContext())).toMatchObject({ ok: false, code: 'peer.structure-invalid' });
  });

  test('T05: two with one id, and an id that something else has', () => {
    const message = holderMessage();
    const twice = text(message).replace(/<saml:Assertion .*<\/saml:Assertion>/s, (all) => all + all);
    expect(outcomeWith(new TextEncoder().encode(twice))).toBe('peer.id-duplicate');
    expect(outcomeWith(replaced(message, '<m:Ping', '<m:Ping id="_a1"'))).toBe('peer.id-duplicate');
    const policy = holderPolicy({ requireUniqueForeignIds: false });
    expect(outcomeWith(replaced(message, '<ds:SignedInfo>', '<ds:SignedInfo Id="_a1">'), policy)).toBe(
      'peer.id-duplicate',
    );
  });

  test('T50: behind the signature that uses it, only where the layout is lax', () => {
    const message = text(holderMessage());
    const [assertion] = /<saml:Assertion .*<\/saml:Assertion>/s.exec(message)!;
    const moved = new TextEncoder().encode(
      message.replace(assertion, '').replace('</o:Security>', () => `${assertion}</o:Security>`),
    );
    expect(outcomeWith(moved)).toBe('peer.structure-invalid');
    expect(outcomeWith(moved, holderPolicy({ layout: 'lax' }))).toBe('ok');
  });

  test('a reference for the other version', () => {
    const message = holderMessage();
    expect(outcomeWith(replaced(message, '1.1#SAMLID', '1.0#SAMLAssertionID'))).toBe('peer.keyinfo-forbidden');
    expect(outcomeWith(replaced(message, '#SAMLV2.0', '#SAMLV1.1'))).toBe('peer.structure-invalid');
    // WCF leaves it out; in KeyInfo, nothing signs it.
    expect(outcomeWith(changed(message, / k:TokenType="[^"]*"/, ''))).toBe('ok');
  });

  test('T20: a reference in the header that names no assertion of the header', () => {
    const octets = sampleAssertion();
    const message = sealed(sampleEnvelope(), certificateRequest({ assertions: [{ octets, sign: 'str-transform' }] }));
    expect(outcomeWith(message, BEARER_POLICY)).toBe('ok');
    const str = /(<o:SecurityTokenReference [^>]*u:Id[^>]*>).*?(?=<\/o:SecurityTokenReference>)/s.exec(text(message))!;
    for (const [content, code] of [
      ['<o:Reference URI="#_3"></o:Reference>', 'peer.structure-invalid'],
      ['<o:Reference URI="https://example.org/"></o:Reference>', 'peer.structure-invalid'],
      ['<o:KeyIdentifier ValueType="urn:a">_a1</o:KeyIdentifier>', 'peer.structure-invalid'],
      ['', 'peer.structure-invalid'],
    ] as const) {
      expect(outcomeWith(replaced(message, str[0], `${str[1]}${content}`), BEARER_POLICY), content).toBe(code);
    }
    expect(outcomeWith(message, policyOf('x509', { confirmations: ['bearer'] }))).toBe('peer.transform-forbidden');
  });

  test('two that are both confirmed are both told, in their order', () => {
    const bearer = { octets: sampleAssertion({ id: '_b1', subject: { name: 'a group' } }), sign: 'id' } as const;
    const request: AssertionSealRequest = { ...certificateHolder(), assertions: [bearer] };
    const policy = holderPolicy({ confirmations: ['bearer', 'holder-of-key'] });
    const reply = openedWith(sealed(sampleEnvelope(), request), policy);
    expect(reply.ok && reply.value.assertions.map(({ id, confirmation }) => [id, confirmation])).toEqual([
      ['_b1', 'bearer'],
      ['_a1', 'holder-of-key'],
    ]);
  });

  test('T28: limits, at the wall and above it', () => {
    const octets = sampleAssertion();
    const message = sealed(sampleEnvelope(), certificateRequest({ assertions: [{ octets, sign: 'id' }] }));
    const limited = (limits: PolicyChanges['limits']): string =>
      outcomeWith(message, policyOf('x509', { confirmations: ['bearer'], limits: limits! }));
    expect(limited({ assertionsMax: 1 })).toBe('ok');
    expect(limited({ assertionsMax: 0 })).toBe('peer.limit-assertions');
    expect(limited({ assertionBytesMax: octets.length })).toBe('ok');
    expect(limited({ assertionBytesMax: octets.length - 1 })).toBe('peer.limit-assertions');
  });
});

describe('keys of holders', () => {
  test.each(['rsa', 'P-256', 'P-384', 'P-521'] as const)('%s, as ds:KeyValue', (kind) => {
    const { key, certificate } = sampleKey('dora', kind);
    const publicKey = certificate.publicKey({ uses: ['signature'] }, 'caller.keys-invalid');
    expect(publicKey).toBeInstanceOf(PublicKey);
    const octets = sampleAssertion({ confirmation: { holder: { publicKey } } });
    const algorithm = kind === 'rsa' ? 'rsa-sha256' : 'ecdsa-sha256';
    const request = { ...certificateHolder(), assertion: { octets }, proof: key.privateKey, algorithm };
    expect(outcomeWith(sealed(sampleEnvelope(), request))).toBe('ok');
  });

  test('a key that cannot be one', () => {
    const { key, certificate } = sampleKey('dora', 'P-256');
    const publicKey = certificate.publicKey({ uses: ['signature'] }, 'caller.keys-invalid');
    const octets = sampleAssertion({ confirmation: { holder: { publicKey } } });
    const request = { ...certificateHolder(), assertion: { octets }, proof: key.privateKey, algorithm: 'ecdsa-sha256' };
    const message = sealed(sampleEnvelope(), request);
    expect(outcomeWith(changed(message, 'urn:oid:1.2.840.10045.3.1.7', 'urn:oid:1.3.132.0.10'))).toBe('peer.key-usage');
    expect(outcomeWith(changed(message, /PublicKey>[^<]*</, 'PublicKey>AAAA<'))).toBe('peer.encoding-invalid');
  });

  test('a message encrypted for us beside a private key, and the answer by the secret of the assertion', () => {
    const { certificate } = sampleKey('bob', 'rsa');
    const request = certificateHolder({}, { encrypt: 'body', recipient: { certificate, reference: 'thumbprint' } });
    expect(outcomeWith(sealed(sampleEnvelope(), request))).toBe('ok');
    const kept = new Map<string, Secret>();
    const credentials = sampleCredentials({ keepEncryptedKey: (sha1, secret) => kept.set(sha1, secret) });
    expect(outcomeWith(sealed(sampleEnvelope(), secretHolder()), HOLDER_POLICY, credentials)).toBe('ok');
    const [[sha1, secret]] = [...kept] as [[string, Secret]];
    const answer = sealed(
      sampleEnvelope(),
      encryptedKeyRequest({ encryptedKey: EncryptedKey.known(secret, Buffer.from(sha1, 'base64')), token: 'external' }),
    );
    const known = sampleCredentials({ encryptedKeys: kept });
    expect(outcomeWith(answer, policyOf('symmetric-x509-reply'), known)).toBe('ok');
  });
});
