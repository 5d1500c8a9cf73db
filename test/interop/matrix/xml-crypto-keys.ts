// One signature with a certificate, from us to xml-crypto, or from xml-crypto to us.
import { signatureAlgorithm } from '@parley/core/internal';
import { open } from '@parley/engine';
import { expect } from 'vitest';
import { SignedXml } from 'xml-crypto';
import { text } from '../../engine/support/sample.ts';
import { sampleKey } from '../../engine/support/sample-keys.ts';
import { SIGNING, type Signing } from './bootstrap-rows.ts';
import { CERTIFIED_POLICY, CODES, openRequestOf, SIGNED_PARTS, signedBy, withOtherHeader } from './certified.ts';
import { keyInfoOf, signatureOf } from './message-text.ts';
import { signInPlace } from './xml-crypto.ts';

const KNOWN = ['rsa-sha1', 'rsa-sha256', 'rsa-sha512', 'sha256-rsa-MGF1'];
export const XML_CRYPTO_SIGNING: readonly Signing[] = SIGNING.filter(([, algorithm]) => KNOWN.includes(algorithm));
export const XML_CRYPTO_UNKNOWN: readonly Signing[] = SIGNING.filter(([, algorithm]) => !KNOWN.includes(algorithm));

/** It verifies what we signed, and not what was changed. */
export function signatureToXmlCrypto(signing: Signing): void {
  const message = signedBy(signing);
  expect(isVerified(message, signing)).toBe(true);
  expect(isVerified(withOtherHeader(message), signing)).toBe(false);
}

/** It signs in the place of our signature. */
export function signatureFromXmlCrypto(signing: Signing): void {
  const { privateKeyDer } = sampleKey('alice', signing[0]);
  const template = text(signedBy(signing));
  const { uri, name } = signatureAlgorithm(signing[1]);
  const signer = new SignedXml({
    privateKey: pem('PRIVATE KEY', privateKeyDer),
    signatureAlgorithm: uri,
    getKeyInfoContent: () => keyInfoOf(template),
    idMode: 'wssecurity',
  });
  const message = signInPlace(signer, template, 'sha256');
  const reply = open(message, openRequestOf(CERTIFIED_POLICY, signing[0]));
  if (!reply.ok) throw new Error(`${name}: ${reply.code}`);
  expect(reply.value.signed).toHaveLength(SIGNED_PARTS);
  expect(reply.value.signed.every(({ algorithm }) => algorithm === name)).toBe(true);
  const refused = open(withOtherHeader(message), openRequestOf(CERTIFIED_POLICY, signing[0]));
  expect(refused).toMatchObject({ ok: false, code: expect.toBeOneOf(CODES) });
}

/** Whether its signature holds. @throws Error for an algorithm that it does not know. */
export function verifiedByXmlCrypto(message: Uint8Array, [kind]: Signing): boolean {
  const publicCert = pem('CERTIFICATE', sampleKey('alice', kind).certificate.der);
  const signed = new SignedXml({ publicCert, idMode: 'wssecurity', getCertFromKeyInfo: () => null });
  signed.loadSignature(signatureOf(text(message)));
  return signed.checkSignature(text(message));
}

/** A digest that is wrong it tells, a signature that is wrong it throws. */
function isVerified(message: Uint8Array, signing: Signing): boolean {
  try {
    return verifiedByXmlCrypto(message, signing);
  } catch {
    return false;
  }
}

function pem(label: string, der: Uint8Array): string {
  const lines = Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
