import { expect, test } from 'vitest';
import { contextHash, EvictionLog } from '../../../../packages/engine/src/pool/transfer/eviction-log.ts';

test('a reader sees what was appended since its position, over the same memory', () => {
  const writer = new EvictionLog();
  const reader = new EvictionLog(writer.shared);
  writer.append('before');
  const { position } = reader;
  expect(reader.since(position)).toMatchObject({ any: false, upTo: position });
  writer.append('a');
  writer.append('b');
  const evictions = reader.since(position);
  expect(evictions).toMatchObject({ any: true, upTo: position + 2n });
  expect(['a', 'b', 'before', 'c'].map((name) => evictions.has(contextHash(name)))).toEqual([true, true, false, false]);
  expect(reader.since(evictions.upTo).any).toBe(false);
});

test('a reader that fell behind forgets everything', () => {
  const log = new EvictionLog();
  const { position } = log;
  for (let count = 0; count < 1023; count++) log.append(`urn:${count}`);
  expect(log.since(position).has(contextHash('urn:0'))).toBe(true);
  expect(log.since(position).has(contextHash('other'))).toBe(false);
  // From here on the writer may be in the first slot again.
  log.append('one more');
  expect(log.since(position).has(contextHash('other'))).toBe(true);
});

test('everything can be evicted at once', () => {
  const log = new EvictionLog();
  const { position } = log;
  log.appendAll();
  expect(log.since(position).has(contextHash('anything'))).toBe(true);
  expect(log.since(log.position).any).toBe(false);
});
