// What becomes of messages when workers die. The workers are real, in part with faults of their own.
import type { Secret } from '@parley/core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { PoolOptions } from '../../../packages/engine/src/pool/contract.ts';
import { createBatchPool } from '../../../packages/engine/src/pool/create-pool.ts';
import type { BatchPool } from '../../../packages/engine/src/pool/pool.ts';
import { Threads } from '../../../packages/engine/src/pool/threads.ts';
import { MESSAGE_KINDS, POOL_CREDENTIALS } from '../support/message-kinds.ts';
import { NOW_MS } from '../support/sample.ts';
import { AT_MS, SampleResolver, STRICT, sampleMessage, sampleOctets } from './sample-messages.ts';

const FAULTY = new URL('faulty-worker.mjs', import.meta.url).href;
const BROKEN = new URL('broken-worker.mjs', import.meta.url).href;

const pools: BatchPool[] = [];

function poolOf(file: string | undefined, options: Partial<PoolOptions> = {}): BatchPool {
  const pool = createBatchPool({
    workers: 2,
    policy: STRICT,
    contexts: new SampleResolver(),
    workerUrl: file,
    ...options,
  });
  pools.push(pool);
  return pool;
}

function threadsOf(pool: BatchPool): Threads {
  if (!(pool.executor instanceof Threads)) throw new Error('this pool has no threads');
  return pool.executor;
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

const small = sampleOctets('signed-1k');
const good = sampleMessage(small);

function poison(word: string) {
  return sampleMessage(new TextEncoder().encode(`${word} `));
}

describe('T72: a message that ends its worker', () => {
  test.each(['!exit', '!throw', '!heap', '!hang'])('%s is found out, and nobody else suffers', async (word) => {
    const pool = poolOf(FAULTY, { workerHeapMiBMax: 32, jobTimeoutMs: 1000 });
    const messages = Array.from({ length: 40 }, (_, index) => (index === 17 ? poison(word) : good));
    const replies = await pool.openBatch(messages);
    for (const [index, reply] of replies.entries()) {
      if (index === 17) expect(reply).toMatchObject({ ok: false, code: 'internal.worker-lost' });
      else expect(reply).toMatchObject({ ok: true });
    }
    if (word !== '!throw') expect(pool.stats.workersLost).toBeGreaterThanOrEqual(3);
    expect(pool.stats.queued).toBe(0);
    await vi.waitUntil(() => threadsOf(pool).threadIds.length === 2);
    // The same octets again do not get to a worker.
    const { batches } = pool.stats;
    expect(await pool.open(poison(word))).toMatchObject({ ok: false, code: 'internal.worker-lost' });
    expect(pool.stats.batches).toBe(batches);
    expect(await pool.open(good)).toMatchObject({ ok: true });
  });

  test.each(['!late', '!reject'])('%s, after its answer, harms nobody', async (word) => {
    const pool = poolOf(FAULTY);
    const replies = await pool.openBatch([good, poison(word), good]);
    expect(replies).toMatchObject([{ ok: true }, { ok: false }, { ok: true }]);
    expect(await pool.open(good)).toMatchObject({ ok: true });
    await vi.waitUntil(() => threadsOf(pool).threadIds.length === 2);
  });

  test('!late, when a secret goes with the answer: each is handed over once, or its message not answered', async () => {
    const kinds = MESSAGE_KINDS.filter(({ name }) => name.startsWith('session key; '));
    const messages = kinds.map(({ message }) => ({ message, atMs: NOW_MS }));
    const kept: string[] = [];
    const keepEncryptedKey = (sha1: string, secret: Secret): void => {
      kept.push(sha1);
      secret.wipe();
    };
    const { policy } = kinds[0]!;
    const pool = poolOf(FAULTY, { policy, credentials: { ...POOL_CREDENTIALS, keepEncryptedKey } });
    const replies = await pool.openBatch([...messages, poison('!late'), ...messages]);
    const isOpened = replies.map(({ ok }) => ok);
    expect(isOpened).toEqual([...messages.map(() => true), false, ...messages.map(() => true)]);
    expect(kept).toHaveLength(2 * messages.length);
    await vi.waitUntil(() => threadsOf(pool).threadIds.length === 2);
  });

  test('does not take along another one that does the same', async () => {
    const pool = poolOf(FAULTY);
    const messages = Array.from({ length: 64 }, (_, index) => (index % 30 === 7 ? poison('!exit') : good));
    const replies = await pool.verifyBatch(messages);
    expect(replies.flatMap((reply, index) => (reply.ok ? [] : [index]))).toEqual([7, 37]);
  });
});

describe('workers that are ended from outside', () => {
  test('cost no message and double none, at random moments', async () => {
    const pool = poolOf(undefined);
    const threads = threadsOf(pool);
    let kills = 0;
    const killer = setInterval(() => {
      const { threadIds } = threads;
      const id = threadIds[kills % Math.max(1, threadIds.length)];
      if (id === undefined || kills >= 20) return;
      kills++;
      threads.kill(id);
    }, 15);
    const answered = new Array<number>(500).fill(0);
    const replies = await Promise.all(
      answered.map(async (_, index) => {
        // A few at a time, so that workers die in all states: idle, busy, starting.
        await new Promise((resolve) => setTimeout(resolve, index));
        const reply = await pool.open({ message: index % 2 === 0 ? small : small.subarray(0, 900), atMs: AT_MS });
        answered[index]!++;
        return reply;
      }),
    );
    clearInterval(killer);
    expect(answered.every((times) => times === 1)).toBe(true);
    expect(kills).toBeGreaterThan(0);
    let lost = 0;
    for (const [index, reply] of replies.entries()) {
      if (!reply.ok && reply.code === 'internal.worker-lost') lost++;
      else expect(reply).toMatchObject(index % 2 === 0 ? { ok: true } : { ok: false, code: 'peer.xml-malformed' });
    }
    // Only three deaths over one message give it up.
    expect(lost * 3).toBeLessThanOrEqual(kills);
    expect(pool.stats).toMatchObject({ messages: 500, queued: 0 });
    expect((await pool.openBatch(Array.from({ length: 128 }, () => good))).every((reply) => reply.ok)).toBe(true);
    await vi.waitUntil(() => threads.threadIds.length === 2);
  });

  test('while they start are replaced too', async () => {
    const pool = poolOf(undefined);
    const threads = threadsOf(pool);
    for (let round = 0; round < 6; round++) {
      for (const id of threads.threadIds) threads.kill(id);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await pool.open(good)).toMatchObject({ ok: true });
    await vi.waitUntil(() => threads.threadIds.length === 2);
  });

  test('take their contexts along: the next ones ask again', async () => {
    const contexts = new SampleResolver();
    const pool = poolOf(undefined, { workers: 1, contexts });
    await pool.open(good);
    const before = threadsOf(pool).threadIds;
    for (const id of before) threadsOf(pool).kill(id);
    await vi.waitUntil(() => pool.stats.workersLost === 1);
    expect(await pool.open(good)).toMatchObject({ ok: true });
    expect(contexts.asked).toHaveLength(2);
  });
});

describe('workers that cannot start', () => {
  test('end in an answer for every message', async () => {
    const pool = poolOf(BROKEN, { jobTimeoutMs: 200 });
    const replies = await pool.openBatch([good, good, good]);
    for (const reply of replies) expect(reply).toMatchObject({ ok: false, code: 'internal.worker-lost' });
    expect(pool.stats.queued).toBe(0);
  });
});
