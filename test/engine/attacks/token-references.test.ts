// T11 T13 T22 T50: every form of wsse:SecurityTokenReference with every kind of token. docs/token-references.md is the table;
// `vitest -u` writes it.
import { open, policyOf } from '@parley/engine';
import { expect, test } from 'vitest';
import { NOW_MS, openedBy, sampleContext, sampleEnvelope, sampleRequest, sealed, text } from '../support/sample.ts';
import { PASSWORDS, passwordRequest } from '../support/username-message.ts';
import { assertionReferenceTable } from './assertion-references.ts';

const X509 = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#';
const WSS11 = 'http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#';
const SAML10 = 'http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#';
const SAML11 = 'http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#';
const USERNAME = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#';

const { identifier } = sampleContext();
const direct = text(sealed(sampleEnvelope(), sampleRequest({ keys: 'direct' })));
const derived = text(sealed(sampleEnvelope(), sampleRequest({ keys: 'explicit' })));

interface Token {
  readonly name: string;
  /** Signed with a key that the token could name; the STR in its KeyInfo is signed by nothing. */
  readonly message: string;
  readonly id: string;
  /** A name of the token that is no Id. */
  readonly uri: string;
  /** Put before the signature; empty when the message has it. */
  readonly added: string;
}

const [sct] = /<c:SecurityContextToken .*?<\/c:SecurityContextToken>/.exec(direct)!;
const [dkt] = /<c:DerivedKeyToken .*?<\/c:DerivedKeyToken>/.exec(derived)!;
const withId = `xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd" u:Id="token"`;

const TOKENS: readonly Token[] = [
  { name: 'SecurityContextToken', message: direct, id: '_0', uri: identifier, added: '' },
  { name: 'DerivedKeyToken', message: derived, id: '_1', uri: 'urn:uuid:derived', added: '' },
  tokenOf('EncryptedKey', '<e:EncryptedKey xmlns:e="http://www.w3.org/2001/04/xmlenc#" Id="token"/>'),
  tokenOf('BinarySecurityToken X509v3', binaryToken('X509v3')),
  tokenOf('BinarySecurityToken X509PKIPathv1', binaryToken('X509PKIPathv1')),
  tokenOf('UsernameToken', `<o:UsernameToken ${withId}><o:Username>alice</o:Username></o:UsernameToken>`),
  tokenOf('SAML 1.1 Assertion', '<m:Assertion xmlns:m="urn:oasis:names:tc:SAML:1.0:assertion" AssertionID="token"/>'),
  tokenOf('SAML 2.0 Assertion', '<m:Assertion xmlns:m="urn:oasis:names:tc:SAML:2.0:assertion" ID="token"/>'),
  { name: 'wsu:Timestamp', message: direct, id: '_7', uri: 'urn:timestamp', added: '' },
  { name: 'soap:Body', message: direct, id: '_6', uri: 'urn:body', added: '' },
  { name: 'nothing', message: direct, id: 'nothing', uri: 'urn:nothing', added: '' },
  { name: 'a resource', message: direct, id: '', uri: 'https://example.org/token', added: '' },
];

const salted = text(sealed(sampleEnvelope(), passwordRequest({ keys: 'direct' })));
const [saltedToken, saltedId] = /<o:UsernameToken [^>]*u:Id="([^"]*)".*?<\/o:UsernameToken>/.exec(salted)!;
/** In the message, and signing it. */
const SALTED: Token = {
  name: 'UsernameToken',
  message: salted,
  id: saltedId!,
  uri: 'urn:token',
  added: saltedToken.replace(`u:Id="${saltedId}"`, 'u:Id="copy"'),
};

const FORMS: readonly (readonly [name: string, content: (token: Token) => string])[] = [
  ['Reference `#id`', ({ id }) => `<o:Reference URI="#${id}"/>`],
  ['Reference, absolute URI', ({ uri }) => `<o:Reference URI="${uri}"/>`],
  ['Reference, relative URI', ({ id }) => `<o:Reference URI="${id}"/>`],
  ['KeyIdentifier X509SubjectKeyIdentifier', keyIdentifier(`${X509}X509SubjectKeyIdentifier`)],
  ['KeyIdentifier ThumbprintSHA1', keyIdentifier(`${WSS11}ThumbprintSHA1`)],
  ['KeyIdentifier EncryptedKeySHA1', keyIdentifier(`${WSS11}EncryptedKeySHA1`)],
  ['KeyIdentifier SAMLAssertionID', keyIdentifier(`${SAML10}SAMLAssertionID`)],
  ['KeyIdentifier SAMLID', keyIdentifier(`${SAML11}SAMLID`)],
  ['KeyIdentifier UsernameToken', keyIdentifier(`${USERNAME}UsernameToken`)],
  ['Embedded', (token) => `<o:Embedded>${token.added === '' ? embeddedCopy(token) : token.added}</o:Embedded>`],
  [
    'X509Data, issuer and serial',
    () =>
      x509Data(
        '<ds:X509IssuerSerial><ds:X509IssuerName>CN=a</ds:X509IssuerName><ds:X509SerialNumber>1</ds:X509SerialNumber></ds:X509IssuerSerial>',
      ),
  ],
  ['X509Data, certificate', () => x509Data('<ds:X509Certificate>AAAA</ds:X509Certificate>')],
  ['KeyName', () => '<ds:KeyName>alice</ds:KeyName>'],
  ['two Reference', ({ id }) => `<o:Reference URI="#${id}"/><o:Reference URI="#${id}"/>`],
  ['empty', () => ''],
];

test('T11 T13 T22: a key is named by a Reference to a context or a key derived from one, and in no other way', async () => {
  const outcomes = FORMS.map(([form, content]) => ({
    form,
    cells: TOKENS.map((token) =>
      outcomeOf(token, `<o:SecurityTokenReference>${content(token)}</o:SecurityTokenReference>`),
    ),
  }));
  const opened = outcomes.flatMap(({ form, cells }) =>
    cells.flatMap((cell, index) => (cell === 'opened' ? [`${form}: ${TOKENS[index]!.name}`] : [])),
  );
  expect(opened).toEqual([
    'Reference `#id`: SecurityContextToken',
    'Reference `#id`: DerivedKeyToken',
    'Reference, absolute URI: SecurityContextToken',
  ]);
  expect(outcomes.flatMap(({ cells }) => cells).filter((cell) => !/^(opened|peer\.)/.test(cell))).toEqual([]);
  const passwords = FORMS.map(([form, content]) => ({ form, cells: [passwordOutcomeOf(content(SALTED))] }));
  expect(passwords.filter(({ cells }) => cells.includes('opened')).map(({ form }) => form)).toEqual([
    'Reference `#id`',
  ]);
  await expect(documentOf(outcomes, passwords) + assertionReferenceTable()).toMatchFileSnapshot(
    '../../../docs/token-references.md',
  );
});

test('T11: keys beside the STR, or in its place, are never taken', () => {
  const keys = [
    '<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>',
    '<ds:RetrievalMethod URI="#_0"/>',
    '<ds:KeyName>alice</ds:KeyName>',
    x509Data('<ds:X509Certificate>AAAA</ds:X509Certificate>'),
    sct!,
  ];
  const [reference] = /<o:SecurityTokenReference>.*?<\/o:SecurityTokenReference>/.exec(direct)!;
  for (const key of keys) {
    for (const content of [key, `${key}${reference}`, `${reference}${key}`]) {
      expect(outcomeOf({ ...TOKENS[0]! }, content), content).toMatch(/^peer\.(keyinfo-forbidden|id-duplicate)$/);
    }
  }
});

function outcomeOf({ message, added }: Token, keyInfo: string): string {
  const changed = message
    .replace('<ds:Signature ', () => `${keyInfo.includes(added) ? '' : added}<ds:Signature `)
    .replace(
      /(<ds:Signature .*<ds:KeyInfo>).*(<\/ds:KeyInfo>)/,
      (_match, before, after) => `${before}${keyInfo}${after}`,
    );
  const reply = openedBy(new TextEncoder().encode(changed), sampleContext());
  return reply.ok ? 'opened' : reply.code;
}

/** The same for a key that is made of a password, under the policy that takes such keys. */
function passwordOutcomeOf(content: string): string {
  const str = `<o:SecurityTokenReference>${content}</o:SecurityTokenReference>`;
  const changed = SALTED.message.replace(
    /(<ds:KeyInfo>).*(<\/ds:KeyInfo>)/,
    (_match, before, after) => before + str + after,
  );
  const reply = open(new TextEncoder().encode(changed), {
    atMs: NOW_MS,
    policy: policyOf('username'),
    contexts: { find: () => undefined },
    credentials: PASSWORDS,
  });
  return reply.ok ? 'opened' : reply.code;
}

interface Row {
  readonly form: string;
  readonly cells: readonly string[];
}

function tableOf(columns: readonly string[], rows: readonly Row[]): readonly string[] {
  return [
    `| form | ${columns.join(' | ')} |`,
    `| --- |${' --- |'.repeat(columns.length)}`,
    ...rows.map(({ form, cells }) => `| ${form} | ${cells.map((cell) => cell.replace('peer.', '')).join(' | ')} |`),
  ];
}

function documentOf(rows: readonly Row[], passwords: readonly Row[]): string {
  return [
    '# Token references',
    '',
    'What `open` answers to each form of `wsse:SecurityTokenReference` in `ds:KeyInfo` (rows), when what it names is of each',
    'kind (columns), under the default policy. A word is the code of the refusal, without `peer.` ([faults](faults.md)). A key',
    'or certificate that travels in the message is data; a key comes from a context that we hold, or is derived from it.',
    '',
    'Written by `test/engine/attacks/token-references.test.ts`, which fails when the table is not current.',
    '',
    ...tableOf(
      TOKENS.map(({ name }) => name),
      rows,
    ),
    '',
    '## Keys of passwords',
    '',
    'The same under the policy `username`, which takes a key that is made of the password of a user whom we know.',
    '',
    ...tableOf(['UsernameToken with wsse11:Salt'], passwords),
    '',
  ].join('\n');
}

function tokenOf(name: string, added: string): Token {
  return { name, message: direct, id: 'token', uri: 'urn:token', added };
}

function binaryToken(type: string): string {
  return `<o:BinarySecurityToken ${withId} ValueType="${X509}${type}">AAAA</o:BinarySecurityToken>`;
}

function keyIdentifier(valueType: string): (token: Token) => string {
  return ({ id }) =>
    `<o:KeyIdentifier ValueType="${valueType}">${valueType.includes('SAML') ? id : 'AAAA'}</o:KeyIdentifier>`;
}

function x509Data(content: string): string {
  return `<ds:X509Data>${content}</ds:X509Data>`;
}

/** A token that the message has already, with an Id of its own. */
function embeddedCopy({ name }: Token): string {
  if (name === 'DerivedKeyToken') return dkt!.replace('u:Id="_1"', 'u:Id="copy"');
  return name === 'SecurityContextToken' ? sct!.replace('u:Id="_0"', 'u:Id="copy"') : '';
}
