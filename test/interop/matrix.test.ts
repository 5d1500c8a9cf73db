// Messages both ways between us and other implementations; docs/interop.md is the result. A peer that this machine does
// not have is left out, and says why.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, describe, expect, test } from 'vitest';
import { SOAP11, SOAP12 } from '../engine/support/sample.ts';
import { BOOTSTRAP_CASES, bootstrapToPeer, isReadWithListInKey } from './matrix/bootstrap.ts';
import { ROW } from './matrix/bootstrap-rows.ts';
import { signedBy } from './matrix/certified.ts';
import {
  type Choice,
  choicesOf,
  choicesOfCryptography,
  cipherName,
  plainChoice,
  STYLES,
  type Style,
} from './matrix/choice.ts';
import { bootstrapFromPeer, PEER_CASES, type PeerCase, REFUSED_CASES, refusedFromPeer } from './matrix/from-wss4j.ts';
import { HEADER_CASES, PEER_HEADER_CASES } from './matrix/header-features.ts';
import {
  ALGORITHM_TABLE,
  BOOTSTRAP_TABLE,
  CERTIFIED_TABLE,
  comparable,
  cryptographyRowOf,
  HEADER_TABLE,
  REFUSED_TABLE,
  report,
  rowOf,
  STYLE_TABLE,
  TAMPERING_TABLE,
  USERNAME_TABLE,
} from './matrix/report.ts';
import { type Column, Tally } from './matrix/tally.ts';
import { TAMPERINGS, TIMELESS_TAMPERINGS, tamperingsOf } from './matrix/tampering.ts';
import { ROW_OF_KIND, USERNAME_CASES, USERNAME_KINDS, usernameFromPeer } from './matrix/username.ts';
import { fromPeer, fromPeerTampered, isAgainstBsp, refusalOf, toPeer, toPeerTampered } from './matrix/wss4j.ts';
import { userAndConfirmation } from './matrix/wss4j-tokens.ts';
import {
  complaintOfXmlCrypto,
  fromXmlCrypto,
  fromXmlCryptoTampered,
  toXmlCrypto,
  toXmlCryptoTampered,
  XML_CRYPTO_ALGORITHMS,
} from './matrix/xml-crypto.ts';
import {
  signatureFromXmlCrypto,
  signatureToXmlCrypto,
  verifiedByXmlCrypto,
  XML_CRYPTO_SIGNING,
  XML_CRYPTO_UNKNOWN,
} from './matrix/xml-crypto-keys.ts';
import { fromXmlsec1, fromXmlsec1Tampered, toXmlsec1, toXmlsec1Tampered } from './matrix/xmlsec1.ts';
import {
  CIPHER_SUITES,
  isDecrypted,
  isVerified,
  signatureFromXmlsec1,
  signatureToXmlsec1,
  transportFromXmlsec1,
  transportToXmlsec1,
  UNKNOWN_SIGNING,
  UNKNOWN_TRANSPORTS,
  WRAPS,
  wrapFromXmlsec1,
  wrapToXmlsec1,
  XMLSEC1_SIGNING,
  XMLSEC1_TRANSPORTS,
} from './matrix/xmlsec1-keys.ts';
import { startWss4j } from './wss4j-peer.ts';
import { Xmlsec1 } from './xmlsec1.ts';

const ROOT = new URL('../../', import.meta.url);
const TIMEOUT_MS = 120_000;
const wss4j = startWss4j();
const xmlsec1 = Xmlsec1.start();
/** BSP rules on ciphers and on digests. */
const BSP_REFUSAL = /^INVALID_SECURITY BSP:R5[46]20: /;
const tally = new Tally();

const named = (style: Style) => [rowOf(style), style] as const;
const WITHOUT_IMPLIED = STYLES.filter(({ keys }) => keys !== 'implied');
const OWN_KEYS = WITHOUT_IMPLIED.map(named);
const IMPLIED_KEYS = STYLES.filter(({ keys }) => keys === 'implied').map(named);
const CRYPTOGRAPHY = WITHOUT_IMPLIED.filter(({ token }) => token === 'attached').map(
  (style) => [cryptographyRowOf(style), style] as const,
);
const SIGNED_ONLY = CRYPTOGRAPHY.filter(([, style]) => style.shape.encrypt === 'none');

afterAll(() => {
  if (typeof wss4j !== 'string') wss4j.end();
  if (typeof xmlsec1 !== 'string') xmlsec1.end();
});

/** The peer, or the end of this test with the reason why there is none. */
function present<Peer extends object>(peer: Peer | string, skip: (reason: string) => never): Peer {
  return typeof peer === 'string' ? skip(peer) : peer;
}

/** Cases of both tables, each with its own. */
function tabled<Kind extends { readonly row: string }>(bootstraps: readonly Kind[], headers: readonly Kind[]) {
  return [
    ...bootstraps.map((kind) => ({ table: BOOTSTRAP_TABLE, kind, versions: [SOAP12] })),
    ...headers.map((kind) => ({ table: HEADER_TABLE, kind, versions: [SOAP12, SOAP11] })),
  ];
}

function count(row: string, column: Column, choice: Choice): void {
  tally.add(STYLE_TABLE, row, column);
  tally.add(ALGORITHM_TABLE, choice.mac, column);
  tally.add(ALGORITHM_TABLE, choice.digest, column);
  if (choice.shape.encrypt !== 'none') tally.add(ALGORITHM_TABLE, cipherName(choice), column);
}

describe.each(['dom', 'stax'] as const)('WSS4J %s', (engine) => {
  const to = `to ${engine}` as const;
  const from = `from ${engine}` as const;

  test.for(OWN_KEYS)('%s', { timeout: TIMEOUT_MS }, async ([row, style], { skip }) => {
    const peer = present(wss4j, skip);
    const both = choicesOf(style).flatMap((choice) => [
      toPeer(peer, engine, choice).then(() => count(row, to, choice)),
      fromPeer(peer, engine, choice).then(() => count(row, from, choice)),
    ]);
    await Promise.all(both);
  });

  test.for(OWN_KEYS)('changed on the way: %s', { timeout: TIMEOUT_MS }, async ([, style], { skip }) => {
    const peer = present(wss4j, skip);
    const choice = plainChoice(style);
    for (const kind of tamperingsOf(style.shape)) {
      await toPeerTampered(peer, engine, choice, kind);
      tally.add(TAMPERING_TABLE, TAMPERINGS[kind], to);
      await fromPeerTampered(peer, engine, choice, kind);
      tally.add(TAMPERING_TABLE, TAMPERINGS[kind], from);
    }
  });

  test.for(IMPLIED_KEYS)('does not know: %s', async ([, style], { skip }) => {
    expect(await refusalOf(present(wss4j, skip), engine, plainChoice(style), true)).toBeDefined();
  });

  test.for(tabled(BOOTSTRAP_CASES, HEADER_CASES))('to it: $kind.row', async ({ table, kind, versions }, { skip }) => {
    for (const soap of versions) {
      await bootstrapToPeer(present(wss4j, skip), engine, kind, soap);
      if (kind.unknownTo?.includes(engine) !== true) tally.add(table, kind.row, to);
    }
  });

  const isAskedOf = ({ notAskedOf }: PeerCase): boolean => notAskedOf?.includes(engine) !== true;
  const asked = tabled(PEER_CASES.filter(isAskedOf), PEER_HEADER_CASES.filter(isAskedOf));
  test.for(asked)('from it: $kind.row', async ({ table, kind, versions }, { skip }) => {
    for (const soap of versions) {
      await bootstrapFromPeer(present(wss4j, skip), engine, kind, soap);
      if (kind.unmadeBy?.includes(engine) !== true) tally.add(table, kind.row, from);
    }
  });

  test.for(REFUSED_CASES.filter(isAskedOf))('from it, refused: $row', async (kind, { skip }) => {
    await refusedFromPeer(present(wss4j, skip), engine, kind);
    tally.add(REFUSED_TABLE, kind.row, from);
  });

  test.for(USERNAME_CASES)('$row', { timeout: TIMEOUT_MS }, async (kind, { skip }) => {
    await bootstrapToPeer(present(wss4j, skip), engine, kind);
    if (kind.unknownTo?.includes(engine) !== true) tally.add(USERNAME_TABLE, kind.row, to);
  });

  test.for(USERNAME_KINDS[engine])('from it: %s', { timeout: TIMEOUT_MS }, async (kind, { skip }) => {
    await usernameFromPeer(present(wss4j, skip), engine, kind);
    tally.add(USERNAME_TABLE, ROW_OF_KIND[kind], from);
  });

  test('does not read what was encrypted, then signed, with one key that lists it', async ({ skip }) => {
    expect(await isReadWithListInKey(present(wss4j, skip), engine)).toEqual({ inside: false, behind: true });
  });

  test('the Basic Security Profile forbids what the engine itself writes', async ({ skip }) => {
    const peer = present(wss4j, skip);
    const forbidden = OWN_KEYS.flatMap(([, style]) => choicesOf(style)).filter(
      (choice) => choice.version === '200512' && choice.token === 'attached' && isAgainstBsp(engine, choice),
    );
    expect(forbidden.length).toBeGreaterThan(0);
    for (const choice of forbidden) {
      expect(await refusalOf(peer, engine, choice, true)).toMatch(BSP_REFUSAL);
    }
  });
});

describe('WSS4J, from its DOM engine', () => {
  const engines = ['dom', 'stax'] as const;

  test.for(engines.flatMap((engine) => ['PasswordText', 'PasswordDigest'].map((type) => [engine, type] as const)))(
    'to %s: username token with %s, signature confirmation',
    ([engine, passwordType], { skip }) => userAndConfirmation(present(wss4j, skip), engine, passwordType),
  );
});

describe('xmlsec1', () => {
  test.for(CRYPTOGRAPHY)('%s', { timeout: TIMEOUT_MS }, ([row, style], { skip }) => {
    const peer = present(xmlsec1, skip);
    for (const choice of choicesOfCryptography(style)) {
      toXmlsec1(peer, choice);
      count(row, 'to xmlsec1', choice);
      fromXmlsec1(peer, choice);
      count(row, 'from xmlsec1', choice);
    }
  });

  test.for(SIGNED_ONLY)('changed on the way: %s', { timeout: TIMEOUT_MS }, ([, style], { skip }) => {
    const peer = present(xmlsec1, skip);
    for (const kind of TIMELESS_TAMPERINGS) {
      toXmlsec1Tampered(peer, plainChoice(style), kind);
      tally.add(TAMPERING_TABLE, TAMPERINGS[kind], 'to xmlsec1');
      fromXmlsec1Tampered(peer, plainChoice(style), kind);
      tally.add(TAMPERING_TABLE, TAMPERINGS[kind], 'from xmlsec1');
    }
  });
});

describe('xmlsec1, keys of certificates', () => {
  test.for(XMLSEC1_SIGNING)('%s, %s', (signing, { skip }) => {
    const peer = present(xmlsec1, skip);
    signatureToXmlsec1(peer, signing);
    tally.add(CERTIFIED_TABLE, ROW.signedWith(signing), 'to xmlsec1');
    signatureFromXmlsec1(peer, signing);
    tally.add(CERTIFIED_TABLE, ROW.signedWith(signing), 'from xmlsec1');
  });

  test.for(XMLSEC1_TRANSPORTS)('$transport', { timeout: TIMEOUT_MS }, (transport, { skip }) => {
    const peer = present(xmlsec1, skip);
    for (const suite of CIPHER_SUITES) {
      transportToXmlsec1(peer, suite, transport);
      tally.add(CERTIFIED_TABLE, ROW.encryptedWith(transport), 'to xmlsec1');
      transportFromXmlsec1(peer, suite, transport);
      tally.add(CERTIFIED_TABLE, ROW.encryptedWith(transport), 'from xmlsec1');
    }
  });

  test.for(WRAPS)('%s', ([wrap, suite], { skip }) => {
    const peer = present(xmlsec1, skip);
    wrapToXmlsec1(peer, wrap, suite);
    tally.add(CERTIFIED_TABLE, ROW.wrapped(wrap), 'to xmlsec1');
    wrapFromXmlsec1(peer, wrap, suite);
    tally.add(CERTIFIED_TABLE, ROW.wrapped(wrap), 'from xmlsec1');
  });

  test('knows no other algorithms', ({ skip }) => {
    const peer = present(xmlsec1, skip);
    for (const signing of UNKNOWN_SIGNING) expect(isVerified(peer, signing), signing[1]).toBe(false);
    for (const transport of UNKNOWN_TRANSPORTS) expect(isDecrypted(peer, transport), transport.transport).toBe(false);
  });
});

describe('xml-crypto, keys of certificates', () => {
  test.for(XML_CRYPTO_SIGNING)('%s, %s', (signing) => {
    signatureToXmlCrypto(signing);
    tally.add(CERTIFIED_TABLE, ROW.signedWith(signing), 'to xml-crypto');
    signatureFromXmlCrypto(signing);
    tally.add(CERTIFIED_TABLE, ROW.signedWith(signing), 'from xml-crypto');
  });

  test.for(XML_CRYPTO_UNKNOWN)('does not know %s, %s', (signing) => {
    expect(() => verifiedByXmlCrypto(signedBy(signing), signing)).toThrow(/ is not supported$/);
  });
});

describe('xml-crypto', () => {
  test.for(SIGNED_ONLY)('%s', ([row, style]) => {
    for (const algorithms of XML_CRYPTO_ALGORITHMS) {
      const choice = { ...plainChoice(style), ...algorithms };
      toXmlCrypto(choice);
      count(row, 'to xml-crypto', choice);
      fromXmlCrypto(choice);
      count(row, 'from xml-crypto', choice);
    }
  });

  test.for(SIGNED_ONLY)('changed on the way: %s', ([, style]) => {
    const choice: Choice = { ...plainChoice(style), mac: 'hmac-sha1' };
    for (const kind of TIMELESS_TAMPERINGS) {
      toXmlCryptoTampered(choice, kind);
      tally.add(TAMPERING_TABLE, TAMPERINGS[kind], 'to xml-crypto');
      fromXmlCryptoTampered(choice, kind);
      tally.add(TAMPERING_TABLE, TAMPERINGS[kind], 'from xml-crypto');
    }
  });

  test('knows no other algorithms', () => {
    const style = SIGNED_ONLY[0]![1];
    const unknown = choicesOfCryptography(style).filter(
      ({ mac, digest }) => !XML_CRYPTO_ALGORITHMS.some((known) => known.mac === mac && known.digest === digest),
    );
    for (const choice of unknown) expect(complaintOfXmlCrypto(choice)).toMatch(/ is not supported$/);
  });
});

test('docs/interop.md says so', async ({ skip }) => {
  const wss4jPeer = present(wss4j, skip);
  const { version: xmlsec1Version } = present(xmlsec1, skip);
  const versions = await wss4jPeer.call<Record<'dom' | 'stax' | 'xmlsec' | 'java', string>>('versions', {});
  if (!versions.ok) throw new Error(versions.reason);
  const { dom, stax, xmlsec, java } = versions.value;
  const result = report(tally, {
    wss4j: `WSS4J DOM ${dom} and StAX ${stax}, Santuario ${xmlsec}, Java ${java}`,
    xmlsec1: xmlsec1Version,
    xmlCrypto: createRequire(import.meta.url)('xml-crypto/package.json').version,
  });
  // scripts/write-interop-matrix.mjs takes it from here.
  mkdirSync(new URL('.parley/', ROOT), { recursive: true });
  writeFileSync(new URL('.parley/interop.md', ROOT), result);
  expect(comparable(readFileSync(new URL('docs/interop.md', ROOT), 'utf8'))).toBe(comparable(result));
});
