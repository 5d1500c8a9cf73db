/** How long a pool goes by what it once asked: not longer than it says, whoever changes the truth. */
import { contextSource } from '@parley/core';
import { describe, expect, test, vi } from 'vitest';
import { ContextWatch } from '../../../packages/engine/src/pool/context-watch.ts';
import type { ContextChanges } from '../../../packages/engine/src/pool/contract.ts';
import { poolWith } from './pool-fixture.ts';
import { SampleResolver, SMALL_CONTEXT, sampleContexts, sampleMessage, sampleOctets } from './sample-messages.ts';

const get = async (): Promise<undefined> => undefined;

/** A resolver that is asked for changes, and when. */
function watched(answer: (since: number | undefined) => Promise<ContextChanges>, ageMaxMs = 1000) {
  const asked: (number | undefined)[] = [];
  const forgotten: (string | undefined)[] = [];
  const changes = (since?: number): Promise<ContextChanges> => {
    asked.push(since);
    return answer(since);
  };
  const watch = new ContextWatch({ get, changes }, ageMaxMs, (identifier) => forgotten.push(identifier));
  return { watch, asked, forgotten };
}

describe('T54: the watch', () => {
  test('asks before the first batch, then early enough that nobody waits, and waits when it is late', async () => {
    const { watch, asked, forgotten } = watched(async () => ({ position: 7, identifiers: ['urn:a'] }));
    await watch.current(0);
    expect(watch.current(499)).toBeUndefined();
    expect(asked).toEqual([undefined]);
    expect(watch.current(500)).toBeUndefined();
    expect(watch.current(501)).toBeUndefined();
    expect(asked).toEqual([undefined, 7]);
    await vi.waitUntil(() => forgotten.length === 2);
    expect(watch.current(999)).toBeUndefined();
    expect(watch.current(1500)).toBeInstanceOf(Promise);
    expect(asked).toEqual([undefined, 7, 7]);
    expect(new Set(forgotten)).toEqual(new Set(['urn:a']));
  });

  test('forgets everything when it cannot be told what changed, or there is nobody to tell', async () => {
    const lost = watched(async () => ({ position: 900, identifiers: undefined }));
    await lost.watch.current(0);
    expect(lost.forgotten).toEqual([undefined]);
    const failing = watched(() => Promise.reject(new Error('no disk')));
    await failing.watch.current(0);
    await failing.watch.current(1000);
    expect(failing.forgotten).toEqual([undefined, undefined]);
    const forgotten: (string | undefined)[] = [];
    const mute = new ContextWatch({ get }, 1000, (identifier) => forgotten.push(identifier));
    await mute.current(0);
    await mute.current(1000);
    expect(forgotten).toEqual([undefined, undefined]);
  });

  test('of a fixed set of contexts nothing is ever forgotten', async () => {
    const forgotten: (string | undefined)[] = [];
    const watch = new ContextWatch(contextSource(sampleContexts()), 1000, (identifier) => forgotten.push(identifier));
    for (let nowMs = 0; nowMs < 10_000; nowMs += 1000) await watch.current(nowMs);
    expect(forgotten).toEqual([]);
  });

  test('asks once at a time, however many wait', async () => {
    const release: ((changes: ContextChanges) => void)[] = [];
    const { watch, asked } = watched(() => new Promise((resolve) => release.push(resolve)));
    const waiting = [watch.current(0), watch.current(1), watch.current(2000)];
    expect(asked).toHaveLength(1);
    release[0]?.({ position: 1, identifiers: [] });
    await Promise.all(waiting);
    // Of when it was asked, not of when it answered.
    expect(watch.current(1000)).toBeInstanceOf(Promise);
    release[1]?.({ position: 1, identifiers: [] });
  });
});

describe('T54: a pool', () => {
  test.each([0, 1])('learns from its resolver that a context is gone, %i workers', async (workers) => {
    const contexts = new SampleResolver();
    const changed: string[] = [];
    const changes = async (since = changed.length): Promise<ContextChanges> => ({
      position: changed.length,
      identifiers: changed.slice(since),
    });
    const resolver = { get: (identifier: string) => contexts.get(identifier), changes };
    // Two pools, and nobody evicts.
    const pools = [
      poolWith(workers, { contexts: resolver, contextAgeMaxMs: 0 }),
      poolWith(0, { contexts: resolver, contextAgeMaxMs: 0 }),
    ];
    const message = sampleMessage(sampleOctets('signed-1k'));
    for (const pool of pools) {
      expect(await pool.open(message)).toMatchObject({ ok: true });
      expect(await pool.open(message)).toMatchObject({ ok: true });
    }
    expect(contexts.asked).toHaveLength(2);
    contexts.contexts.delete(SMALL_CONTEXT);
    changed.push('urn:another', SMALL_CONTEXT);
    for (const pool of pools) expect(await pool.open(message)).toMatchObject({ ok: false, code: 'peer.bad-context' });
  });

  test.each([0, 1])('asks one that has no changes again, %i workers', async (workers) => {
    const contexts = new SampleResolver();
    const mute = { get: (identifier: string) => contexts.get(identifier) };
    const pool = poolWith(workers, { contexts: mute, contextAgeMaxMs: 100 });
    const message = sampleMessage(sampleOctets('signed-1k'));
    expect(await pool.open(message)).toMatchObject({ ok: true });
    contexts.contexts.delete(SMALL_CONTEXT);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await pool.open(message)).toMatchObject({ ok: false, code: 'peer.bad-context' });
    expect(() => poolWith(workers, { contexts: mute, contextAgeMaxMs: 99 })).toThrow('caller.option-invalid');
  });

  test('takes no age that is none', () => {
    expect(() => poolWith(0, { contextAgeMaxMs: -1 })).toThrow('caller.option-invalid');
    expect(() => poolWith(0, { contextAgeMaxMs: Number.NaN })).toThrow('caller.option-invalid');
  });
});
