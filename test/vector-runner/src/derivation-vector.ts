/** derived-key and wstrust-computed-key: P_SHA-1 with the inputs of WS-SecureConversation and WS-Trust. */
import { computeKey, DEFAULT_LIMITS, deriveKey } from '@parley/core';
import { caseOf } from './case-file.ts';
import type { JsonRecord } from './json-record.ts';
import { countField, hexField, textField, UnreadableVector } from './json-record.ts';
import type { SuiteFolder } from './suite-folder.ts';
import type { Verdict } from './verdict.ts';
import { AS_EXPECTED, compareOctets, mismatch } from './verdict.ts';

/** Runs one derived key. What the strict profile rejects is computed all the same: its limits refuse it. */
export function runDerivedKeyVector(suite: SuiteFolder, vector: JsonRecord): Verdict {
  const fields = caseOf(suite, vector);
  const expected = hexField(fields, 'key');
  const lengthBytes = countField(fields, 'length') ?? expected.length;
  const offsetBytes = offsetOf(fields, lengthBytes);
  const out = new Uint8Array(lengthBytes);
  deriveKey(
    hexField(fields, 'secret'),
    { label: textField(fields, 'label'), nonce: hexField(fields, 'nonce'), offsetBytes },
    out,
  );
  const key = compareOctets('key', expected, out);
  if (key.verdict !== 'as-expected') return key;
  const isWithin =
    lengthBytes >= DEFAULT_LIMITS.derivedKeyBytesMin &&
    lengthBytes <= DEFAULT_LIMITS.derivedKeyBytesMax &&
    offsetBytes <= DEFAULT_LIMITS.derivedKeyOffsetMax;
  const isRefusal = textField(vector, 'strictProfile') === 'reject';
  return isRefusal && isWithin ? mismatch('outside the limits', 'within the limits') : AS_EXPECTED;
}

/** Runs one computed key (CK/PSHA1). */
export function runComputedKeyVector(suite: SuiteFolder, vector: JsonRecord): Verdict {
  const fields = caseOf(suite, vector);
  const expected = hexField(fields, 'key');
  const lengthBytes = countField(fields, 'length') ?? expected.length;
  const secret = computeKey(hexField(fields, 'clientEntropy'), hexField(fields, 'serverEntropy'), lengthBytes);
  const verdict = secret.lend((key) => compareOctets('key', expected, key));
  secret.wipe();
  return verdict;
}

// A Generation g is the offset g * Length.
function offsetOf(fields: JsonRecord, lengthBytes: number): number {
  const generation = countField(fields, 'generation');
  const offset = countField(fields, 'offset');
  if (generation !== undefined && offset !== undefined) throw new UnreadableVector('offset and generation at once');
  return generation === undefined ? (offset ?? 0) : generation * lengthBytes;
}
