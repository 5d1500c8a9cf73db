/** xmlenc-decrypt, of a lone xenc:EncryptedData whose key the manifest gives: what its CipherValue holds. */
import { cipherAlgorithm, decodeBase64Text, decrypt, Fault } from '@parley/core';
import type { JsonRecord } from './json-record.ts';
import {
  listField,
  outputFileOf,
  recordField,
  recordOf,
  requiredText,
  textField,
  textListField,
  UnreadableVector,
} from './json-record.ts';
import type { SuiteFolder } from './suite-folder.ts';
import type { Verdict } from './verdict.ts';
import { AS_EXPECTED, compareOctets, mismatch, outOfScope } from './verdict.ts';

const CIPHER_VALUE = /<CipherValue>([^<]*)<\/CipherValue>/g;

/** Runs one vector. @throws UnreadableVector */
export function runEncryptedDataVector(suite: SuiteFolder, vector: JsonRecord): Verdict {
  const [algorithm, ...others] = textListField(recordField(vector, 'algorithms') ?? {}, 'data');
  const key = keyOf(suite, vector);
  if (algorithm === undefined || others.length > 0 || key === undefined) {
    return outOfScope('XML Encryption with EncryptedKey or references');
  }
  const text = new TextDecoder().decode(suite.bytes(requiredText(vector, 'file')));
  const [value, ...more] = [...text.matchAll(CIPHER_VALUE)].map(([, content = '']) => content);
  if (value === undefined || more.length > 0) throw new UnreadableVector('not one CipherValue');
  const isValid = textField(vector, 'expected') === 'valid';
  try {
    const octets = decrypt(cipherAlgorithm(algorithm), key, decodeBase64Text(value));
    if (!isValid) return mismatch('peer.decrypt-failed', 'decrypted');
    const expected = new TextDecoder().decode(suite.bytes(outputFileOf(vector) ?? ''));
    return compareOctets('plaintext', decodeBase64Text(expected), octets);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const isExpected = !isValid && error.code === 'peer.decrypt-failed';
    return isExpected ? AS_EXPECTED : mismatch(isValid ? 'decrypted' : 'peer.decrypt-failed', error.code);
  }
}

/** The one secret that the manifest gives in octets. */
function keyOf(suite: SuiteFolder, vector: JsonRecord): Uint8Array | undefined {
  const keys = listField(recordField(vector, 'key') ?? {}, 'keys').map((entry) => recordOf(entry, 'key'));
  const [key] = keys;
  const isSecret = key !== undefined && keys.length === 1 && requiredText(key, 'type') === 'secret';
  return isSecret ? suite.bytes(requiredText(key, 'file')) : undefined;
}
