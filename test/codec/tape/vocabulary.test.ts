import { NAMESPACE_URIS, type Tape } from '@parley/codec';
import { Namespace, uriText } from '@parley/codec/internal';
import { expect, test } from 'vitest';
import { read } from '../support/reading.ts';

test('every id has its URI, none twice', () => {
  expect(Object.values(Namespace)).toEqual(NAMESPACE_URIS.map((_, id) => id));
  expect(new Set(NAMESPACE_URIS).size).toBe(NAMESPACE_URIS.length);
});

test('every tape that was scanned into knows them', () => {
  const tape: Tape = read('<a/>');
  expect(NAMESPACE_URIS.map((_, id) => uriText(tape, id))).toEqual(NAMESPACE_URIS);
});
