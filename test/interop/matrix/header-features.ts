// What surrounds the keys in a Security header, both ways: confirmations, encrypted headers and tokens, layouts, roles, parts
// by name. To the peer in messages of a context, from it in messages of an EncryptedKey.
import { cipherAlgorithm } from '@parley/core/internal';
import { type Policy, policyOf, type SealRequest } from '@parley/engine';
import { replaced, sampleContext, sampleEnvelope, sampleRequest } from '../../engine/support/sample.ts';
import { certificateRequest, encryptedKeyRequest, sampleKey } from '../../engine/support/sample-keys.ts';
import { type BootstrapCase, contextNow, KNOWING_CONTEXT } from './bootstrap.ts';
import { SUITE } from './bootstrap-rows.ts';
import {
  BINARY_TOKEN,
  BODY_CONTENT,
  cipherStep,
  ENDORSED,
  encryptStep,
  macStep,
  type Part,
  type PeerCase,
  part,
  SIGNATURE,
  type Step,
  signStep,
  TIMESTAMP,
  TOKEN,
  transportOf,
  X509_POLICY,
} from './from-wss4j.ts';

const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const WSSE11 = 'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd';
const SIGNATURE_NAME = '{http://www.w3.org/2000/09/xmldsig#}Signature';
const TICKET = { namespace: 'urn:h', localName: 'Ticket' };
const TICKET_PART = part(TICKET.namespace, TICKET.localName);
const WITH_TICKET = replaced(
  sampleEnvelope(),
  '</s:Header>',
  `<h:Ticket xmlns:h="${TICKET.namespace}">Küche</h:Ticket></s:Header>`,
);
const SIGN_TICKET = { body: true, addressing: true, timestamp: true, headers: [TICKET] };
/** SignatureValues of some request. */
const CONFIRMED = ['AAECAwQFBgcICQoLDA0ODw==', 'EBESExQVFhcYGRobHB0eHw=='];
const ROLE = 'urn:example:gateway';
const ROW = {
  headerAfter: 'a header signed, then encrypted',
  headerBefore: 'a header encrypted, then signed',
  confirmed: 'two SignatureConfirmations',
  confirmedHidden: 'two SignatureConfirmations, encrypted with the signature',
  confirmedNothing: 'a SignatureConfirmation of nothing',
  timestampFirst: 'Timestamp before everything',
  timestampLast: 'Timestamp after everything',
  role: 'Security header of another role',
  header: 'a header signed by its name',
  lists: 'encrypt Body, sign, then encrypt Signature: two ReferenceLists',
  session: 'EncryptedKey, endorsing X.509',
  sessionRsa15: 'EncryptedKey of 16 octets by rsa-1_5: sign, then encrypt Body; DerivedKeyTokens',
  sessionHidden: 'EncryptedKey, endorsing X.509, both signatures encrypted',
  tokenAfter: 'X.509: sign, then encrypt Body, Signature and its token',
  tokenOfClear: 'X.509: sign, then encrypt Body and the token of a Signature in clear',
  pathOfClear: 'X.509: sign, then encrypt Body and the path of a Signature in clear',
  sessionToken: 'EncryptedKey, signed endorsing X.509, its token encrypted',
} as const;

function toCase(row: string, changes: Partial<SealRequest>, more: Partial<BootstrapCase> = {}): BootstrapCase {
  return {
    row,
    make: () => ({
      request: sampleRequest({ context: contextNow(sampleContext()), atMs: Date.now(), ...changes }),
      envelope: WITH_TICKET,
      knowing: { ...KNOWING_CONTEXT, ...(changes.role === undefined ? {} : { role: changes.role }) },
    }),
    ...more,
  };
}

const HIDDEN_TOKEN = { signToken: true, encryptToken: true } as const;
const TOKEN_NAME = `{${WSSE}}BinarySecurityToken`;

/** Signed by alice, whose token is encrypted for bob. */
function hiddenTokenCase(
  row: string,
  encrypt: SealRequest['encrypt'],
  reference: 'direct' | 'pki-path' = 'direct',
): BootstrapCase {
  const recipient = { certificate: sampleKey('bob', 'rsa').certificate, reference: 'thumbprint' } as const;
  const certificate = { key: sampleKey('alice', 'rsa').key, reference, ...HIDDEN_TOKEN };
  return {
    row,
    make: () => ({ request: certificateRequest({ atMs: Date.now(), suite: SUITE, encrypt, recipient, certificate }) }),
    signed: [TOKEN_NAME],
    encrypted: [TOKEN_NAME],
  };
}

const CONFIRMATION = `{${WSSE11}}SignatureConfirmation`;
const TICKET_NAME = `{${TICKET.namespace}}${TICKET.localName}`;
const HIDDEN_TICKET = { encrypt: 'body', encryptHeaders: [TICKET], sign: SIGN_TICKET } as const;

export const HEADER_CASES: readonly BootstrapCase[] = [
  toCase(ROW.headerAfter, HIDDEN_TICKET, { signed: [TICKET_NAME], encrypted: [TICKET_NAME] }),
  toCase(
    ROW.headerBefore,
    { ...HIDDEN_TICKET, order: 'encrypt-then-sign' },
    { signed: [`{${WSSE11}}EncryptedHeader`], encrypted: [TICKET_NAME], unknownTo: ['stax'] },
  ),
  toCase(ROW.confirmed, { confirm: CONFIRMED }, { signed: [CONFIRMATION] }),
  toCase(
    ROW.confirmedHidden,
    { confirm: CONFIRMED, encrypt: 'body-and-signature' },
    { signed: [CONFIRMATION], encrypted: [CONFIRMATION] },
  ),
  toCase(ROW.confirmedNothing, { confirm: [] }, { signed: [CONFIRMATION], unknownTo: ['stax'] }),
  toCase(ROW.timestampFirst, { layout: 'lax-timestamp-first', encrypt: 'body' }),
  toCase(ROW.timestampLast, { layout: 'lax-timestamp-last', encrypt: 'body' }),
  toCase(ROW.role, { role: ROLE, encrypt: 'body' }),
  toCase(ROW.header, { sign: SIGN_TICKET }, { signed: [TICKET_NAME] }),
  toCase(ROW.lists, { encrypt: 'body-and-signature', order: 'encrypt-then-sign' }),
  {
    row: ROW.sessionRsa15,
    make: () => ({
      request: encryptedKeyRequest({ atMs: Date.now(), suite: 'Basic128Rsa15', encrypt: 'body' }),
    }),
  },
  ...([ROW.session, ROW.sessionHidden] as const).map(
    (row): BootstrapCase => ({
      row,
      make: () => ({
        request: encryptedKeyRequest({
          atMs: Date.now(),
          suite: SUITE,
          encrypt: row === ROW.session ? 'body' : 'body-and-signature',
          endorse: { key: sampleKey('alice', 'rsa').key, reference: 'direct' },
        }),
      }),
      signed: [SIGNATURE_NAME],
    }),
  ),
  hiddenTokenCase(ROW.tokenAfter, 'body-and-signature'),
  hiddenTokenCase(ROW.tokenOfClear, 'body'),
  hiddenTokenCase(ROW.pathOfClear, 'body', 'pki-path'),
  {
    row: ROW.sessionToken,
    make: () => ({
      request: encryptedKeyRequest({
        atMs: Date.now(),
        suite: SUITE,
        encrypt: 'body',
        endorse: { key: sampleKey('alice', 'rsa').key, reference: 'direct', ...HIDDEN_TOKEN },
      }),
    }),
    signed: [SIGNATURE_NAME, TOKEN_NAME],
    encrypted: [TOKEN_NAME],
  },
];

const SESSION: Step = { make: 'session', reference: 'thumbprint', ...transportOf({}) };
const POLICY = policyOf('symmetric-x509', { requireSeparateKeys: true });
const sign = (more: readonly Part[] = []): Step => macStep('session', true, more);
const encrypt = (...parts: readonly Part[]): Step => cipherStep('session', true, parts);
const CONFIRMATION_PART = part(WSSE11, 'SignatureConfirmation');
const CONFIRM: Step = { make: 'confirm', values: CONFIRMED };
const confirming = { signatureValuesSent: CONFIRMED, signed: ['SignatureConfirmation', 'SignatureConfirmation'] };

function fromCase(
  row: string,
  steps: readonly Step[],
  more: Partial<PeerCase> = {},
  changes: Partial<Policy> = {},
): PeerCase {
  return {
    row,
    steps: [TIMESTAMP, SESSION, ...steps],
    recipient: true,
    session: 'sent',
    envelope: WITH_TICKET,
    policy: { ...POLICY, ...changes },
    ...more,
  };
}

export const PEER_HEADER_CASES: readonly PeerCase[] = [
  fromCase(
    ROW.headerAfter,
    [sign([TICKET_PART]), encrypt({ ...TICKET_PART, modifier: 'Header' }, BODY_CONTENT)],
    { signed: ['Ticket'], encrypted: ['Ticket', 'Body'] },
    { signedHeaders: [TICKET], encryptedHeaders: [TICKET], requireEncryptedBody: true },
  ),
  fromCase(
    ROW.headerBefore,
    [encrypt({ ...TICKET_PART, modifier: 'Header' }, BODY_CONTENT), sign([part(WSSE11, 'EncryptedHeader')])],
    { signed: ['EncryptedHeader'], encrypted: ['Ticket', 'Body'] },
    { signedHeaders: [TICKET], encryptedHeaders: [TICKET], requireEncryptedBody: true },
  ),
  fromCase(ROW.confirmed, [CONFIRM, sign([CONFIRMATION_PART])], confirming, { requireSignatureConfirmation: true }),
  fromCase(
    ROW.confirmedHidden,
    [CONFIRM, sign([CONFIRMATION_PART]), encrypt(CONFIRMATION_PART, SIGNATURE, BODY_CONTENT)],
    { ...confirming, encrypted: ['SignatureConfirmation', 'SignatureConfirmation', 'Signature', 'Body'] },
    { requireSignatureConfirmation: true },
  ),
  fromCase(
    ROW.timestampFirst,
    [sign(), encrypt(BODY_CONTENT)],
    { encrypted: ['Body'], timestampFirst: true, notAskedOf: ['stax'] },
    { layout: 'lax-timestamp-first' },
  ),
  fromCase(
    ROW.timestampLast,
    [sign(), encrypt(BODY_CONTENT)],
    { encrypted: ['Body'] },
    { layout: 'lax-timestamp-last' },
  ),
  fromCase(ROW.role, [sign(), encrypt(BODY_CONTENT)], { encrypted: ['Body'], role: ROLE }, { role: ROLE }),
  fromCase(ROW.header, [sign([TICKET_PART])], { signed: ['Ticket'] }, { signedHeaders: [TICKET] }),
  fromCase(ROW.lists, [encrypt(BODY_CONTENT), sign(), encrypt(SIGNATURE)], {
    encrypted: ['Body', 'Signature'],
    notAskedOf: ['stax'],
  }),
  ...([ROW.session, ROW.sessionHidden] as const).map((row) => {
    const parts = row === ROW.session ? [BODY_CONTENT] : [SIGNATURE, BODY_CONTENT];
    return fromCase(
      row,
      [
        { ...signStep('direct'), make: 'token' },
        sign(),
        { ...signStep('direct'), parts: [ENDORSED] },
        encrypt(...parts),
      ],
      {
        signed: ['Signature'],
        encrypted: row === ROW.session ? ['Body'] : ['Signature', 'Signature', 'Body'],
        notAskedOf: ['stax'],
      },
      { endorsedBy: ['certificate'], signatures: X509_POLICY.signatures },
    );
  }),
  fromCase(
    ROW.sessionRsa15,
    [
      { ...SESSION, ...transportOf({ transport: 'rsa-1_5' }) },
      { ...sign(), keyBytes: 16 },
      { ...encrypt(BODY_CONTENT), keyBytes: 16, algorithm: cipherAlgorithm('aes128-cbc').uri },
    ],
    { encrypted: ['Body'], sessionBytes: 16 },
    { keyTransports: ['rsa-1_5'], rsa15KeyBytes: 16 },
  ),
  ...[TOKEN, part('', 'STRTransform')].map((own) =>
    fromCase(
      `EncryptedKey, endorsing X.509 that signs its own token${own === TOKEN ? '' : ' by STR-Transform'}`,
      [{ ...signStep('direct'), make: 'token' }, sign(), { ...signStep('direct'), parts: [ENDORSED, own] }],
      { signed: ['Signature', 'BinarySecurityToken'], notAskedOf: ['stax'] },
      { endorsedBy: ['certificate'], signatures: X509_POLICY.signatures, allowTokenTransform: true },
    ),
  ),
  fromCase('an element in Body encrypted by its name', [sign(), encrypt(part('urn:m', 'Ping'))], {
    encrypted: ['Ping'],
  }),
  fromCase(
    ROW.sessionToken,
    [
      { ...signStep('direct'), make: 'token' },
      sign([TOKEN]),
      { ...signStep('direct'), parts: [ENDORSED] },
      encrypt(BINARY_TOKEN, BODY_CONTENT),
    ],
    {
      signed: ['Signature', 'BinarySecurityToken'],
      encrypted: ['BinarySecurityToken', 'Body'],
      notAskedOf: ['stax'],
    },
    { endorsedBy: ['certificate'], signatures: X509_POLICY.signatures },
  ),
  fromHiddenToken(ROW.tokenAfter, 'direct', [SIGNATURE, BODY_CONTENT]),
  fromHiddenToken(ROW.tokenOfClear, 'direct', [BODY_CONTENT]),
  fromHiddenToken(ROW.pathOfClear, 'pki-path', [BODY_CONTENT]),
];

function fromHiddenToken(row: string, reference: string, parts: readonly Part[]): PeerCase {
  return {
    row,
    steps: [
      TIMESTAMP,
      signStep(reference, ['rsa', 'rsa-sha256'], [TOKEN]),
      encryptStep('thumbprint', [BINARY_TOKEN, ...parts]),
    ],
    recipient: true,
    signed: ['BinarySecurityToken'],
    encrypted: ['BinarySecurityToken', ...parts.map(({ name }) => name)],
    policy: X509_POLICY,
  };
}
