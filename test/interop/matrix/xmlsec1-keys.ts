// One message whose keys are those of certificates, or wrapped, from us to xmlsec1, or from xmlsec1 to us.
import { algorithmSuite, type KeyWrapName, type Secret, type SuiteName } from '@parley/core';
import { keyWrapAlgorithm, signatureAlgorithm } from '@parley/core/internal';
import { type CertificateSealRequest, EncryptedKey, type OpenRequest, open, type Policy } from '@parley/engine';
import { expect } from 'vitest';
import type { PartyKind } from '../../core/x509/issue.ts';
import {
  SUITES_ONE_OF_EACH_CIPHER,
  sampleEnvelope,
  sampleRandom,
  sampleSecret,
  sealed,
  text,
} from '../../engine/support/sample.ts';
import { certificateRequest, encryptedKeyRequest, sampleKey } from '../../engine/support/sample-keys.ts';
import type { Answer, Key, Xmlsec1 } from '../xmlsec1.ts';
import { isPss, KEY_TRANSPORTS, SIGNING, type Signing, type Transport } from './bootstrap-rows.ts';
import { CERTIFIED_POLICY, CODES, openRequestOf, SIGNED_PARTS, signedBy, withOtherHeader } from './certified.ts';
import { blankCipherValue, blankSignature, encryptedDataOf, encryptedKeyOf, withKeyInside } from './message-text.ts';
import { payloadOf } from './payload.ts';

/** What it knows. */
export const XMLSEC1_SIGNING: readonly Signing[] = SIGNING.filter(
  (signing) => signing[0] !== 'ed25519' && !isPss(signing),
);
const isKnown = ({ transport, hash }: Transport): boolean => transport !== 'rsa-oaep' && hash === undefined;
export const XMLSEC1_TRANSPORTS: readonly Transport[] = KEY_TRANSPORTS.filter(isKnown);
/** What it does not. */
export const UNKNOWN_SIGNING: readonly Signing[] = SIGNING.filter((signing) => !XMLSEC1_SIGNING.includes(signing));
export const UNKNOWN_TRANSPORTS: readonly Transport[] = KEY_TRANSPORTS.filter((transport) => !isKnown(transport));

export const CIPHER_SUITES: readonly SuiteName[] = SUITES_ONE_OF_EACH_CIPHER;
/** Each way to wrap, with a suite whose session key it takes. */
export const WRAPS: ReadonlyArray<readonly [KeyWrapName, SuiteName]> = [
  ['kw-aes128', 'Basic256GCMSha256'],
  ['kw-aes192', 'Basic256GCMSha256'],
  ['kw-aes256', 'Basic256GCMSha256'],
  ['kw-tripledes', 'TripleDesSha256'],
];

/** It verifies what we signed, and not what was changed. */
export function signatureToXmlsec1(peer: Xmlsec1, signing: Signing): void {
  const key = certificateKey(signing[0]);
  const message = signedBy(signing);
  const answer = peer.verifyWith(message, key);
  done(answer);
  expect(answer.said).toContain(`SignedInfo References (ok/all): ${SIGNED_PARTS}/${SIGNED_PARTS}`);
  expect(peer.verifyWith(withOtherHeader(message), key).ok).toBe(false);
}

/** It signs a template of ours. */
export function signatureFromXmlsec1(peer: Xmlsec1, signing: Signing): void {
  const template = blankSignature(text(signedBy(signing)));
  const { privateKeyDer } = sampleKey('alice', signing[0]);
  const message = done(peer.signWith(encoder.encode(template), { option: '--privkey-der', octets: privateKeyDer }));
  const reply = open(message, openRequestOf(CERTIFIED_POLICY, signing[0]));
  if (!reply.ok) throw new Error(`${signing[1]}: ${reply.code}`);
  expect(reply.value.signed).toHaveLength(SIGNED_PARTS);
  const { name } = signatureAlgorithm(signing[1]);
  expect(reply.value.signed.every(({ algorithm }) => algorithm === name)).toBe(true);
  const refused = open(withOtherHeader(message), openRequestOf(CERTIFIED_POLICY, signing[0]));
  expect(refused).toMatchObject({ ok: false, code: expect.toBeOneOf(CODES) });
}

/** Whether it verifies such a signature: not one that it does not know. */
export function isVerified(peer: Xmlsec1, signing: Signing): boolean {
  return peer.verifyWith(signedBy(signing), certificateKey(signing[0])).ok;
}

/** Whether it decrypts a session key that travels so. */
export function isDecrypted(peer: Xmlsec1, transport: Transport): boolean {
  return decrypted(peer, text(encryptedFor('Basic256GCMSha256', transport)), privateKey()).ok;
}

/** It decrypts the session key, and with it the Body. */
export function transportToXmlsec1(peer: Xmlsec1, suite: SuiteName, transport: Transport): void {
  const message = text(encryptedFor(suite, transport));
  expect(text(done(decrypted(peer, message, privateKey())))).toContain(PAYLOAD);
  expect(decrypted(peer, withOtherKey(message), privateKey()).document.includes(PAYLOAD)).toBe(false);
}

/** It makes a session key, encrypts it, and with it the Body. */
export function transportFromXmlsec1(peer: Xmlsec1, suite: SuiteName, transport: Transport): void {
  const { certificate } = sampleKey('bob', 'rsa');
  const key: Key = { option: '--pubkey-cert-der', octets: certificate.der };
  const message = encryptedByXmlsec1(peer, text(encryptedFor(suite, transport)), suite, key);
  expectOpened(message, openRequestOf(CERTIFIED_POLICY, 'rsa'), suite);
}

/** It unwraps the session key, decrypts the Body with it, and verifies the MAC. */
export function wrapToXmlsec1(peer: Xmlsec1, wrap: KeyWrapName, suite: SuiteName): void {
  const wrapping = wrappingSecret(wrap);
  const encryptedKey = wrapped(wrap, suite, wrapping);
  const request = encryptedKeyRequest({ atMs: Date.now(), suite, encryptedKey, encrypt: 'body', keys: 'direct' });
  const message = text(sealed(sampleEnvelope(), request));
  const clear = done(decrypted(peer, message, wrappingKey(wrap, wrapping)));
  expect(text(clear)).toContain(PAYLOAD);
  const answer = encryptedKey.secret.lend((secret) => peer.verify(clear, secret));
  done(answer);
  expect(answer.said).toContain(`SignedInfo References (ok/all): ${SIGNED_PARTS}/${SIGNED_PARTS}`);
}

/** It makes a session key, wraps it, and encrypts the Body with it; a certificate has signed. */
export function wrapFromXmlsec1(peer: Xmlsec1, wrap: KeyWrapName, suite: SuiteName): void {
  const wrapping = wrappingSecret(wrap);
  const transported = text(encryptedFor(suite, {}));
  const asked = encryptedKeyRequest({ suite, encryptedKey: wrapped(wrap, suite, wrapping), keys: 'explicit' });
  const own = encryptedKeyOf(transported);
  const [id] = / Id="[^"]+"/.exec(own)!;
  const [list] = /<(\w+:)ReferenceList>.*<\/\1ReferenceList>/s.exec(own)!;
  const other = encryptedKeyOf(text(sealed(sampleEnvelope(), asked)))
    .replace(/ Id="[^"]+"/, id)
    .replace(/<\/\w+:EncryptedKey>$/, (end) => `${list}${end}`);
  const template = transported.replace(own, () => other);
  const message = encryptedByXmlsec1(peer, template, suite, wrappingKey(wrap, wrapping));
  const policy: Policy = { ...CERTIFIED_POLICY, keyWraps: [wrap] };
  const known = openRequestOf(policy, 'rsa', new Map([[Buffer.from(WRAPPING_SHA1).toString('base64'), wrapping]]));
  expectOpened(message, known, suite);
}

const PAYLOAD = /<s:Body>(.*)<\/s:Body>/s.exec(text(sampleEnvelope()))?.[1] as string;
const WRAPPING_SHA1 = new Uint8Array(20).fill(7);

function wrappingSecret(wrap: KeyWrapName): Secret {
  return sampleSecret(30, keyWrapAlgorithm(wrap).keyBytes);
}

function wrappingKey(wrap: KeyWrapName, secret: Secret): Key {
  const octets = secret.lend((bytes) => Uint8Array.from(bytes));
  return { option: wrap === 'kw-tripledes' ? '--deskey' : '--aeskey', octets };
}

function wrapped(algorithm: KeyWrapName, suite: SuiteName, secret: Secret): EncryptedKey {
  const { encryptionKeyBytes } = algorithmSuite(suite);
  const session = { suite: algorithmSuite(suite), fillRandom: sampleRandom(9) };
  return EncryptedKey.wrapped(
    { secret, name: { sha1: WRAPPING_SHA1 }, algorithm },
    { ...session, secret: sampleSecret(60, encryptionKeyBytes) },
  );
}

function encryptedFor(suite: SuiteName, transport: Transport): Uint8Array {
  const { certificate } = sampleKey('bob', 'rsa');
  const { key } = sampleKey('alice', 'rsa');
  const request: CertificateSealRequest = certificateRequest({
    atMs: Date.now(),
    suite,
    certificate: { key, reference: 'thumbprint', algorithm: 'rsa-sha256' },
    encrypt: 'body',
    recipient: { certificate, reference: 'thumbprint', ...transport },
  });
  return sealed(sampleEnvelope(), request);
}

function certificateKey(kind: PartyKind): Key {
  return { option: '--pubkey-cert-der', octets: sampleKey('alice', kind).certificate.der };
}

function privateKey(): Key {
  return { option: '--privkey-der', octets: sampleKey('bob', 'rsa').privateKeyDer };
}

/** It looks for an EncryptedKey where it is used, and finds no key by a wsse:SecurityTokenReference. */
function decrypted(peer: Xmlsec1, message: string, key: Key): Answer {
  const { id } = encryptedDataOf(message)[0]!;
  return peer.decryptWith(encoder.encode(withKeyInside(message)), id, key);
}

function encryptedByXmlsec1(peer: Xmlsec1, message: string, suite: SuiteName, key: Key): Buffer {
  const own = encryptedKeyOf(message);
  const data = encryptedDataOf(message)[0]!.text;
  const template = withKeyInside(message.replace(own, blankCipherValue(own)).replace(data, blankCipherValue(data)));
  const { cipher } = algorithmSuite(suite);
  const session = cipher.name.startsWith('tripledes') ? 'des-192' : `aes-${cipher.keyBytes * 8}`;
  const filled = text(done(peer.encryptWith(encoder.encode(template), session, key, encoder.encode(PAYLOAD))));
  // Of the key, which stands in KeyInfo, and then of the data.
  const [keyValue = '', dataValue = ''] = [...filled.matchAll(/CipherValue>([^<]+)</g)].map(([, value]) => value);
  const withValue = (element: string, value: string): string =>
    blankCipherValue(element).replace('CipherValue><', `CipherValue>${value}<`);
  return Buffer.from(message.replace(own, withValue(own, keyValue)).replace(data, withValue(data, dataValue)));
}

function expectOpened(message: Buffer, request: OpenRequest, suite: SuiteName): void {
  const reply = open(message, request);
  if (!reply.ok) throw new Error(`${suite}: ${reply.code} ${JSON.stringify(reply.detail)}`);
  expect(payloadOf(reply.value.body)).toBe(PAYLOAD);
  expect(reply.value.encrypted).toMatchObject([{ cipher: algorithmSuite(suite).cipher.name, role: 'body' }]);
  const refused = open(Buffer.from(withOtherKey(message.toString())), request);
  expect(refused).toMatchObject({ ok: false, code: 'peer.decrypt-failed' });
}

/** Changes a character of the encrypted session key. */
function withOtherKey(message: string): string {
  const own = encryptedKeyOf(message);
  return message.replace(
    own,
    own.replace(/(CipherValue>\s*[^\s<]{4})([^\s<])/, (_, start, octet) => start + (octet === 'A' ? 'B' : 'A')),
  );
}

function done(answer: Answer): Buffer {
  expect(answer.ok ? '' : answer.said).toBe('');
  return answer.document;
}

const encoder = new TextEncoder();
