// T01-T04: wrapping attacks in every combination, through the pool. (Workers run the built packages.)
import { canonicalise, OctetSink, resolveId, scan, Tape } from '@parley/codec';
import { contextSource } from '@parley/core';
import { createPool, type OpenedMessage, open, policyOf } from '@parley/engine';
import { afterAll, expect, test } from 'vitest';
import { NOW_MS, sampleContext, text } from '../support/sample.ts';
import { report } from './extent.ts';
import { meaningOf, Outcomes } from './outcomes.ts';
import { WRAPPING_COUNT, type Wrapping, wrappings } from './wrapping.ts';

// The laxest layout there is: what is refused here is refused with every other.
const policy = policyOf('strict', { layout: 'lax' });
const context = sampleContext();
const pool = createPool({ workers: 2, policy, contexts: { get: async () => context } });
afterAll(() => pool.close());

const BATCH = 2048;
const opened = new Map<Uint8Array, OpenedMessage>();

test('T01 T02 T03 T04: none of 62,208 wrapped messages says anything but what was signed', async () => {
  const outcomes = new Outcomes();
  const startedAtMs = performance.now();
  for (const batch of batches(wrappings(), BATCH)) {
    const replies = await pool.openBatch(batch.map(({ message }) => ({ message, atMs: NOW_MS })));
    for (const [index, reply] of replies.entries()) {
      const { base, name } = batch[index]!;
      outcomes.add(reply, reply.ok ? [meaningOf(originalFor(base))] : [], () => name);
    }
  }
  report('wrapping', outcomes, `; ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s`);
  expect(outcomes.total).toBe(WRAPPING_COUNT);
  expect(WRAPPING_COUNT).toBe(62_208);
  expect(outcomes.count('unharmed')).toBe(0);
  // None died of bad syntax, which would prove nothing.
  expect(outcomes.count('peer.xml-malformed')).toBe(0);
}, 120_000);

test('the messages differ from each other, and each base opens', () => {
  const seen = new Set<string>();
  for (const { message, base } of wrappings()) {
    seen.add(Buffer.from(message).toString('latin1'));
    originalFor(base);
  }
  expect(seen.size).toBe(WRAPPING_COUNT);
  expect(opened.size).toBe(24);
}, 120_000);

test('whoever looks for the signed part by its Id finds it, unchanged, in the message that is refused', () => {
  let looked = 0;
  let found = 0;
  let count = 0;
  for (const wrapping of wrappings()) {
    if (count++ % 37 !== 0 || wrapping.signedId === undefined) continue;
    looked++;
    if (findsSignedPart(wrapping, wrapping.signedId)) found++;
  }
  expect(looked).toBeGreaterThan(1000);
  expect(found).toBe(looked);
});

function findsSignedPart({ message, base, part }: Wrapping, id: string): boolean {
  const tape = new Tape();
  scan(message, policy.limits, tape);
  const idOctets = Buffer.from(`"${id}"`);
  const start = Buffer.from(message).indexOf(idOctets) + 1;
  const sink = new OctetSink();
  canonicalise(tape, resolveId(tape, start, start + id.length), sink);
  const signed = originalFor(base).signed.find(({ localName }) => localName === part.slice(2));
  return text(sink.bytes.subarray(0, sink.length)) === text(signed!.bytes);
}

function originalFor(base: Uint8Array): OpenedMessage {
  let value = opened.get(base);
  if (value === undefined) {
    const reply = open(base, { atMs: NOW_MS, policy, contexts: contextSource([context]) });
    if (!reply.ok) throw new Error(reply.code);
    value = reply.value;
    opened.set(base, value);
  }
  return value;
}

function* batches<Item>(items: Iterable<Item>, size: number): Generator<readonly Item[]> {
  let batch: Item[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
