// What the steps of a sequence mean, tried on messages of a suite of sequences.
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runSequenceVector } from './src/sequence-vector.ts';
import { openSuite } from './src/suite-folder.ts';
import type { Verdict } from './src/verdict.ts';

const suite = openSuite(fileURLToPath(new URL('../vectors/wssc-sequences', import.meta.url)));

// Two messages of one context.
const FIRST = { file: 's11-a.xml', now: '2026-01-15T12:01:00Z', node: 'A', expect: 'accept' };
const SECOND = { ...FIRST, file: 's11-b.xml', now: '2026-01-15T12:01:01Z' };
const REPLAYED = { ...FIRST, expect: 'reject', rejectCode: 'REPLAY' };
const REFUSED = { ...SECOND, expect: 'reject', rejectCode: 'BAD_CONTEXT' };
const OTHER_CONTEXT = 'urn:uuid:129a8122-801b-49b5-9526-e370e9c8727e';

async function verdictOf(...steps: readonly object[]): Promise<Verdict['verdict']> {
  return (await runSequenceVector(suite, { id: 's', steps }, [])).verdict;
}

test('two messages of one context are accepted', async () => {
  expect(await verdictOf(FIRST, SECOND)).toBe('as-expected');
});

test('a context that is cancelled before a step is refused, on the other node too', async () => {
  expect(await verdictOf(FIRST, REFUSED)).toBe('mismatch');
  expect(await verdictOf(FIRST, { ...REFUSED, before: 'cancel' })).toBe('as-expected');
  expect(await verdictOf(FIRST, { ...REFUSED, before: 'cancel', node: 'B' })).toBe('as-expected');
  expect(await verdictOf(FIRST, { ...SECOND, before: `cancel ${OTHER_CONTEXT}` })).toBe('as-expected');
});

test('a replay is refused on the other node and after a restart', async () => {
  expect(await verdictOf(FIRST, { ...REPLAYED, node: 'B' })).toBe('as-expected');
  expect(await verdictOf(FIRST, { ...REPLAYED, before: 'restart' })).toBe('as-expected');
  expect(await verdictOf(FIRST, FIRST)).toBe('mismatch');
});

test('of many at once over two nodes one is accepted', async () => {
  const parallel = { ...FIRST, node: 'A+B', parallel: 32, rejectCode: 'REPLAY' };
  expect(await verdictOf({ ...parallel, expect: 'exactly-one-accept' })).toBe('as-expected');
  expect(await verdictOf({ ...parallel, expect: 'accept' })).toBe('mismatch');
  expect(await verdictOf({ ...parallel, expect: 'reject' })).toBe('mismatch');
});

test('sequences do not see each other', async () => {
  expect(await verdictOf(FIRST)).toBe('as-expected');
  expect(await verdictOf(FIRST)).toBe('as-expected');
});

test('an action or expectation that we do not know is out of scope', async () => {
  expect(await verdictOf({ ...FIRST, before: 'dance' })).toBe('out-of-scope');
  expect(await verdictOf({ ...FIRST, expect: 'wonder' })).toBe('out-of-scope');
});
