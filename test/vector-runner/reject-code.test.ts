import { expect, test } from 'vitest';
import { allowsAcceptance, judgeRefusal } from './src/reject-code.ts';

const ALIASES = [{ expected: 'peer.a-b', actual: 'peer.early', vectorClass: 'xml', reason: 'looked at first' }];

test.each([
  ['REF_LOOP', 'peer.ref-loop', 'as-expected'],
  ['REF_LOOP', 'peer.ref-type-forbidden', 'mismatch'],
  ['REF_LOOP_OR_DK_LOOP', 'peer.dk-loop', 'as-expected'],
  ['DECRYPT_OR_SIGNATURE', 'peer.decrypt-failed', 'as-expected'],
  ['DECRYPT_OR_SIGNATURE', 'peer.signature-invalid', 'as-expected'],
  ['DECRYPT_OR_SIGNATURE', 'peer.digest-mismatch', 'as-expected'],
  ['DECRYPT_OR_SIGNATURE', 'peer.bad-context', 'mismatch'],
  ['LIMIT_DEPTH_OR_DECRYPT_OR_SIGNATURE', 'peer.limit-depth', 'as-expected'],
  ['OK_OR_STRUCTURE_INVALID', 'peer.structure-invalid', 'as-expected'],
  [undefined, 'peer.replay', 'as-expected'],
  [undefined, 'internal.invariant', 'mismatch'],
  ['INVARIANT', 'internal.invariant', 'mismatch'],
])('%s refused with %s is %s', (rejectCode, actual, verdict) => {
  expect(judgeRefusal(rejectCode, actual, undefined, []).verdict).toBe(verdict);
});

test('an alias holds for its pair of codes and its class only', () => {
  expect(judgeRefusal('A_B', 'peer.early', 'xml', ALIASES).verdict).toBe('alias');
  expect(judgeRefusal('A_B', 'peer.early', 'dos', ALIASES).verdict).toBe('mismatch');
  expect(judgeRefusal('A_C', 'peer.early', 'xml', ALIASES).verdict).toBe('mismatch');
});

test('OK_OR_X leaves it open to accept', () => {
  expect(allowsAcceptance('OK_OR_STRUCTURE_INVALID')).toBe(true);
  expect(allowsAcceptance('STRUCTURE_INVALID')).toBe(false);
  expect(allowsAcceptance(undefined)).toBe(false);
});
