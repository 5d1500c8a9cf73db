import { expect, test } from 'vitest';
import { detailText, faultText } from '../../../packages/cli/src/terminal/fault-text.ts';

test('one line: the code, what it means, where, and the rest', () => {
  expect(faultText('caller.input-unreadable', { file: 'x.xml', reason: 'ENOENT' })).toBe(
    'caller.input-unreadable: cannot read: x.xml: ENOENT: there is no such file or folder',
  );
  expect(faultText('peer.bad-context', { identifier: 'urn:x\ny' })).toBe(
    'peer.bad-context: The context is unknown, cancelled, or not the one of this key: identifier urn:x\ufffdy',
  );
});

test('a code of the system has its meaning behind it, wherever it stands, and words that are none have not', () => {
  expect(detailText({ file: 'a.gz', reason: 'compressed data: Z_BUF_ERROR' })).toBe(
    'a.gz: compressed data: Z_BUF_ERROR: it ends in the middle',
  );
  expect(detailText({ option: 'listen', reason: 'EADDRINUSE', port: 1 })).toBe(
    'option listen: EADDRINUSE: another program listens there: port 1',
  );
  expect(detailText({ reason: 'ECONNREFUSED: nobody listens there' })).toBe('ECONNREFUSED: nobody listens there');
  expect(detailText({ reason: 'constructor' })).toBe('constructor');
});

test('a file that is none as a whole has a line, and no empty place', () => {
  expect(detailText({ file: 'x.yaml', line: 2, place: '', reason: 'no YAML' })).toBe('x.yaml:2: no YAML');
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

test('permissions that do not do: whether too wide, or too narrow to write', () => {
  const detail = { path: 'contexts/data.mdb', reason: 'EROFS' };
  const line = faultText('caller.store-permissions', detail);
  expect(line).toContain('for you to write');
  expect(line).toMatch(/: contexts\/data\.mdb: EROFS: nothing can be written there$/);
});
