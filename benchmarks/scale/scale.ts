/** What a message costs as one thing grows: its size, the contexts that there are, threads, shapes of messages. */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { contextSource } from '@parley/core';
import type { Policy } from '@parley/engine';
import { createPool, open, policyOf, seal, Workspace } from '@parley/engine';
import { KeyEncryptionKey, openLmdbContextStore } from '@parley/stores';
import { BENCH_POLICY, envelopeOf, must, sealedMessage, seededOctets, seededRandom } from '../corpus.ts';
import { loadOf } from '../pipeline/pools.ts';

export interface ScaleMeasurement {
  readonly axis: 'octets' | 'contexts' | 'threads' | 'shapes';
  /** Of what is on the axis. */
  readonly value: number;
  /** The quickest of the rounds: of a message opened; of contexts, of one looked up. */
  readonly us: number;
  /** Share of the messages that a template opened; null where none could. */
  readonly byTemplate: number | null;
}

export interface ScaleSettings {
  readonly rounds: number;
  readonly messages: number;
  /** `seal` takes no more than the default limit, a mebioctet. */
  readonly largestBytes: number;
  readonly contextsMax: number;
}

const MADE_WITH = (() => {
  const { making } = sealedMessage('signed', 5);
  if (making === undefined) throw new Error('a message of ours says how it was made');
  return making;
})();
const SHAPES = [1, 10, 30, 100, 1000];
const LINE_BYTES = 130;

export async function measureScale(settings: ScaleSettings): Promise<readonly ScaleMeasurement[]> {
  return [...bySize(settings), ...(await byContexts(settings)), ...(await byThreads(settings)), ...byShapes(settings)];
}

function bySize({ rounds, largestBytes }: ScaleSettings): readonly ScaleMeasurement[] {
  const policy = policyOf('strict', { limits: { messageBytesMax: 2 * largestBytes + 10_000, nodesMax: largestBytes } });
  const rows: ScaleMeasurement[] = [];
  for (let bytes = 1000; bytes <= largestBytes; bytes *= 10) {
    const sealed = seal(envelopeOf(Math.max(0, Math.round((bytes - 5000) / LINE_BYTES)), 0), MADE_WITH.request);
    const octets = must(sealed).octets;
    rows.push(row('octets', octets.length, rounds, [octets], policy));
  }
  return rows;
}

function byShapes({ rounds }: ScaleSettings): readonly ScaleMeasurement[] {
  return SHAPES.map((shapes) => {
    const messages = Array.from({ length: Math.max(shapes, 64) }, (_, index) => shaped(index % shapes));
    return row('shapes', shapes, rounds, messages, BENCH_POLICY);
  });
}

/** A message whose Body has a structure of its own, with empty tags in it, so that no template for any Body takes it. */
function shaped(shape: number): Uint8Array {
  const marks = Array.from({ length: 10 }, (_, bit) => ((shape >> bit) & 1 ? '<m:x/>' : '<m:y><m:z/></m:y>')).join('');
  const envelope = new TextDecoder().decode(envelopeOf(8, shape)).replace('</m:Order>', `${marks}</m:Order>`);
  const request = { ...MADE_WITH.request, fillRandom: seededRandom('one nonce for all') };
  return must(seal(new TextEncoder().encode(envelope), request)).octets;
}

function row(
  axis: ScaleMeasurement['axis'],
  value: number,
  rounds: number,
  messages: readonly Uint8Array[],
  policy: Policy,
): ScaleMeasurement {
  const { context, atMs } = MADE_WITH.request;
  const workspace = new Workspace();
  const contexts = contextSource([context]);
  const all = (): void => {
    for (const octets of messages) must(open(octets, { atMs, policy, contexts, workspace }));
  };
  const turns = Math.max(1, Math.min(50, Math.round(5_000_000 / (messages.length * messages[0]!.length))));
  for (let turn = 0; turn < Math.max(4, turns); turn++) all();
  const before = workspace.templates.opened;
  let us = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const startMs = performance.now();
    for (let turn = 0; turn < turns; turn++) all();
    us = Math.min(us, ((performance.now() - startMs) * 1000) / (turns * messages.length));
  }
  return { axis, value, us, byTemplate: (workspace.templates.opened - before) / (rounds * turns * messages.length) };
}

async function byContexts({ rounds, contextsMax }: ScaleSettings): Promise<readonly ScaleMeasurement[]> {
  const rows: ScaleMeasurement[] = [];
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-scale-'));
  const keyEncryptionKey = new KeyEncryptionKey(seededOctets('store', 32).slice());
  const store = await openLmdbContextStore({ directory: path.join(folder, 'contexts'), keyEncryptionKey });
  const named = (index: number): string => `urn:uuid:00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
  const { context } = MADE_WITH.request;
  try {
    let there = 0;
    for (let count = 1000; count <= contextsMax; count *= 10) {
      for (; there < count; there += 1000) {
        const some = Array.from({ length: 1000 }, (_, index) => ({ ...context, identifier: named(there + index) }));
        await Promise.all(some.map((one) => store.insert(one)));
      }
      let us = Number.POSITIVE_INFINITY;
      for (let round = 0; round < rounds; round++) {
        const startMs = performance.now();
        for (let index = 0; index < 1000; index++) {
          const found = await store.get(named((index * 7919) % count));
          if (found === undefined) throw new Error('a context is gone');
        }
        us = Math.min(us, performance.now() - startMs);
      }
      rows.push({ axis: 'contexts', value: count, us, byTemplate: null });
    }
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

async function byThreads({ rounds, messages: count }: ScaleSettings): Promise<readonly ScaleMeasurement[]> {
  const { context, messages } = loadOf(count);
  const rows: ScaleMeasurement[] = [];
  for (let workers = 1; workers <= availableParallelism(); workers++) {
    const pool = createPool({ workers, policy: BENCH_POLICY, contexts: { get: async () => context } });
    for (const reply of await pool.verifyBatch(messages)) must(reply);
    let us = Number.POSITIVE_INFINITY;
    for (let round = 0; round < rounds; round++) {
      const startMs = performance.now();
      for (const reply of await pool.verifyBatch(messages)) must(reply);
      us = Math.min(us, ((performance.now() - startMs) * 1000) / count);
    }
    await pool.close();
    rows.push({ axis: 'threads', value: workers, us, byTemplate: null });
  }
  return rows;
}
