import { expect, test } from 'vitest';
import { detailText, faultText } from '../../../packages/cli/src/terminal/fault-text.ts';

test('one line: the code, what it means, where, and the rest', () => {
  expect(faultText('caller.input-unreadable', { file: 'x.xml', reason: 'ENOENT' })).toBe(
    'caller.input-unreadable: cannot read: x.xml: ENOENT',
  );
  expect(faultText('peer.bad-context', { identifier: 'urn:x\ny' })).toBe(
    'peer.bad-context: The context is unknown, cancelled, or not the one of this key: identifier urn:x\ufffdy',
  );
});

test('where it is comes before what is wrong there, and instants can be read', () => {
  expect(faultText('caller.option-invalid', { got: 'a string of 3', reason: 'unknown', option: 'limits.depth' })).toBe(
    'caller.option-invalid: wrong usage: option limits.depth: unknown: got a string of 3',
  );
  expect(detailText({ notAfterMs: Date.UTC(2030, 0, 1), max: 20_000, tooLateMs: 9e15 })).toBe(
    'notAfterMs 2030-01-01T00:00:00.000Z: max 20000: tooLateMs 9000000000000000',
  );
  expect(detailText({})).toBe('');
});
