/** rsa and ecdsa-verify: signatures, and keys that are transported, in files of Project Wycheproof's shape. */
import type { HashName, KeyUse } from '@parley/core';
import { Fault, PrivateKey, PublicKey } from '@parley/core';
import { decryptKey, keyTransport, keyTransportAlgorithm, signatureAlgorithm, verify } from '@parley/core/internal';
import type { JsonRecord } from './json-record.ts';
import { hexField, requiredText, textField } from './json-record.ts';
import type { SuiteFolder } from './suite-folder.ts';
import { eachTest, notOpened } from './test-groups.ts';
import type { Outcome, Verdict } from './verdict.ts';
import { AS_EXPECTED, compareOctets, mismatch, refused } from './verdict.ts';

/** How an algorithm of the manifest is called in our tables, but for its hash. */
const SIGNATURE_NAMES: ReadonlyMap<string, (hash: HashName) => string> = new Map([
  ['RSASSA-PKCS1-v1_5', (hash: HashName) => `rsa-${hash}`],
  ['RSASSA-PSS', (hash: HashName) => `${hash}-rsa-MGF1`],
  ['ECDSA', (hash: HashName) => `ecdsa-${hash}`],
]);

// A session key of Wycheproof may be empty; one of ours never is. RSA 1.5 must be told how long it is.
const REJECTED_KEY_BYTES = 16;

/** Runs each test of a file. @throws UnreadableVector */
export function runPublicKeyVector(suite: SuiteFolder, vector: JsonRecord): readonly Outcome[] {
  const algorithm = requiredText(vector, 'algorithm');
  if (algorithm === 'RSAES-OAEP') return eachTest(suite, vector, runOaepTest);
  if (algorithm === 'RSAES-PKCS1-v1_5') return eachTest(suite, vector, runRsa15Test);
  const name = SIGNATURE_NAMES.get(algorithm);
  if (name === undefined) return [notOpened(vector, `public-key algorithm ${algorithm}`)];
  return eachTest(suite, vector, (test, group) => runSignatureTest(name(hashField(group, 'sha')), test, group));
}

function runSignatureTest(name: string, test: JsonRecord, group: JsonRecord): Verdict {
  const key = PublicKey.read({ format: 'der', bytes: hexField(group, 'publicKeyDer') }, { uses: ['signature'] });
  const isValid = verify(signatureAlgorithm(name), key, hexField(test, 'msg'), hexField(test, 'sig'));
  const result = requiredText(test, 'result');
  if (isValid !== (result === 'valid')) return mismatch(result, isValid ? 'verified' : 'refused');
  return result === 'acceptable' ? refused('a DigestInfo without the NULL') : AS_EXPECTED;
}

function runOaepTest(test: JsonRecord, group: JsonRecord): Verdict {
  const transport = keyTransport(keyTransportAlgorithm('rsa-oaep'), {
    hash: hashField(group, 'sha'),
    maskHash: hashField(group, 'mgfSha'),
    label: hexField(test, 'label'),
  });
  const expected = textField(test, 'result') === 'valid' ? hexField(test, 'msg') : undefined;
  const octets = decrypted(() =>
    decryptKey(transport, privateKey(group, 'encryption'), hexField(test, 'ct'), undefined),
  );
  if (expected?.length === 0 && octets === undefined) return refused('a key of no octets');
  if (expected === undefined) return octets === undefined ? AS_EXPECTED : mismatch('peer.decrypt-failed', 'decrypted');
  return octets === undefined ? mismatch('decrypted', 'peer.decrypt-failed') : compareOctets('key', expected, octets);
}

function runRsa15Test(test: JsonRecord, group: JsonRecord): Verdict {
  const transport = keyTransport(keyTransportAlgorithm('rsa-1_5'));
  const message = hexField(test, 'msg');
  const keyBytes = message.length === 0 ? REJECTED_KEY_BYTES : message.length;
  const key = privateKey(group, 'rsa-1_5');
  const decryptOnce = () => decrypted(() => decryptKey(transport, key, hexField(test, 'ct'), keyBytes));
  const octets = decryptOnce();
  if (textField(test, 'result') === 'valid' && message.length > 0) {
    return octets === undefined ? mismatch('decrypted', 'peer.decrypt-failed') : compareOctets('key', message, octets);
  }
  // Not as long as the modulus, or not below it: there is nothing to reject without a word.
  if (octets === undefined) return AS_EXPECTED;
  const again = decryptOnce();
  const isSame = again !== undefined && Buffer.compare(octets, again) === 0;
  return isSame ? refused('implicit rejection: a key that nobody knows') : mismatch('the same key again', 'another');
}

function decrypted(decrypt: () => ReturnType<typeof decryptKey>): Uint8Array | undefined {
  try {
    return decrypt().lend((octets) => octets.slice());
  } catch (error) {
    if (error instanceof Fault && error.code === 'peer.decrypt-failed') return undefined;
    throw error;
  }
}

function privateKey(group: JsonRecord, use: KeyUse): PrivateKey {
  return PrivateKey.read({ format: 'der', bytes: hexField(group, 'privateKeyPkcs8') }, { uses: [use] });
}

/** `SHA-256` as we write it. */
function hashField(group: JsonRecord, name: string): HashName {
  return requiredText(group, name).replace('SHA-', 'sha') as HashName;
}
