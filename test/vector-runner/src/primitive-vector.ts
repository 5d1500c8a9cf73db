/** mac-verify and decrypt: files of Project Wycheproof's shape, many tests in groups. */
import { Fault } from '@parley/core';
import { cipherAlgorithm, decrypt, keyWrapAlgorithm, MacKey, macAlgorithm, unwrapKey } from '@parley/core/internal';
import type { JsonRecord } from './json-record.ts';
import { hexField, requiredText, textField } from './json-record.ts';
import type { SuiteFolder } from './suite-folder.ts';
import { eachTest, notOpened } from './test-groups.ts';
import type { Outcome, Verdict } from './verdict.ts';
import { AS_EXPECTED, compareOctets, mismatch, outOfScope, refused } from './verdict.ts';

const CBC_NAMES = ['AES-CBC-PKCS5', 'AES-CBC'];
const CBC_IV_BYTES = 16;
const GCM_IV_BYTES = 12;
const GCM_TAG_BYTES = 16;

/** Runs each test of a file of MACs. @throws UnreadableVector */
export function runMacVector(suite: SuiteFolder, vector: JsonRecord): readonly Outcome[] {
  const match = /^HMAC-?SHA-?(1|256|384|512)$/i.exec(requiredText(vector, 'algorithm'));
  if (match === null) return [notOpened(vector, 'a MAC that XML Signature has no name for')];
  const algorithm = macAlgorithm(`hmac-sha${match[1] ?? ''}`);
  return eachTest(suite, vector, (test) => {
    const key = new MacKey(algorithm, hexField(test, 'key'));
    const tag = hexField(test, 'tag');
    const isValid = key.verify(hexField(test, 'msg'), tag);
    key.wipe();
    // Truncated MACs are valid upstream; here there is no truncation.
    const expected = textField(test, 'result') === 'valid' && tag.length === algorithm.macBytes;
    return isValid === expected ? AS_EXPECTED : mismatch(macWord(expected), macWord(isValid));
  });
}

/** Runs each test of a file of ciphertexts: AES-CBC with XML Encryption's padding, AES-GCM, AES key wrap. @throws UnreadableVector */
export function runCipherVector(suite: SuiteFolder, vector: JsonRecord): readonly Outcome[] {
  const algorithm = requiredText(vector, 'algorithm');
  if (CBC_NAMES.includes(algorithm)) return eachTest(suite, vector, runCbcTest);
  if (algorithm === 'AES-GCM') return eachTest(suite, vector, runGcmTest);
  if (algorithm === 'AES-WRAP') return eachTest(suite, vector, runWrapTest);
  return [notOpened(vector, `cipher ${algorithm}`)];
}

function runCbcTest(test: JsonRecord): Verdict {
  const iv = hexField(test, 'iv');
  if (iv.length !== CBC_IV_BYTES) return outOfScope('AES-CBC with an IV that is not one block');
  // XML Encryption looks at the last octet of the padding only, so it takes some that PKCS5 does not.
  const isValid = (textField(test, 'xmlencExpected') ?? textField(test, 'result')) === 'valid';
  const plaintext = test['xmlencPlaintext'] === undefined ? 'msg' : 'xmlencPlaintext';
  return judgeDecryption(
    'cbc',
    test,
    concatenate(iv, hexField(test, 'ct')),
    isValid ? hexField(test, plaintext) : undefined,
  );
}

function runGcmTest(test: JsonRecord): Verdict {
  const iv = hexField(test, 'iv');
  const tag = hexField(test, 'tag');
  // XML Encryption has no associated data, and no other sizes of IV and tag: such octets must not decrypt.
  const hasData = test['aad'] !== undefined && hexField(test, 'aad').length > 0;
  const isOurForm = iv.length === GCM_IV_BYTES && tag.length === GCM_TAG_BYTES && !hasData;
  const isValid = isOurForm && textField(test, 'result') === 'valid';
  return judgeDecryption(
    'gcm',
    test,
    concatenate(iv, hexField(test, 'ct'), tag),
    isValid ? hexField(test, 'msg') : undefined,
  );
}

function runWrapTest(test: JsonRecord): Verdict {
  const key = hexField(test, 'key');
  const algorithm = keyWrapAlgorithm(`kw-aes${key.length * 8}`);
  const result = requiredText(test, 'result');
  const verdict = judge(
    () => unwrapKey(algorithm, key, hexField(test, 'ct')).lend((octets) => octets.slice()),
    result === 'valid' ? hexField(test, 'msg') : undefined,
  );
  const isRefused = result === 'acceptable' && verdict.verdict === 'as-expected';
  return isRefused ? refused('a wrapped key of 8 octets, which RFC 3394 has not') : verdict;
}

/** `plaintext` undefined: decryption must fail, with the one code that all causes share. */
function judgeDecryption(
  mode: 'cbc' | 'gcm',
  test: JsonRecord,
  data: Uint8Array,
  plaintext: Uint8Array | undefined,
): Verdict {
  const key = hexField(test, 'key');
  const algorithm = cipherAlgorithm(`aes${key.length * 8}-${mode}`);
  return judge(() => decrypt(algorithm, key, data), plaintext);
}

function judge(act: () => Uint8Array, plaintext: Uint8Array | undefined): Verdict {
  try {
    const octets = act();
    return plaintext === undefined
      ? mismatch('peer.decrypt-failed', 'decrypted')
      : compareOctets('plaintext', plaintext, octets);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const isExpected = plaintext === undefined && error.code === 'peer.decrypt-failed';
    return isExpected
      ? AS_EXPECTED
      : mismatch(plaintext === undefined ? 'peer.decrypt-failed' : 'decrypted', error.code);
  }
}

function macWord(isValid: boolean): string {
  return isValid ? 'valid' : 'invalid';
}

function concatenate(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
