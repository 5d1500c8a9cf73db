// Every option of a policy that stands between a message and `open` is named by the refusal, and once it is set otherwise, the
// message comes past that refusal.
import { contextSource, type FailedReply } from '@parley/core';
import { type Credentials, type OpenRequest, open, type Policy, type PolicyChanges, policyOf } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { fieldCases, messageOf, requestOf } from '../support/field-case.ts';
import { CREDENTIALS } from '../support/message-kinds.ts';
import { NOW_MS, replaced, sampleContext, sampleEnvelope, sampleRequest, sealed, text } from '../support/sample.ts';
import { AUDIENCE, certificateHolder, sampleAssertion, sampleCredentials } from '../support/sample-assertions.ts';
import {
  certificateRequest,
  encryptedKeyRequest,
  envelopeWithTokens,
  sampleKey,
  USERNAME_TOKEN,
} from '../support/sample-keys.ts';

interface Row {
  readonly message: Uint8Array;
  readonly request: OpenRequest;
  /** What lets it pass. */
  readonly changes: PolicyChanges;
}

const C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const contexts = contextSource([sampleContext()]);
const HEADER = { namespace: 'urn:h' } as const;
const PAYLOAD = [{ namespace: 'urn:m', localName: 'Ping' }] as const;
const alice = sampleKey('alice', 'P-256');

const plain = sealed(sampleEnvelope(), sampleRequest());
const unsigned = (part: 'body' | 'addressing' | 'timestamp'): Uint8Array =>
  sealed(sampleEnvelope(), sampleRequest({ sign: { body: true, addressing: true, timestamp: true, [part]: false } }));
const withoutTimestamp = unsigned('timestamp');
const withHeader = replaced(sampleEnvelope(), '</s:Header>', '<h:H xmlns:h="urn:h"/></s:Header>');
const mandatory = replaced(sampleEnvelope(), '</s:Header>', '<h:H xmlns:h="urn:h" s:mustUnderstand="1"/></s:Header>');
const endorsed = sealed(
  sampleEnvelope(),
  sampleRequest({ endorse: { key: alice.key, reference: 'direct', algorithm: 'ecdsa-sha256' } }),
);
const certified = sealed(sampleEnvelope(), certificateRequest());
const holders = sealed(sampleEnvelope(), certificateHolder());
const withUser = envelopeWithTokens(USERNAME_TOKEN);
const TRANSPORT: PolicyChanges = { requireTimestamp: false };

function row(
  message: Uint8Array,
  changes: PolicyChanges,
  policy: Policy = policyOf(),
  more: Partial<OpenRequest> = {},
): Row {
  return { message, changes, request: { atMs: NOW_MS, policy, contexts, credentials: CREDENTIALS, ...more } };
}

function field(name: string, changes: PolicyChanges, policy: Policy | undefined = undefined): Row {
  const fieldCase = fieldCases().find((each) => each.name === name)!;
  const request = requestOf(fieldCase);
  return { message: messageOf(fieldCase), changes, request: { ...request, policy: policy ?? request.policy } };
}

function byIssuer(message: Uint8Array, changes: PolicyChanges, policy: Policy): Row {
  const credentials: Credentials = sampleCredentials();
  return row(message, changes, policy, { credentials });
}

function bearing(wish: Parameters<typeof sampleAssertion>[0] = {}, isSigned = true): Uint8Array {
  const octets = sampleAssertion(wish);
  return sealed(sampleEnvelope(), certificateRequest({ assertions: [isSigned ? { octets, sign: 'id' } : { octets }] }));
}

/** Those that have no row, and why. */
const WITHOUT: Partial<Record<keyof Policy, string>> = {
  name: 'a label',
  limits: 'a limit is named with its value',
  trustTransport: 'it makes more of a message believed, and lets none pass by itself',
  keyWithoutInstance: 'a MAC under another key is any wrong MAC',
  requireProof: 'what it asks for is asked for by signedBy and requireUser',
  rsa15KeyBytes: 'a wrong length must look like a wrong key (T40)',
};

const ROWS: Partial<Record<keyof Policy, readonly Row[]>> = {
  reader: [
    row(Buffer.from(`\ufeff${text(plain)}`, 'utf16le'), { reader: 'auto' }),
    row(replaced(plain, '<s:Envelope', '<?xml version="1.0" encoding="ISO-8859-1"?><s:Envelope'), { reader: 'auto' }),
  ],
  clockSkewMs: [
    row(plain, { clockSkewMs: 1_000_000 }, policyOf('strict'), { atMs: NOW_MS - 400_000 }),
    row(plain, { clockSkewMs: 3_000_000 }, policyOf('strict', { timestampAgeMaxMs: 3_000_000 }), {
      atMs: NOW_MS + 900_000,
    }),
  ],
  timestampAgeMaxMs: [
    row(
      sealed(sampleEnvelope(), sampleRequest({ timestampLifetimeMs: 3_000_000 })),
      { timestampAgeMaxMs: 3_000_000 },
      policyOf(),
      { atMs: NOW_MS + 900_000 },
    ),
  ],
  requireSignedBody: [row(unsigned('body'), { requireSignedBody: false })],
  requireTimestamp: [row(withoutTimestamp, { requireTimestamp: false })],
  requireSignedAddressing: [
    row(unsigned('addressing'), { requireSignedAddressing: false }, policyOf('strict', { requiredHeaders: [] })),
  ],
  requiredHeaders: [
    row(plain, { requiredHeaders: [] }, policyOf('strict', { requiredHeaders: ['FaultTo'] })),
    row(plain, { requiredHeaders: [] }, policyOf('strict', { requiredHeaders: [HEADER] })),
    row(
      sealed(withHeader, sampleRequest()),
      { requiredHeaders: [] },
      policyOf('strict', { requiredHeaders: [HEADER] }),
    ),
  ],
  signedHeaders: [
    row(sealed(withHeader, sampleRequest()), { signedHeaders: [] }, policyOf('strict', { signedHeaders: [HEADER] })),
  ],
  signedPayload: [
    row(plain, { signedPayload: [] }, policyOf('strict', { signedPayload: [PAYLOAD] })),
    row(
      sealed(
        sampleEnvelope(),
        sampleRequest({ sign: { body: false, addressing: true, timestamp: true, payload: [PAYLOAD] } }),
      ),
      {
        signedPayload: [PAYLOAD],
      },
    ),
  ],
  requireEncryptedBody: [
    row(plain, { requireEncryptedBody: false }, policyOf('strict', { requireEncryptedBody: true })),
  ],
  encryptedHeaders: [
    row(
      sealed(withHeader, sampleRequest()),
      { encryptedHeaders: [] },
      policyOf('strict', { encryptedHeaders: [HEADER] }),
    ),
  ],
  requireSignedEncryption: [
    row(
      sealed(
        sampleEnvelope(),
        sampleRequest({ encrypt: 'body', sign: { body: false, addressing: true, timestamp: true } }),
      ),
      { requireSignedEncryption: false },
      policyOf('strict', { requireSignedBody: false }),
    ),
  ],
  requireSignatureConfirmation: [
    row(plain, { requireSignatureConfirmation: false }, policyOf('strict', { requireSignatureConfirmation: true }), {
      signatureValuesSent: ['AAAA'],
    }),
  ],
  role: [row(sealed(sampleEnvelope(), sampleRequest({ role: 'urn:r' })), { role: 'urn:r' })],
  understoodHeaders: [
    row(sealed(mandatory, sampleRequest()), { understoodHeaders: [HEADER], trustTransport: true }),
    field(
      'mustunderstand-wsrm',
      { understoodHeaders: [{ namespace: 'http://docs.oasis-open.org/ws-rx/wsrm/200702' }] },
      policyOf(),
    ),
  ],
  requireMustUnderstand: [
    row(
      replaced(plain, ' s:mustUnderstand="1"', ''),
      { requireMustUnderstand: false },
      policyOf('strict', { requireMustUnderstand: true }),
    ),
  ],
  layout: [
    field('sct-after-derived-key', { layout: 'lax' }, policyOf()),
    field('timestamp-after-signature', { layout: 'lax' }, policyOf()),
    row(plain, { layout: 'lax' }, policyOf('strict', { layout: 'lax-timestamp-last' })),
  ],
  allowComments: [field('comment-soapui', { allowComments: true }, policyOf())],
  requireUniqueForeignIds: [field('payload-ids-twice', { requireUniqueForeignIds: false }, policyOf())],
  allowTokenCopy: [field('liberty-renew-tls', { allowTokenCopy: true }, policyOf('wcf-mixed', { layout: 'lax' }))],
  allowBearerContext: [
    row(
      envelopeWithTokens(
        `<c:SecurityContextToken xmlns:c="http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512"><c:Identifier>${sampleContext().identifier}</c:Identifier></c:SecurityContextToken>`,
      ),
      { allowBearerContext: true },
      policyOf('transport', TRANSPORT),
    ),
  ],
  allowMixedGenerations: [
    field(
      'cxf-two-generations-reply',
      { allowMixedGenerations: true },
      policyOf('strict', { requiredHeaders: [], layout: 'lax' }),
    ),
  ],
  allowIdentifierFragment: [
    field(
      'cxf-stax-identifier-fragment-reply',
      { allowIdentifierFragment: true },
      policyOf('strict', { requiredHeaders: [], layout: 'lax' }),
    ),
  ],
  allowMistypedReferences: [
    row(
      new TextEncoder().encode(
        text(certified).replace(/(Reference URI="#[^"]*" ValueType="[^"#]*#)X509v3/, '$1X509v1'),
      ),
      { allowMistypedReferences: true },
      policyOf('x509'),
    ),
  ],
  allowUnqualifiedIds: [field('unqualified-id-body', { allowUnqualifiedIds: true }, policyOf())],
  allowSeveralIds: [field('two-ids-on-one-element', { allowSeveralIds: true }, policyOf())],
  canonicalisations: [
    row(replaced(plain, `Algorithm="${C14N}"`, `Algorithm="${C14N}WithComments"`), {
      canonicalisations: ['exclusive', 'exclusive-with-comments'],
    }),
    row(
      replaced(
        plain,
        `<ds:Transform Algorithm="${C14N}"`,
        `<ds:Transform Algorithm="http://www.w3.org/2006/12/xml-c14n11"`,
      ),
      { canonicalisations: ['exclusive', 'inclusive-1.1'] },
    ),
  ],
  allowMissingTransforms: [field('transforms-missing', { allowMissingTransforms: true }, policyOf())],
  allowBareX509Data: [
    row(
      replaced(certified, '<ds:KeyInfo>', '<ds:KeyInfo><ds:X509Data/>'),
      { allowBareX509Data: true },
      policyOf('x509'),
    ),
  ],
  allowTokenTransform: [
    row(
      sealed(
        sampleEnvelope(),
        certificateRequest({
          certificate: { key: sampleKey('alice', 'rsa').key, reference: 'direct', signToken: 'str-transform' },
        }),
      ),
      { allowTokenTransform: true },
      policyOf('x509'),
    ),
  ],
  digests: [row(plain, { digests: ['sha256'] }, policyOf('strict', { digests: ['sha512'] }))],
  macs: [row(plain, { macs: ['hmac-sha256'] }, policyOf('strict', { macs: ['hmac-sha512'] }))],
  ciphers: [
    row(
      sealed(sampleEnvelope(), sampleRequest({ encrypt: 'body' })),
      { ciphers: ['aes256-cbc'] },
      policyOf('strict', { ciphers: ['aes128-gcm'] }),
    ),
  ],
  signedBy: [
    row(withUser, { signedBy: [], passwordTypes: ['text'] }, policyOf('strict', { requireTimestamp: false })),
    row(certified, { signedBy: ['certificate'] }, policyOf('strict', { signatures: policyOf('x509').signatures })),
  ],
  endorsedBy: [
    row(plain, { endorsedBy: [] }, policyOf('strict', { endorsedBy: ['certificate'] })),
    row(
      endorsed,
      { endorsedBy: ['certificate'] },
      policyOf('strict', { endorsedBy: ['saml'], signatures: ['ecdsa-sha256'] }),
    ),
  ],
  passwordTypes: [
    row(
      withUser,
      { passwordTypes: ['text'] },
      policyOf('username-transport', { ...TRANSPORT, passwordTypes: ['digest'] }),
    ),
  ],
  requireUser: [
    row(
      replaced(withUser, /<o:Password.*<\/o:Password>/.exec(text(withUser))![0], ''),
      { requireUser: false },
      policyOf('username-transport', TRANSPORT),
    ),
  ],
  requireSignedUser: [
    row(
      withUser,
      { requireSignedUser: false },
      policyOf('username-transport', { ...TRANSPORT, requireSignedUser: true }),
    ),
  ],
  signatures: [row(certified, { signatures: ['rsa-sha256'] }, policyOf('x509', { signatures: ['ecdsa-sha256'] }))],
  keyTransports: [
    row(
      sealed(sampleEnvelope(), encryptedKeyRequest()),
      { keyTransports: ['rsa-oaep-mgf1p'] },
      policyOf('symmetric-x509', { keyTransports: ['rsa-1_5'] }),
    ),
    row(sealed(sampleEnvelope(), encryptedKeyRequest()), { keyTransports: ['rsa-oaep-mgf1p'] }),
  ],
  keyWraps: [
    row(
      replaced(
        sealed(sampleEnvelope(), encryptedKeyRequest()),
        'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
        'http://www.w3.org/2001/04/xmlenc#kw-aes256',
      ),
      { keyWraps: ['kw-aes256'] },
      policyOf('symmetric-x509'),
    ),
  ],
  requireSeparateKeys: [
    row(
      sealed(
        sampleEnvelope(),
        sampleRequest({ keys: 'direct', encrypt: 'body', oneKeyForBoth: true, suite: 'Basic256' }),
      ),
      { requireSeparateKeys: false },
    ),
  ],
  confirmations: [
    byIssuer(holders, { confirmations: ['holder-of-key'] }, policyOf('saml', { confirmations: ['bearer'] })),
  ],
  requireAssertion: [
    row(
      certified,
      { requireAssertion: false },
      policyOf('x509', { requireAssertion: true, confirmations: ['bearer'] }),
    ),
  ],
  requireSignedAssertion: [
    byIssuer(bearing({}, false), { requireSignedAssertion: false }, policyOf('x509', { confirmations: ['bearer'] })),
  ],
  audiences: [
    byIssuer(
      bearing({ audiences: [AUDIENCE] }),
      { audiences: [AUDIENCE] },
      policyOf('x509', { confirmations: ['bearer'], audiences: ['urn:other'] }),
    ),
  ],
  replyAddresses: [
    row(
      sealed(
        replaced(sampleEnvelope(), 'http://www.w3.org/2005/08/addressing/anonymous', 'http://r/'),
        sampleRequest(),
      ),
      { replyAddresses: ['http://r/'] },
    ),
  ],
  endpointAddress: [
    row(plain, { endpointAddress: 'urn:example:to' }, policyOf('strict', { endpointAddress: 'urn:o' })),
  ],
};

const rows = Object.entries(ROWS).flatMap(([option, all]) =>
  all.map((each, index) => ({ option, name: `${option} ${index + 1}`, ...each })),
);

test.each(rows)('$name', ({ option, message, request, changes }) => {
  const refused = refusalOf(message, request);
  expect(refused).toMatchObject({ ok: false, detail: { option } });
  const passed = open(message, { ...request, policy: { ...request.policy, ...policyChanged(changes) } });
  if (!passed.ok)
    expect({ code: passed.code, ...passed.detail }).not.toEqual({ code: refused.code, ...refused.detail });
});

describe('the rows', () => {
  test('are of every option, or it is said why not', () => {
    expect(new Set([...Object.keys(ROWS), ...Object.keys(WITHOUT)])).toEqual(new Set(Object.keys(policyOf())));
    expect(Object.keys(ROWS).filter((option) => option in WITHOUT)).toEqual([]);
    expect(Object.entries(ROWS).filter(([, all]) => all.length === 0)).toEqual([]);
  });
});

function refusalOf(message: Uint8Array, request: OpenRequest): FailedReply {
  const reply = open(message, request);
  if (reply.ok) throw new Error('it opens');
  return reply;
}

function policyChanged({ limits: _, ...changes }: PolicyChanges): Partial<Policy> {
  return changes;
}
