import { expect, test } from 'vitest';
import { faultText } from '../../../packages/cli/src/terminal/fault-text.ts';

test('one line: the code, what it means, where, and the rest', () => {
  expect(faultText('caller.input-unreadable', { file: 'x.xml', reason: 'ENOENT' })).toBe(
    'caller.input-unreadable: cannot read: x.xml: ENOENT',
  );
  expect(faultText('peer.bad-context', { identifier: 'urn:x\ny' })).toBe(
    'peer.bad-context: The context is unknown, cancelled, or not the one of this key: identifier urn:x\ufffdy',
  );
});
