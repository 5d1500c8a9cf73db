/** mac-verify and decrypt: files of Project Wycheproof's shape, many tests in groups. */
import { cipherAlgorithm, decrypt, Fault, MacKey, macAlgorithm } from '@parley/core';
import type { JsonRecord } from './json-record.ts';
import { hexField, listField, recordOf, requiredText, textField } from './json-record.ts';
import type { SuiteFolder } from './suite-folder.ts';
import { reasonOf } from './suite-folder.ts';
import type { Outcome, Verdict } from './verdict.ts';
import { AS_EXPECTED, compareOctets, mismatch, outOfScope } from './verdict.ts';

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

/** Runs each test of a file of ciphertexts: AES-CBC with XML Encryption's padding, AES-GCM without AAD. @throws UnreadableVector */
export function runCipherVector(suite: SuiteFolder, vector: JsonRecord): readonly Outcome[] {
  const algorithm = requiredText(vector, 'algorithm');
  if (CBC_NAMES.includes(algorithm)) return eachTest(suite, vector, runCbcTest);
  if (algorithm === 'AES-GCM') return eachTest(suite, vector, runGcmTest);
  return [notOpened(vector, algorithm.includes('WRAP') ? 'key wrap' : `cipher ${algorithm}`)];
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
  if (test['aad'] !== undefined && hexField(test, 'aad').length > 0) {
    return outOfScope('AES-GCM with associated data: XML Encryption has none');
  }
  const iv = hexField(test, 'iv');
  const tag = hexField(test, 'tag');
  // Other sizes of IV and tag do not exist in XML Encryption: such octets must not decrypt.
  const isOurSize = iv.length === GCM_IV_BYTES && tag.length === GCM_TAG_BYTES;
  const isValid = isOurSize && textField(test, 'result') === 'valid';
  return judgeDecryption(
    'gcm',
    test,
    concatenate(iv, hexField(test, 'ct'), tag),
    isValid ? hexField(test, 'msg') : undefined,
  );
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
  try {
    const octets = decrypt(algorithm, key, data);
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

function eachTest(suite: SuiteFolder, vector: JsonRecord, run: (test: JsonRecord) => Verdict): readonly Outcome[] {
  const file = requiredText(vector, 'file');
  const id = textField(vector, 'id') ?? file;
  const groups = listField(recordOf(suite.json(file), file), 'testGroups').map((group) =>
    recordOf(group, 'test group'),
  );
  return groups.flatMap((group) =>
    listField(group, 'tests').map((entry, index): Outcome => {
      try {
        const test = recordOf(entry, 'test');
        return { id: `${id}#${String(test['tcId'] ?? index)}`, ...run(test) };
      } catch (error) {
        return { id: `${id}#${index}`, verdict: 'error', reason: reasonOf(error) };
      }
    }),
  );
}

function notOpened(vector: JsonRecord, reason: string): Outcome {
  const tests = vector['tests'];
  return { id: textField(vector, 'id') ?? '', ...outOfScope(reason, typeof tests === 'number' ? tests : 1) };
}

function macWord(isValid: boolean): string {
  return isValid ? 'valid' : 'invalid';
}

function concatenate(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
