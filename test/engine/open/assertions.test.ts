// What an assertion may say, and what makes `open` refuse one that its issuer did sign; what `seal` takes along.
import { NAMESPACE_URIS } from '@parley/codec';
import { Namespace } from '@parley/codec/internal';
import type { SamlVersion } from '@parley/core';
import { TOKEN_TYPES } from '@parley/core/internal';
import { type AssertionToken, createPool, policyOf, seal } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import {
  type AssertionMarkup,
  BEARER_SUBJECT,
  BEARER_SUBJECT_11,
  signedMarkup,
  TIMES,
} from '../support/assertion-text.ts';
import {
  NOW_MS,
  replaced,
  SOAP12,
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
  openedWith,
  outcomeWith,
  sampleAssertion,
  sampleCredentials,
  secretHolder,
} from '../support/sample-assertions.ts';
import { certificateRequest, sampleKey } from '../support/sample-keys.ts';
import { encryptedContent, encryptedKey, server, XENC } from '../support/x509-message.ts';

function carried(octets: Uint8Array): Uint8Array {
  return sealed(sampleEnvelope(), certificateRequest({ assertions: [{ octets, sign: 'id' }] }));
}

const METHOD = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
const data = (attributes: string, content = ''): string =>
  BEARER_SUBJECT.replace(
    /<x:SubjectConfirmation .*\/>/,
    `<x:SubjectConfirmation Method="${METHOD}"><x:SubjectConfirmationData ${attributes}>${content}</x:SubjectConfirmationData></x:SubjectConfirmation>`,
  );
const instant = (ms: number): string => new Date(NOW_MS + ms).toISOString();
const conditions = (content: string, times = TIMES): string => `<x:Conditions ${times}>${content}</x:Conditions>`;
const attribute = (content: string): string =>
  `<x:AttributeStatement><x:Attribute Name="n">${content}</x:Attribute></x:AttributeStatement>`;
const audience = (name: string): string =>
  `<x:AudienceRestriction><x:Audience>${name}</x:Audience></x:AudienceRestriction>`;
const authentication = (subject = BEARER_SUBJECT_11): string =>
  `<x:AuthenticationStatement AuthenticationMethod="urn:a" AuthenticationInstant="${instant(0)}">${subject}</x:AuthenticationStatement>`;

const ROWS: readonly (readonly [name: string, version: SamlVersion, markup: AssertionMarkup, code: string])[] = [
  ['as it should be', '2.0', {}, 'ok'],
  ['as it should be', '1.1', {}, 'ok'],
  ['another version', '2.0', { attributes: 'Version="2.1"' }, 'peer.structure-invalid'],
  ['no version', '2.0', { attributes: '' }, 'peer.structure-invalid'],
  ['SAML 1.0', '1.1', { attributes: 'MajorVersion="1" MinorVersion="0"' }, 'peer.structure-invalid'],
  ['no end', '2.0', { conditions: '' }, 'peer.assertion-expired'],
  ['no end', '1.1', { conditions: `<x:Conditions NotBefore="${instant(0)}"/>` }, 'peer.assertion-expired'],
  ['an end of the confirmation', '2.0', { conditions: '', subject: data(`NotOnOrAfter="${instant(1)}"`) }, 'ok'],
  [
    'an end of the confirmation that is over',
    '2.0',
    { subject: data(`NotOnOrAfter="${instant(-300_000)}"`) },
    'peer.assertion-expired',
  ],
  [
    'a confirmation that is not yet',
    '2.0',
    { subject: data(`NotBefore="${instant(300_001)}"`) },
    'peer.assertion-expired',
  ],
  ['another recipient', '2.0', { subject: data('Recipient="urn:a"') }, 'peer.assertion-condition'],
  ['in response to something', '2.0', { subject: data('InResponseTo="_r"') }, 'peer.structure-invalid'],
  ['from an address', '2.0', { subject: data('Address="::1"') }, 'peer.structure-invalid'],
  [
    'a bearer with a key',
    '2.0',
    {
      subject: data('', '<d:KeyInfo xmlns:d="http://www.w3.org/2000/09/xmldsig#"><d:KeyName>a</d:KeyName></d:KeyInfo>'),
    },
    'peer.structure-invalid',
  ],
  ['a holder without', '2.0', { subject: BEARER_SUBJECT.replace('bearer', 'holder-of-key') }, 'peer.structure-invalid'],
  ['no subject', '2.0', { subject: '' }, 'peer.structure-invalid'],
  ['a subject without a name', '2.0', { subject: BEARER_SUBJECT.replace(/<x:NameID>.*<\/x:NameID>/, '') }, 'ok'],
  [
    'an encrypted name',
    '2.0',
    { subject: BEARER_SUBJECT.replace(/<x:NameID>.*<\/x:NameID>/, '<x:EncryptedID/>') },
    'peer.structure-invalid',
  ],
  [
    'no confirmation',
    '2.0',
    { subject: '<x:Subject><x:NameID>alice</x:NameID></x:Subject>' },
    'peer.structure-invalid',
  ],
  [
    'two confirmations',
    '2.0',
    { subject: BEARER_SUBJECT.replace(/(<x:SubjectConfirmation .*\/>)/, '$1$1') },
    'peer.structure-invalid',
  ],
  ['one time use', '2.0', { conditions: conditions('<x:OneTimeUse/>') }, 'ok'],
  ['not to be cached', '1.1', { conditions: conditions('<x:DoNotCacheCondition/>') }, 'ok'],
  ['of the other version', '1.1', { conditions: conditions('<x:OneTimeUse/>') }, 'peer.assertion-condition'],
  ['a limit of proxies', '2.0', { conditions: conditions('<x:ProxyRestriction Count="1"/>') }, 'ok'],
  ['a condition of somebody', '2.0', { conditions: conditions('<x:Condition/>') }, 'peer.assertion-condition'],
  ['advice', '2.0', { statements: '<x:Advice/>' }, 'peer.structure-invalid'],
  ['a decision', '2.0', { statements: '<x:AuthzDecisionStatement/>' }, 'peer.structure-invalid'],
  ['authentication', '2.0', { statements: '<x:AuthnStatement/>' }, 'ok'],
  ['a statement of somebody', '1.1', { statements: `${authentication()}<x:Statement/>` }, 'peer.structure-invalid'],
  ['no statement', '1.1', { statements: '' }, 'peer.structure-invalid'],
  ['two statements about one', '1.1', { statements: authentication() + authentication() }, 'ok'],
  [
    'two statements about two',
    '1.1',
    { statements: authentication() + authentication(BEARER_SUBJECT_11.replace('alice', 'bob')) },
    'peer.structure-invalid',
  ],
  [
    'an encrypted attribute',
    '2.0',
    { statements: '<x:AttributeStatement><x:EncryptedAttribute/></x:AttributeStatement>' },
    'peer.structure-invalid',
  ],
  ['text between elements', '2.0', { conditions: conditions('and') }, 'peer.structure-invalid'],
];

test.each(ROWS)('%s, SAML %s', (_name, version, markup, code) => {
  expect(outcomeWith(carried(signedMarkup(version, markup)), BEARER_POLICY)).toBe(code);
});

test('each of several audience restrictions holds', () => {
  const policy = policyOf('x509', { confirmations: ['bearer'], audiences: [AUDIENCE, 'urn:example:all'] });
  const restricted = (...names: readonly string[]): string =>
    outcomeWith(carried(signedMarkup('2.0', { conditions: conditions(names.map(audience).join('')) })), policy);
  expect(restricted(AUDIENCE, 'urn:example:all')).toBe('ok');
  expect(restricted(AUDIENCE, 'urn:example:other')).toBe('peer.assertion-condition');
});

test('a recipient that we are', () => {
  const message = carried(signedMarkup('2.0', { subject: data('Recipient="urn:example:to"') }));
  const policy = policyOf('x509', { confirmations: ['bearer'], endpointAddress: 'urn:example:to' });
  expect(outcomeWith(message, policy)).toBe('ok');
});

test('texts are told as they stand, and values that are no text are left to the octets', () => {
  const statements = attribute(
    '<x:AttributeValue> a &amp; b </x:AttributeValue><x:AttributeValue/><x:AttributeValue><y/></x:AttributeValue>',
  );
  const reply = openedWith(carried(signedMarkup('2.0', { statements })), BEARER_POLICY);
  expect(reply.ok && reply.value.assertions[0]).toMatchObject({
    subject: { name: 'alice', format: undefined, nameQualifier: undefined },
    attributes: [{ name: 'n', namespace: undefined, values: [' a & b ', '', undefined] }],
  });
});

describe('the certificate of the issuer is named, not brought', () => {
  const { certificate } = sampleKey('sts', 'rsa');
  const message = sealed(sampleEnvelope(), certificateHolder());
  const [keyInfo] = /<ds:X509Data>.*?<\/ds:X509Data>(?=<\/ds:KeyInfo><\/ds:Signature>)/s.exec(text(message))!;
  const thumbprint = Buffer.from(certificate.thumbprintSha1()).toString('base64');
  const str = (content: string): string => `<o:SecurityTokenReference>${content}</o:SecurityTokenReference>`;
  const issuerSerial = `<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>${certificate.issuer}</ds:X509IssuerName><ds:X509SerialNumber>${certificate.serialNumber}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>`;
  const byThumbprint = (value: string): string =>
    str(`<o:KeyIdentifier ValueType="${TOKEN_TYPES.thumbprintSha1}">${value}</o:KeyIdentifier>`);

  test.each([
    ['by issuer and serial number', issuerSerial, 'ok'],
    ['the same in a reference', str(issuerSerial), 'ok'],
    ['by thumbprint', byThumbprint(thumbprint), 'ok'],
    ['one that the trust does not have', issuerSerial.replace(/\d+(?=<\/ds:X509S)/, '1'), 'peer.certificate-untrusted'],
    ['a token', str('<o:Embedded><o:BinarySecurityToken/></o:Embedded>'), 'peer.keyinfo-forbidden'],
    ['a name of a key', '<ds:KeyName>sts</ds:KeyName>', 'peer.keyinfo-forbidden'],
    ['two of them', issuerSerial + issuerSerial, 'peer.keyinfo-forbidden'],
  ])('%s', (_name, named, code) => {
    expect(outcomeWith(replaced(message, keyInfo, named))).toBe(code);
  });
});

describe('what seal takes along', () => {
  const refused = (token: AssertionToken, envelope = sampleEnvelope()): unknown => {
    const reply = seal(envelope, certificateRequest({ assertions: [token] }));
    return reply.ok ? 'ok' : [reply.code, reply.detail['reason']];
  };
  const changes = 'an assertion that says something else in this message';
  const withDefault = replaced(sampleEnvelope(), '<s:Envelope', '<s:Envelope xmlns="urn:default"');

  test('octet for octet', () => {
    const octets = new TextEncoder().encode(
      `<?xml version="1.0"?>\n${new TextDecoder().decode(signedMarkup('2.0'))}\n`,
    );
    const message = new TextDecoder().decode(carried(octets));
    expect(message).toContain(new TextDecoder().decode(signedMarkup('2.0')));
    expect(outcomeWith(carried(octets), BEARER_POLICY)).toBe('ok');
  });

  test('no other element, no comment, no id that the message has', () => {
    const octets = (text: string): AssertionToken => ({ octets: new TextEncoder().encode(text) });
    expect(refused(octets('<a/>'))).toEqual(['caller.input-invalid', 'no saml:Assertion with an id']);
    expect(refused(octets('<a'))).toEqual(['caller.input-invalid', 'peer.xml-malformed']);
    const assertion = new TextDecoder().decode(sampleAssertion());
    expect(refused(octets(`${assertion}<!-- -->`))).toEqual(['caller.input-invalid', 'an assertion with a comment']);
    const taken = replaced(sampleEnvelope(), '<m:Ping', '<m:Ping Id="_a1"');
    expect(refused({ octets: sampleAssertion() }, taken)).toEqual([
      'caller.input-invalid',
      'an Id that the message has',
    ]);
  });

  test('an id that we would have given ourselves', () => {
    const octets = sampleAssertion({ id: '_0' });
    const message = sealed(sampleEnvelope(), certificateRequest({ assertions: [{ octets, sign: 'id' }] }));
    expect(outcomeWith(message, BEARER_POLICY)).toBe('ok');
  });

  test('none that leaves to its surroundings what it means', () => {
    const bare = {
      octets: signedMarkup('2.0', { statements: attribute('<x:AttributeValue><y/></x:AttributeValue>') }),
    };
    expect(refused(bare)).toBe('ok');
    expect(refused(bare, withDefault)).toEqual(['caller.input-invalid', changes]);
    const listed = { octets: signedMarkup('2.0', { prefixes: 'a' }) };
    expect(refused(listed)).toEqual(['caller.input-invalid', changes]);
    expect(refused({ octets: signedMarkup('2.0', { prefixes: 'q' }) })).toBe('ok');
    const byTransform = { octets: signedMarkup('2.0'), sign: 'str-transform' } as const;
    expect(refused(byTransform, withDefault)).toEqual(['caller.input-invalid', changes]);
    expect(refused({ octets: signedMarkup('2.0') }, withDefault)).toBe('ok');
  });

  test('on a worker too', async () => {
    const pool = createPool({ workers: 1, policy: policyOf(), contexts: { get: async () => sampleContext() } });
    const octets = sampleAssertion();
    const { context, fillRandom: _, ...rest } = sampleRequest({ assertions: [{ octets, sign: 'id' }] });
    const reply = await pool.seal(sampleEnvelope(), { ...rest, identifier: context.identifier });
    await pool.close();
    expect(reply.ok && text(reply.value.octets)).toContain(text(octets));
  });

  test('options that exclude each other', () => {
    const { certificate } = sampleKey('bob', 'rsa');
    const recipient = { certificate, reference: 'thumbprint' } as const;
    const rows = [
      [certificateHolder({}, { keys: 'direct' }), 'options of a secret'],
      [certificateHolder({}, { encrypt: 'body' }), 'nobody to encrypt for'],
      [certificateHolder({}, { recipient }), 'a recipient, and nothing to encrypt'],
      [secretHolder({}, { recipient }), 'a recipient besides the one that the assertion is for'],
      [secretHolder({}, { algorithm: 'rsa-sha256' }), 'a signature algorithm for a secret'],
      [secretHolder({}, { suite: 'Basic128' }), undefined],
    ] as const;
    for (const [request, reason] of rows) {
      const reply = seal(sampleEnvelope(), request);
      if (reason === undefined) expect(reply.ok || reply.detail['reason']).toBe(true);
      else expect(reply).toMatchObject({ ok: false, code: 'caller.option-invalid', detail: { reason } });
    }
    const both = { ...certificateHolder(), context: sampleRequest().context };
    expect(seal(sampleEnvelope(undefined, SOAP12), both)).toMatchObject({
      ok: false,
      detail: { option: 'request', got: 'context, assertion' },
    });
  });
});

describe('an encrypted assertion, whose key is encrypted for us', () => {
  const key = new Uint8Array(32).fill(7);
  const { privateKey, certificate } = server;
  const credentials = sampleCredentials({ ownKeys: [{ certificate, privateKey }] });

  /** Encrypts what was sealed, in its place. */
  function encrypted(message: Uint8Array): Uint8Array {
    const before = new TextDecoder().decode(message);
    const [assertion] = /<saml:Assertion .*<\/saml:Assertion>/s.exec(before)!;
    const namespaces = `xmlns:e="${XENC}" xmlns:ds="${NAMESPACE_URIS[Namespace.ds]}" xmlns:o="${NAMESPACE_URIS[Namespace.wsse]}"`;
    const { xml } = encryptedKey({ key, lists: ['ed'] });
    const declared = (markup: string): string => markup.replace(/^<e:\w+/, (tag) => `${tag} ${namespaces}`);
    const data = encryptedContent('ed', key, assertion, undefined, 'Element');
    return new TextEncoder().encode(before.replace(assertion, () => declared(xml) + declared(data)));
  }

  test('of a bearer, signed before it was encrypted', () => {
    const message = encrypted(carried(sampleAssertion()));
    const reply = openedWith(message, BEARER_POLICY, credentials);
    expect(reply.ok ? 'ok' : reply.code).toBe('ok');
    expect(reply.ok && reply.value.assertions).toMatchObject([{ id: '_a1', confirmation: 'bearer' }]);
    expect(reply.ok && reply.value.encrypted).toMatchObject([{ role: 'token', localName: 'Assertion' }]);
  });

  test('T37: what is wrong with it is told to nobody', () => {
    const lapsed = encrypted(carried(sampleAssertion({ issuedAtMs: NOW_MS - 960_000, lifetimeMs: 600_001 })));
    expect(outcomeWith(lapsed, BEARER_POLICY, credentials)).toBe('peer.decrypt-failed');
  });

  test('whose private key made a signature in clear', () => {
    const message = encrypted(sealed(sampleEnvelope(), certificateHolder()));
    expect(outcomeWith(message, policyOf('saml'), credentials)).toBe('ok');
  });

  test('whose secret made a MAC in clear is not found', () => {
    const message = encrypted(sealed(sampleEnvelope(), secretHolder({}, { keys: 'direct' })));
    expect(outcomeWith(message, policyOf('saml'), credentials)).toBe('peer.ref-unresolved');
  });
});
