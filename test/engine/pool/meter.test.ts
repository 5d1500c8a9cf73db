import diagnostics from 'node:diagnostics_channel';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { poolWith } from './pool-fixture.ts';
import { AT_MS, mixedMessages, sampleMessage } from './sample-messages.ts';

const heard: [string | symbol, unknown][] = [];
const listen = (event: unknown, name: string | symbol): unknown => heard.push([name, event]);
const CHANNELS = ['parley:pool:refused', 'parley:pool:batch', 'parley:pool:worker-lost'];

afterEach(() => {
  for (const name of CHANNELS) diagnostics.unsubscribe(name, listen);
  heard.length = 0;
});

test.each([0, 2])('with %i workers, what there is to know adds up', async (workers) => {
  const pool = poolWith(workers);
  const messages = mixedMessages(200);
  const replies = await pool.openBatch(messages);
  const { stats } = pool;
  const codes: Record<string, number> = {};
  for (const reply of replies) if (!reply.ok) codes[reply.code] = (codes[reply.code] ?? 0) + 1;
  expect(stats.refused).toEqual(codes);
  expect(stats.workers.reduce((sum, load) => sum + load.batches, 0)).toBe(stats.batches);
  expect(stats.workers.length).toBeLessThanOrEqual(Math.max(1, workers));
  // A message whose context has to be looked up is with a worker twice.
  const worked = stats.workers.reduce((sum, load) => sum + load.messages, 0);
  expect(worked).toBeGreaterThanOrEqual(stats.messages);
  expect(stats.contextsAsked).toBeGreaterThan(0);
  expect(stats.workers.every(({ busyMs }) => busyMs > 0)).toBe(true);
  const { p50Ms, p90Ms, p99Ms, maxMs, meanMs } = stats.latency;
  expect([p50Ms, p90Ms, p99Ms]).toEqual([p50Ms, p90Ms, p99Ms].sort((left, right) => left - right));
  expect(meanMs).toBeGreaterThan(0);
  expect(maxMs).toBeGreaterThanOrEqual(meanMs);
});

test('before the first message, all is 0', () => {
  expect(poolWith(0).stats).toMatchObject({
    messages: 0,
    refused: {},
    latency: { p50Ms: 0, p90Ms: 0, p99Ms: 0, maxMs: 0, meanMs: 0 },
    contextsAsked: 0,
    workers: [],
  });
});

describe('whoever wants to hear', () => {
  test('hears of refusals, of batches, and of workers that ended', async () => {
    for (const name of CHANNELS) diagnostics.subscribe(name, listen);
    const pool = poolWith(1);
    await pool.openBatch([sampleMessage(), { message: new Uint8Array(3), atMs: AT_MS }]);
    const [refusal] = heard.filter(([name]) => name === 'parley:pool:refused');
    expect(refusal?.[1]).toMatchObject({ code: expect.stringMatching(/^peer\./), detail: expect.any(Object) });
    expect(heard.find(([name]) => name === 'parley:pool:batch')?.[1]).toMatchObject({ kind: 'open', messages: 2 });
    const { threadIds, kill } = (pool as unknown as { executor: { threadIds: number[]; kill(id: number): void } })
      .executor;
    kill.call((pool as unknown as { executor: object }).executor, threadIds[0]!);
    await vi.waitUntil(() => heard.some(([name]) => name === 'parley:pool:worker-lost'));
  });

  test('a hook is told before the caller is, without what must not be told', async () => {
    const told: unknown[] = [];
    const pool = poolWith(0, { onRefused: (refusal) => told.push(refusal) });
    const refused = pool.open({ message: new Uint8Array(3), atMs: AT_MS }).then(() => told.length);
    expect(await refused).toBe(1);
    expect(Object.keys(told[0] as object)).toEqual(['code', 'detail']);
    await pool.close();
    await pool.open(sampleMessage());
    expect(told[1]).toMatchObject({ code: 'caller.closed' });
  });

  test('a hook that fails costs no answer, and warns without a word of what it threw', async () => {
    const warned: string[] = [];
    const onWarning = (warning: Error): unknown => warned.push(warning.message);
    process.on('warning', onWarning);
    const pool = poolWith(0, {
      onRefused: () => {
        throw new RangeError('the password is');
      },
    });
    expect(await pool.open({ message: new Uint8Array(3), atMs: AT_MS })).toMatchObject({ ok: false });
    await vi.waitUntil(() => warned.length > 0);
    process.off('warning', onWarning);
    expect(warned).toEqual(['onRefused of a pool failed: RangeError']);
  });
});
