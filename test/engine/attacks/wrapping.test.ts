// T01-T04: wrapping attacks in every combination, through the pool. (Workers run the built packages.)
import { createHash } from 'node:crypto';
import { canonicalise, OctetSink, scan, Tape } from '@parley/codec';
import { resolveId } from '@parley/codec/internal';
import { contextSource } from '@parley/core';
import { createPool, type OpenedMessage, open, type Policy, type PolicyChanges, policyOf } from '@parley/engine';
import { expect, test } from 'vitest';
import { CREDENTIALS, POOL_CREDENTIALS } from '../support/message-kinds.ts';
import { NOW_MS, sampleContext, text } from '../support/sample.ts';
import { report } from './extent.ts';
import { meaningOf, Outcomes } from './outcomes.ts';
import { READINGS } from './tolerated.ts';
import { KEYS, type Keys, WRAPPING_COUNT, type Wrapping, wrappings } from './wrapping.ts';

// The laxest layout there is: what is refused here is refused with every other.
const LAX: PolicyChanges = { layout: 'lax' };
const ENDORSED: PolicyChanges = { ...LAX, endorsedBy: ['certificate'], signatures: ['rsa-sha256'] };
const policies: Readonly<Record<Keys, Policy>> = {
  direct: policyOf('strict', LAX),
  explicit: policyOf('strict', LAX),
  implied: policyOf('strict', LAX),
  endorsed: policyOf('strict', ENDORSED),
  certificate: policyOf('x509', LAX),
};
const context = sampleContext();
const BATCH = 2048;
const opened = new Map<Uint8Array, OpenedMessage>();

test.each(READINGS)(
  'T01 T02 T03 T04: none of 103,680 wrapped messages says anything but what was signed, read %s',
  async (name, read) => {
    const outcomes = new Outcomes();
    const startedAtMs = performance.now();
    for (const keys of KEYS) await openAll(keys, read(policies[keys]), outcomes);
    report(`wrapping, ${name}`, outcomes, `; ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s`);
    expect(outcomes.total).toBe(WRAPPING_COUNT * KEYS.length);
    expect(outcomes.total).toBe(103_680);
    expect(outcomes.count('unharmed')).toBe(0);
    // None died of bad syntax, which would prove nothing.
    expect(outcomes.count('peer.xml-malformed')).toBe(0);
  },
  240_000,
);

async function openAll(keys: Keys, policy: Policy, outcomes: Outcomes): Promise<void> {
  const contexts = { get: async () => context };
  const pool = createPool({ workers: 2, policy, contexts, credentials: POOL_CREDENTIALS });
  try {
    for (const batch of batches(wrappings(keys), BATCH)) {
      const replies = await pool.openBatch(batch.map(({ message }) => ({ message, atMs: NOW_MS })));
      for (const [index, reply] of replies.entries()) {
        const { base, name } = batch[index]!;
        outcomes.add(reply, reply.ok ? [meaningOf(originalFor(base, keys))] : [], () => name);
      }
    }
  } finally {
    await pool.close();
  }
}

test.each(KEYS)(
  'the messages differ from each other, and each base opens: %s',
  (keys) => {
    const seen = new Set<string>();
    const bases = new Set<Uint8Array>();
    for (const { message, base } of wrappings(keys)) {
      seen.add(createHash('sha256').update(message).digest('base64'));
      originalFor(base, keys);
      bases.add(base);
    }
    expect(seen.size).toBe(WRAPPING_COUNT);
    expect(bases.size).toBe(8);
  },
  120_000,
);

test.each(KEYS)(
  'whoever looks for the signed part by its Id finds it, unchanged, in the refused message: %s',
  (keys) => {
    let looked = 0;
    let found = 0;
    let count = 0;
    for (const wrapping of wrappings(keys)) {
      if (count++ % 37 !== 0 || wrapping.signedId === undefined) continue;
      looked++;
      if (findsSignedPart(wrapping, wrapping.signedId, keys)) found++;
    }
    expect(looked).toBeGreaterThan(300);
    expect(found).toBe(looked);
  },
);

function findsSignedPart({ message, base, part }: Wrapping, id: string, keys: Keys): boolean {
  const tape = new Tape();
  scan(message, policies[keys].limits, tape);
  const idOctets = Buffer.from(`"${id}"`);
  const start = Buffer.from(message).indexOf(idOctets) + 1;
  const sink = new OctetSink();
  canonicalise(tape, resolveId(tape, start, start + id.length), sink);
  const signed = originalFor(base, keys).signed.find(({ localName }) => localName === part.slice(2));
  return text(sink.bytes.subarray(0, sink.length)) === text(signed!.bytes);
}

function originalFor(base: Uint8Array, keys: Keys): OpenedMessage {
  let value = opened.get(base);
  if (value === undefined) {
    const reply = open(base, {
      atMs: NOW_MS,
      policy: policies[keys],
      contexts: contextSource([context]),
      credentials: CREDENTIALS,
    });
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
