// docs/interop.md from a tally.
import { CIPHER_ALGORITHMS } from '@parley/core/internal';
import { EXPECTED_OUTCOMES, REFUSED_MESSAGES } from '../recorded/expected-outcomes.ts';
import { RECORDINGS, type RecordingName } from '../recorded/recording.ts';
import { BOOTSTRAP_CASES } from './bootstrap.ts';
import { KEY_TRANSPORTS, ROW, SIGNING } from './bootstrap-rows.ts';
import { DIGESTS, MACS, STYLES, type Style } from './choice.ts';
import { PEER_CASES, REFUSED_CASES } from './from-wss4j.ts';
import { HEADER_CASES, PEER_HEADER_CASES } from './header-features.ts';
import { COLUMNS, type Column, type Tally } from './tally.ts';
import { TAMPERINGS } from './tampering.ts';
import { USERNAME_CASES } from './username.ts';
import { WRAPS } from './xmlsec1-keys.ts';

export const STYLE_TABLE = 'style';
export const ALGORITHM_TABLE = 'algorithm';
export const TAMPERING_TABLE = 'tampering';
export const BOOTSTRAP_TABLE = 'bootstrap';
export const USERNAME_TABLE = 'username';
export const HEADER_TABLE = 'header';
export const REFUSED_TABLE = 'refused';
export const CERTIFIED_TABLE = 'certified';

export interface PeerVersions {
  readonly wss4j: string;
  readonly xmlsec1: string;
  readonly xmlCrypto: string;
}

const CERTIFIED_ROWS = [
  ...SIGNING.map(ROW.signedWith),
  ...KEY_TRANSPORTS.map(ROW.encryptedWith),
  ...WRAPS.map(([wrap]) => ROW.wrapped(wrap)),
];

export const KEYS = {
  explicit: 'DerivedKeyTokens',
  direct: "the context's secret",
  implied: 'derived by attributes of the STR',
} as const;
const TOKENS = { attached: 'SCT in the message', external: 'SCT by Identifier' } as const;

export function rowOf({ shape, keys, token }: Style): string {
  return `${shape.name}; ${KEYS[keys]}; ${TOKENS[token]}`;
}

/** Row of peers to which a token is nothing. */
export function cryptographyRowOf({ shape, keys }: Style): string {
  return `${shape.name}; ${KEYS[keys]}`;
}

const WSS4J: readonly Column[] = ['to dom', 'from dom', 'to stax', 'from stax'];
const OTHERS: readonly Column[] = ['to xmlsec1', 'from xmlsec1', 'to xml-crypto', 'from xml-crypto'];
const ALGORITHMS: readonly string[] = [...MACS, ...DIGESTS, ...CIPHER_ALGORITHMS.map(({ name }) => name)];
const CRYPTOGRAPHY_ROWS = [...new Set(STYLES.filter(({ keys }) => keys !== 'implied').map(cryptographyRowOf))];

/** The whole document. `versions` stand in one line, which may differ from machine to machine. */
export function report(tally: Tally, versions: PeerVersions): string {
  const table = (name: string, title: string, rows: readonly string[], columns: readonly Column[]): string =>
    [
      `| ${title} | ${columns.map((column) => COLUMNS[column]).join(' | ')} |`,
      `| --- | ${columns.map(() => '---:').join(' | ')} |`,
      ...rows.map(
        (row) => `| ${row} | ${columns.map((column) => shown(tally.count(name, row, column))).join(' | ')} |`,
      ),
    ].join('\n');
  return `${[
    INTRODUCTION,
    versionLine(versions),
    '## WSS4J',
    WSS4J_TEXT,
    table(STYLE_TABLE, 'message', STYLES.map(rowOf), WSS4J),
    '## WSS4J, keys of certificates',
    BOOTSTRAP_TEXT,
    table(BOOTSTRAP_TABLE, 'message', rowsOf(BOOTSTRAP_CASES, PEER_CASES), WSS4J),
    '## WSS4J, passwords',
    USERNAME_TEXT,
    table(
      USERNAME_TABLE,
      'message',
      USERNAME_CASES.map(({ row }) => row),
      WSS4J,
    ),
    '## WSS4J, what surrounds the keys',
    HEADER_TEXT,
    table(HEADER_TABLE, 'message', rowsOf(HEADER_CASES, PEER_HEADER_CASES), WSS4J),
    '## WSS4J, what we refuse on purpose',
    REFUSED_TEXT,
    table(REFUSED_TABLE, 'message', rowsOf(REFUSED_CASES), ['from dom', 'from stax']),
    '## xmlsec1 and xml-crypto',
    OTHERS_TEXT,
    table(STYLE_TABLE, 'message', CRYPTOGRAPHY_ROWS, OTHERS),
    '## xmlsec1 and xml-crypto, keys of certificates',
    CERTIFIED_TEXT,
    table(CERTIFIED_TABLE, 'message', CERTIFIED_ROWS, OTHERS),
    '## Algorithms',
    'The same messages, counted by algorithm.',
    table(ALGORITHM_TABLE, 'algorithm', ALGORITHMS, [...WSS4J, ...OTHERS]),
    '## Changed on the way',
    TAMPERING_TEXT,
    table(TAMPERING_TABLE, 'change', Object.values(TAMPERINGS), [...WSS4J, ...OTHERS]),
    '## Whole conversations',
    CONVERSATIONS_TEXT,
    recordings(),
    RECORDINGS_TEXT,
    '## Notes',
    NOTES,
  ].join('\n\n')}\n`;
}

const RECORDED: Readonly<Record<RecordingName, string>> = {
  cxf: 'Apache CXF 4.2.3',
  liberty: 'Open Liberty 22.0.0.6 (CXF 2.6)',
  metro: 'Eclipse Metro 4.0.5',
  'metro-rm': 'the same, reliable sessions',
  rampart: 'Apache Rampart 1.7.1',
  wcf: "Microsoft's WCF on Mono 6.8",
};
const OUTCOMES = ['opened', 'over TLS', 'bare fault', 'fast infoset'] as const;

/** What comes of recorded messages, as recorded.test.ts holds it. */
function recordings(): string {
  const lines = RECORDINGS.map((name) => {
    const counts = EXPECTED_OUTCOMES[name];
    const refused = REFUSED_MESSAGES.filter(({ recording }) => recording === name).length;
    const numbers = [...OUTCOMES.map((outcome) => counts[outcome]), refused];
    const all = numbers.reduce((sum, number) => sum + number);
    return `| ${[RECORDED[name], all, ...numbers.map(shown)].join(' | ')} |`;
  });
  return [
    '| peers | messages | open | TLS alone | bare faults | Fast Infoset | refused |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...lines,
  ].join('\n');
}

const VERSION_LINE_START = 'Last written with ';

/** The document without what may differ from machine to machine. */
export function comparable(document: string): string {
  return document.replace(new RegExp(`^${VERSION_LINE_START}.*$`, 'm'), '');
}

function versionLine({ wss4j, xmlsec1, xmlCrypto }: PeerVersions): string {
  return `${VERSION_LINE_START}${wss4j}; xmlsec1 ${xmlsec1}; xml-crypto ${xmlCrypto}.`;
}

/** Rows of both directions, each once. */
function rowsOf(...cases: ReadonlyArray<readonly { readonly row: string }[]>): readonly string[] {
  return [...new Set(cases.flat().map(({ row }) => row))];
}

// Every cell that could hold a number has its test, which fails when the number is missing.
function shown(count: number): string {
  return count === 0 ? '–' : String(count);
}

const INTRODUCTION = `# Interoperability

Messages both ways between Parley and other implementations, as \`test/interop/matrix.test.ts\` exchanges them. A number
counts messages that went as they should; a dash means that the peer has no such thing, as the notes say.

- → from Parley to the peer: \`seal\` makes the message, and the peer has to report the same signed parts, the same encrypted
  parts and the same content of soap:Body.
- ← from the peer to Parley: \`open\` has to give the content that the peer put in, and to find signed and encrypted what the
  peer was asked to sign and to encrypt.

Signed are soap:Body, the Timestamp and every wsa header. Written by \`node scripts/write-interop-matrix.mjs\`; a test keeps
this page current on machines that have the peers.`;

const WSS4J_TEXT = `Apache WSS4J is the engine of Apache CXF; its DOM engine and its StAX engine share little code. Each row is tried in both
generations of WS-SecureConversation and in SOAP 1.1 and 1.2: signatures with every MAC and every digest, encryption with
every cipher and every hash. \`open\` has the policy \`strict\`, with \`tripledes-cbc\` added to its ciphers and \`layout: 'lax'\`: WSS4J writes its Timestamp behind the signature.`;

const BOOTSTRAP_TEXT = `Messages that bootstrap a context, or endorse one of a context. One message of each kind; the reader has to report the signed
and encrypted parts and the content, and to refuse the message with one signed header changed. "X.509" is a signature with a
certificate, encrypted for another one; "EncryptedKey" is a session key for a certificate that both signs and encrypts, with
AES-256-GCM. \`open\` has the profile of the kind, with every algorithm switched on, and \`layout: 'lax'\`.`;

const HEADER_TEXT = `Parts of a Security header beside signatures and their keys. To the peer in messages of a context, from it in messages of an
EncryptedKey with DerivedKeyTokens; counted as above, once in SOAP 1.2 and once in SOAP 1.1.`;

const REFUSED_TEXT = `What WSS4J writes, and \`open\` refuses whatever the policy says, or as long as it does not say otherwise. The test holds it
to its code.

- ds:KeyValue: WS-Security wants a wsse:SecurityTokenReference in ds:KeyInfo, and a bare key says nothing about its holder.
- An encrypted token that no signature covers: anybody could have put it there. \`requireSignedEncryption: false\` opens it.
- The content of a header: a policy names headers as a whole, and so does wsse11:EncryptedHeader.`;

const USERNAME_TEXT = `UsernameTokens. "X.509" is a signature with a certificate that covers the token, and \`open\` has the policy \`x509\` with
\`passwordTypes\`; a key of a password signs the message, and \`open\` has the policy \`username\`. Either side has to name the
user, and to refuse another password. WSS4J makes what has a number behind its arrow, with 1200 iterations.`;

const OTHERS_TEXT = `Peers that know XML Signature and XML Encryption, and nothing of WS-Security: the derived keys are handed to them, and they
see neither tokens nor envelopes. xmlsec1 makes a message by filling a template, every digest, MAC and ciphertext by itself;
xml-crypto signs and does not encrypt.`;

const CERTIFIED_TEXT = `The key is handed to them, too. A signature counts once, and an encrypted or wrapped key once with every cipher that it is for;
each message is also changed, and then refused. xmlsec1 makes session keys of its own; it looks for an EncryptedKey where it is
used and not in a header, so that the test moves it there and back.`;

const TAMPERING_TEXT = `Messages that either side has to refuse, and did. One message of every row above, HMAC-SHA256, SHA-256 and AES-256-GCM
(HMAC-SHA1 for xml-crypto). xmlsec1 and xml-crypto have no notion of time.`;

const CONVERSATIONS_TEXT = `With whole servers and clients of CXF, Metro, WCF, Open Liberty and Rampart, from the first request to a cancelled context, in
both directions: [interop-live.md](interop-live.md), which \`npm run interop\` writes. What such peers say to one another is recorded,
octet for octet (\`test/vectors/live-recordings\`), and each test run opens all of it, each kind of message under the one
policy that its endpoint's name gives (\`test/interop/recorded\`):`;

const RECORDINGS_TEXT = `What TLS alone protects has no signature, so that \`open\` proves nothing of it; a bare fault is in clear, and nobody signed it. Fast
Infoset is another encoding than XML, which two Metros agree on by themselves in reliable sessions: Parley never offers it, so
that a live Metro keeps to XML, and does not read it.${REFUSED_MESSAGES.map(
  ({ recording, message, code, reason }) => `\n- ${recording}, ${message}: \`${code}\`. ${reason}`,
).join('')}`;

const NOTES = `Where there is a dash:

- WSS4J does not look at \`wsc:Nonce\` on a wsse:SecurityTokenReference: it takes the context's secret for the key, and
  refuses the message, as the test expects. It cannot write such messages either.
- WSS4J takes all 20 octets of a key that a password makes for that of a cipher, which none has, so it decrypts with
  derived keys only. Its streaming engine derives no keys from those of passwords. Other messages with passwords were not
  asked of it.
- WSS4J neither reads nor writes a wsse:BinarySecurityToken inside wsse:Embedded. Its DOM engine makes
  \`#rsa-pss\` with SHA-256 only. Its StAX engine has no RSA-PSS, and a schema without the parameters that it wants of
  \`#rsa-pss\`; it signs with Ed25519 keys, and does not verify what they signed.
- Its StAX engine makes one signature and no endorsement, covers no token by STR-Transform, and does not leave the order of
  its steps to the caller where a dash says so. It names an EncryptedKey that it leaves out, if nothing is encrypted with it.
- It stops with NoSuchElementException at a wsse11:EncryptedHeader that was encrypted before it was signed, also at its own
  and that of the DOM engine; and its schema wants Value of every wsse11:SignatureConfirmation, against WSS 1.1 §8.5.1.
- We do not write: an element of soap:Body encrypted by its name, and references to certificates that only WSS4J has a name
  for.
- xml-crypto refuses all but HMAC-SHA1 with SHA-1, SHA-256 or SHA-512, as the test expects, and of signatures all but RSA with
  SHA-1, SHA-256, SHA-512, and PSS with SHA-256. It does not encrypt.
- xmlsec1 1.2 has no RSA-PSS, no Ed25519, no \`xmlenc11#rsa-oaep\` and no other hash than SHA-1 in RSA-OAEP; the test expects
  that, too.

What the peers do, and what follows:

- WSS4J holds messages to the Basic Security Profile, unless told otherwise (\`setDisableBSPEnforcement\`, in CXF
  \`ws-security.is-bsp-compliant\`). By R5620 it refuses AES-192, CBC and GCM, although it writes both; by R5420 its StAX
  engine refuses SHA-384 digests. The test shows both refusals, and counts such messages with the profile off.
- WSS4J StAX writes the children of wsse:Security in the reverse order of its actions. A SecurityContextToken given as
  \`CUSTOM_TOKEN\` stands before the tokens that use it only if that action is named last; otherwise \`strict\` refuses the
  message (\`peer.structure-invalid\`), and a policy with \`layout: 'lax'\` is needed.
- WSS4J StAX, asked for a SecurityContextToken of its own (\`DerivedKeyTokenReference.SecurityContextToken\`), invents the
  Identifier and writes one such token for every action: a message that is signed and encrypted then holds two contexts.
  The peer here brings its own token instead.
- WSS4J StAX wants a keystore for every outbound MAC but HMAC-SHA1 when it signs with the secret of the context itself;
  an empty one will do.
- WSS4J StAX asks for a token that is not in the message as \`CUSTOM_TOKEN\`, and wants an element together with the key.
  Wrong digests and failed ciphers leave it as XMLStreamException, without a WSSecurityException inside.
- WSS4J StAX does not find the token that a signature names with STR-Transform, when the reference is in that signature's own
  KeyInfo, and knows no Ed25519 keys. Its DOM engine does both.
- WSS4J DOM, asked to endorse a Signature by its name, gives it a second Id, \`wsu:Id\` beside \`Id\`; \`open\` refuses an
  element with two (\`peer.structure-invalid\`). By its Id, as CXF does it, it stays as it is.
- WSS4J copies mustUnderstand and role of wsse:Security to wsse11:EncryptedHeader, as WSS 1.1 §9.3 has it, and not those of
  the block. So do we; \`open\` takes either.
- Of a message that was encrypted and then signed, both with one EncryptedKey that lists inside it what it encrypted, nobody
  can tell the order: neither engine reads it, and neither do we. They write a xenc:ReferenceList of its own, as we do.
- WSS4J 4 needs OpenSAML 5, which is not on Maven Central, and does everything but SAML without it. Assertions are exchanged with
  WSS4J DOM 3.0.0 and OpenSAML 4.0.1 (\`test/interop/saml.test.ts\`): SAML 1.1 and 2.0; bearer, and holder of a certificate's key or
  of a secret; named by KeyIdentifier and directly; signed by STR-Transform and not; 20 messages each way, all as they should be.
- xmlsec1 \`--encrypt\` fills the first xenc:EncryptedData of a document, whatever \`--node-id\` says.
- xml-crypto \`enableHMAC()\` takes a \`getKeyInfoContent\` away that was given to the constructor: set it afterwards.`;
