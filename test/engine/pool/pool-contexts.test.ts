/** Where a pool gets its contexts from, and that an evicted one is gone. */

import { describe, expect, test, vi } from 'vitest';
import { poolWith } from './pool-fixture.ts';
import { SampleResolver, SMALL_CONTEXT, sampleMessage, sampleOctets } from './sample-messages.ts';

describe('contexts', () => {
  test('are asked for once, and an unknown one each time', async () => {
    const contexts = new SampleResolver();
    const pool = poolWith(1, { contexts });
    const known = sampleMessage(sampleOctets('signed-1k'));
    await pool.openBatch([known, known, known]);
    await pool.openBatch([known, known, known]);
    expect(contexts.asked).toEqual([SMALL_CONTEXT]);
    contexts.contexts.clear();
    const other = sampleMessage(sampleOctets('signed-5k'));
    expect(await pool.open(other)).toMatchObject({ code: 'peer.bad-context' });
    expect(await pool.open(other)).toMatchObject({ code: 'peer.bad-context' });
    expect(contexts.asked).toHaveLength(3);
  });

  test('beyond the bound of a worker are asked for again, and every answer is right', async () => {
    const contexts = new SampleResolver();
    const pool = poolWith(1, { contexts, cachedContextsMax: 1 });
    const messages = [sampleMessage(sampleOctets('signed-1k')), sampleMessage(sampleOctets('signed-5k'))];
    for (let round = 0; round < 3; round++) {
      expect((await pool.openBatch(messages)).every((reply) => reply.ok)).toBe(true);
    }
    expect(contexts.asked.length).toBeGreaterThanOrEqual(4);
  });

  test('that the store cannot give fail their messages only', async () => {
    const sample = new SampleResolver();
    const get = async (identifier: string) => {
      if (identifier === SMALL_CONTEXT) throw new Error('connection lost');
      return sample.get(identifier);
    };
    const messages = [sampleMessage(sampleOctets('signed-1k')), sampleMessage(sampleOctets('signed-5k'))];
    for (const workers of [0, 1]) {
      const [failed, good] = await poolWith(workers, { contexts: { get } }).openBatch(messages);
      expect(failed).toMatchObject({ ok: false, code: 'internal.store-unavailable' });
      expect(good).toMatchObject({ ok: true });
    }
  });

  test('of another name than was asked for are refused', async () => {
    const [, other] = new SampleResolver().contexts.values();
    const pool = poolWith(0, { contexts: { get: async () => other } });
    expect(await pool.open(sampleMessage(sampleOctets('signed-1k')))).toMatchObject({ code: 'internal.store-corrupt' });
  });
});

describe('T54: evict', () => {
  test.each([0, 1, 2])('leaves no answer on the old context, %i workers', async (workers) => {
    const contexts = new SampleResolver();
    const pool = poolWith(workers, { contexts });
    const message = sampleMessage(sampleOctets('signed-1k'));
    const many = Array.from({ length: 64 }, () => message);
    for (let round = 0; round < 10; round++) {
      const context = contexts.contexts.get(SMALL_CONTEXT)!;
      expect((await pool.openBatch(many)).every((reply) => reply.ok)).toBe(true);
      // Some are on their way while the context goes.
      let answeredOk = 0;
      let evicted = false;
      const underWay = many.map(async () => {
        const reply = await pool.open(message);
        if (reply.ok && evicted) answeredOk++;
      });
      contexts.contexts.delete(SMALL_CONTEXT);
      await pool.evict(SMALL_CONTEXT);
      evicted = true;
      expect(await pool.open(message)).toMatchObject({ ok: false, code: 'peer.bad-context' });
      await Promise.all(underWay);
      expect(answeredOk).toBe(0);
      contexts.contexts.set(SMALL_CONTEXT, context);
    }
  });

  test('outranks a look-up that began before it', async () => {
    const sample = new SampleResolver();
    const old = sample.contexts.get(SMALL_CONTEXT);
    const release: ((context: typeof old) => void)[] = [];
    let asked = 0;
    const pool = poolWith(1, {
      contexts: {
        get: () => {
          asked++;
          return asked === 1 ? new Promise((resolve) => release.push(resolve)) : Promise.resolve(undefined);
        },
      },
    });
    const reply = pool.open(sampleMessage(sampleOctets('signed-1k')));
    await vi.waitUntil(() => release.length === 1, { timeout: 20_000 });
    await pool.evict(SMALL_CONTEXT);
    release[0]?.(old);
    expect(await reply).toMatchObject({ ok: false, code: 'peer.bad-context' });
    expect(asked).toBe(2);
  });
});
