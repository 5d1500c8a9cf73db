import { expect, test } from 'vitest';
import { PoisonList } from '../../../packages/engine/src/pool/poison-list.ts';

const octets = (text: string) => new TextEncoder().encode(text);

test('T72: a message is remembered by its octets, for ten minutes', () => {
  const list = new PoisonList();
  list.add(octets('bad'), 1000);
  expect(list.has(octets('bad'), 600_999)).toBe(true);
  expect(list.has(octets('bat'), 1000)).toBe(false);
  expect(list.has(octets('good'), 1000)).toBe(false);
  expect(list.has(octets('bad'), 601_000)).toBe(false);
});

test('the list is bounded; the oldest goes', () => {
  const list = new PoisonList();
  for (let count = 0; count < 257; count++) list.add(octets(`bad ${count}`), 0);
  expect(list.has(octets('bad 0'), 1)).toBe(false);
  expect(list.has(octets('bad 1'), 1)).toBe(true);
  expect(list.has(octets('bad 256'), 1)).toBe(true);
});
