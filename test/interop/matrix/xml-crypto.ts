// One signature from us to xml-crypto, or from xml-crypto to us.
import { contextSource, digestAlgorithm, type HashName } from '@parley/core';
import { macAlgorithm } from '@parley/core/internal';
import { open, policyOf } from '@parley/engine';
import { expect } from 'vitest';
import { SignedXml } from 'xml-crypto';
import { sampleSecret, text } from '../../engine/support/sample.ts';
import { type Algorithms, type Choice, contextOf, sealedAsChosen } from './choice.ts';
import { keysOf } from './derived-keys.ts';
import { keyInfoOf, signatureOf, signedIdsOf, withoutSignature } from './message-text.ts';
import { OTHER_SECRET, type Tampering, tampered } from './tampering.ts';

/** What it knows; HMAC must be switched on besides. */
export const XML_CRYPTO_ALGORITHMS: readonly Algorithms[] = (['sha1', 'sha256', 'sha512'] as const).map((digest) => ({
  mac: 'hmac-sha1',
  digest,
  suite: 'Basic256',
}));

const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const CODES = ['peer.digest-mismatch', 'peer.signature-invalid'];

/** It verifies what we sealed, and hands out the very octets that we digested. */
export function toXmlCrypto(choice: Choice): void {
  const sealed = sealedAsChosen(choice, Date.now());
  const signed = signedXml(text(sealed), keysOf(text(sealed), choice).signature);
  expect(signed.checkSignature(text(sealed))).toBe(true);
  const own = open(sealed, openRequest(choice));
  if (!own.ok) throw new Error(own.code);
  expect(signed.getSignedReferences()).toEqual(own.value.signed.map(({ bytes }) => text(bytes)));
}

/** It signs in the place of our signature; `open` verifies. */
export function fromXmlCrypto(choice: Choice): void {
  const reply = open(signedByXmlCrypto(choice), openRequest(choice));
  expect(reply.ok ? '' : reply.code).toBe('');
  if (!reply.ok) return;
  expect(reply.value.signed).toHaveLength(6);
  expect(
    reply.value.signed.every(({ algorithm, digest }) => algorithm === choice.mac && digest === choice.digest),
  ).toBe(true);
}

export function toXmlCryptoTampered(choice: Choice, kind: Tampering): void {
  const sealed = sealedAsChosen(choice, Date.now());
  const message = text(tampered(sealed, kind));
  const key = kind === 'other-secret' ? Buffer.alloc(24) : keysOf(message, choice).signature;
  expect(isVerified(message, key)).toBe(false);
  expect(isVerified(text(sealed), keysOf(message, choice).signature)).toBe(true);
}

export function fromXmlCryptoTampered(choice: Choice, kind: Tampering): void {
  const message = tampered(signedByXmlCrypto(choice), kind);
  const reply = open(message, openRequest(choice, kind === 'other-secret' ? OTHER_SECRET : sampleSecret()));
  expect(reply).toMatchObject({ ok: false, code: expect.toBeOneOf(CODES) });
}

function signedByXmlCrypto(choice: Choice): Buffer {
  const sealed = text(sealedAsChosen(choice, Date.now()));
  const signer = new SignedXml({
    privateKey: keysOf(sealed, choice).signature,
    signatureAlgorithm: macAlgorithm(choice.mac).uri,
    idMode: 'wssecurity',
  });
  signer.enableHMAC();
  signer.getKeyInfoContent = () => keyInfoOf(sealed); // afterwards: enabling HMAC takes it away
  return signInPlace(signer, sealed, choice.digest);
}

/** Signs what the signature of `message` signs, and puts the new one in its place. */
export function signInPlace(signer: SignedXml, message: string, digest: HashName): Buffer {
  signer.canonicalizationAlgorithm = EXCLUSIVE_C14N;
  for (const id of signedIdsOf(message)) {
    const xpath = `//*[@*[local-name()='Id']='${id}']`;
    signer.addReference({ xpath, transforms: [EXCLUSIVE_C14N], digestAlgorithm: digestAlgorithm(digest).uri });
  }
  const location = { reference: "//*[local-name()='Security']", action: 'append' } as const;
  signer.computeSignature(withoutSignature(message), { prefix: 'ds', location });
  return Buffer.from(signer.getSignedXml());
}

/** What it says to algorithms that it does not know. */
export function complaintOfXmlCrypto(choice: Choice): string {
  try {
    toXmlCrypto(choice);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

function isVerified(message: string, key: Buffer): boolean {
  try {
    return signedXml(message, key).checkSignature(message);
  } catch {
    return false;
  }
}

function signedXml(message: string, key: Buffer): SignedXml {
  const signed = new SignedXml({ publicCert: key, idMode: 'wssecurity' });
  signed.enableHMAC();
  signed.loadSignature(signatureOf(message));
  return signed;
}

function openRequest(choice: Choice, secret = sampleSecret()) {
  const atMs = Date.now();
  return { atMs, policy: policyOf('strict'), contexts: contextSource([contextOf(choice, atMs, secret)]) };
}
