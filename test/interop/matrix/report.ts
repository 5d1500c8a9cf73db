// docs/interop.md from a tally.
import { CIPHER_ALGORITHMS } from '@parley/core';
import { BOOTSTRAP_CASES } from './bootstrap.ts';
import { DIGESTS, MACS, STYLES, type Style } from './choice.ts';
import { COLUMNS, type Column, type Tally } from './tally.ts';
import { TAMPERINGS } from './tampering.ts';
import { USERNAME_CASES } from './username.ts';

export const STYLE_TABLE = 'style';
export const ALGORITHM_TABLE = 'algorithm';
export const TAMPERING_TABLE = 'tampering';
export const BOOTSTRAP_TABLE = 'bootstrap';
export const USERNAME_TABLE = 'username';

export interface PeerVersions {
  readonly wss4j: string;
  readonly xmlsec1: string;
  readonly xmlCrypto: string;
}

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
    table(
      BOOTSTRAP_TABLE,
      'message',
      BOOTSTRAP_CASES.map(({ row }) => row),
      ['to dom', 'to stax'],
    ),
    '## WSS4J, passwords',
    USERNAME_TEXT,
    table(
      USERNAME_TABLE,
      'message',
      USERNAME_CASES.map(({ row }) => row),
      WSS4J,
    ),
    '## xmlsec1 and xml-crypto',
    OTHERS_TEXT,
    table(STYLE_TABLE, 'message', CRYPTOGRAPHY_ROWS, OTHERS),
    '## Algorithms',
    'The same messages, counted by algorithm.',
    table(ALGORITHM_TABLE, 'algorithm', ALGORITHMS, [...WSS4J, ...OTHERS]),
    '## Changed on the way',
    TAMPERING_TEXT,
    table(TAMPERING_TABLE, 'change', Object.values(TAMPERINGS), [...WSS4J, ...OTHERS]),
    '## Notes',
    NOTES,
  ].join('\n\n')}\n`;
}

const VERSION_LINE_START = 'Last written with ';

/** The document without what may differ from machine to machine. */
export function comparable(document: string): string {
  return document.replace(new RegExp(`^${VERSION_LINE_START}.*$`, 'm'), '');
}

function versionLine({ wss4j, xmlsec1, xmlCrypto }: PeerVersions): string {
  return `${VERSION_LINE_START}${wss4j}; xmlsec1 ${xmlsec1}; xml-crypto ${xmlCrypto}.`;
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
every cipher and every hash. \`open\` has the policy \`strict\`, with \`tripledes-cbc\` added to its ciphers.`;

const BOOTSTRAP_TEXT = `Messages that bootstrap a context, or endorse one of a context. One message of each kind; the peer has to report the signed
and encrypted parts, and to refuse the message with one signed header changed. "X.509" is a signature with a certificate,
encrypted for another one; "EncryptedKey" is a session key for a certificate that both signs and encrypts, with AES-256-GCM.`;

const USERNAME_TEXT = `UsernameTokens. "X.509" is a signature with a certificate that covers the token, and \`open\` has the policy \`x509\` with
\`passwordTypes\`; a key of a password signs the message, and \`open\` has the policy \`username\`. Either side has to name the
user, and to refuse another password. WSS4J makes what has a number behind its arrow, with 1200 iterations.`;

const OTHERS_TEXT = `Peers that know XML Signature and XML Encryption, and nothing of WS-Security: the derived keys are handed to them, and they
see neither tokens nor envelopes. xmlsec1 makes a message by filling a template, every digest, MAC and ciphertext by itself;
xml-crypto signs and does not encrypt.`;

const TAMPERING_TEXT = `Messages that either side has to refuse, and did. One message of every row above, HMAC-SHA256, SHA-256 and AES-256-GCM
(HMAC-SHA1 for xml-crypto). xmlsec1 and xml-crypto have no notion of time.`;

const NOTES = `Where there is a dash:

- WSS4J does not look at \`wsc:Nonce\` on a wsse:SecurityTokenReference: it takes the context's secret for the key, and
  refuses the message, as the test expects. It cannot write such messages either.
- WSS4J does not read a wsse:BinarySecurityToken inside wsse:Embedded. Its StAX engine has no RSA-PSS and no Ed25519 keys.
- WSS4J takes all 20 octets of a key that a password makes for that of a cipher, which none has, so it decrypts with
  derived keys only. Its streaming engine derives no keys from those of passwords. Other messages with passwords were not
  asked of it.
- xml-crypto refuses all but HMAC-SHA1 with SHA-1, SHA-256 or SHA-512, as the test expects. It does not encrypt.

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
- WSS4J 4 needs OpenSAML 5, which is not on Maven Central. It is left out here: everything but SAML works without it.
- xmlsec1 \`--encrypt\` fills the first xenc:EncryptedData of a document, whatever \`--node-id\` says.
- xml-crypto \`enableHMAC()\` takes a \`getKeyInfoContent\` away that was given to the constructor: set it afterwards.`;
