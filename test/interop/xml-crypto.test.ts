// The other XML signature implementation of this platform verifies what we sign.
import { deriveKey } from '@parley/core';
import { expect, test } from 'vitest';
import { SignedXml } from 'xml-crypto';
import {
  replaced,
  sampleContext,
  sampleEnvelope,
  sampleRequest,
  sampleSecret,
  sealed,
  text,
} from '../engine/support/sample.ts';

const DSIG = 'http://www.w3.org/2000/09/xmldsig#';

test.each(['explicit', 'direct'] as const)('xml-crypto verifies what seal signs (HMAC-SHA1, %s key)', (keys) => {
  const message = sealed(sampleEnvelope(), sampleRequest({ context: sampleContext({ suite: 'Basic256' }), keys }));
  expect(verifies(text(message), keyOf(text(message), keys))).toBe(true);
  const spoilt = text(replaced(message, 'hällo', 'hallo'));
  expect(verifies(spoilt, keyOf(spoilt, keys))).toBe(false);
});

function keyOf(message: string, keys: 'explicit' | 'direct'): Buffer {
  return sampleSecret().lend((secret) => {
    if (keys === 'direct') return Buffer.from(secret);
    const nonce = Buffer.from(/<c:Nonce>([^<]+)</.exec(message)?.[1] as string, 'base64');
    const key = Buffer.alloc(24);
    deriveKey(secret, { label: undefined, nonce, offsetBytes: 0 }, key);
    return key;
  });
}

function verifies(message: string, key: Buffer): boolean {
  const signature = /<ds:Signature .*<\/ds:Signature>/s.exec(message)?.[0] as string;
  const signed = new SignedXml({ publicCert: key, idMode: 'wssecurity' });
  signed.enableHMAC();
  signed.loadSignature(signature);
  try {
    return signed.checkSignature(message) && signature.includes(`${DSIG}hmac-sha1`);
  } catch {
    return false;
  }
}
