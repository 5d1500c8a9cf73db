// What was seen once, in a folder: the laws of every memory of replays, and what this one outlives.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MemoryReplayCache } from '@parley/conversation';
import { prometheusMeter } from '@parley/prometheus';
import { KeyEncryptionKey, type LmdbReplayCache, openLmdbContextStore, openLmdbReplayCache } from '@parley/stores';
import { REPLAY_CACHE_LAWS, REPLAY_CLOCK_LAWS } from '@parley/testing';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { LmdbDatabase } from '../../packages/stores/src/lmdb-database.ts';
import { START_MS } from '../conversation/sample-context.ts';

const WRITER = fileURLToPath(new URL('replay-writer.mjs', import.meta.url));
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-replays-'));
  cleanups.push(async () => await rm(directory, { recursive: true }));
  return directory;
}

async function opened(directory: string, entriesMax?: number): Promise<LmdbReplayCache> {
  const cache = await openLmdbReplayCache({ directory, entriesMax });
  cleanups.push(async () => await cache.close());
  return cache;
}

test.each(REPLAY_CACHE_LAWS)(
  '$name',
  async ({ check }) => await check(async (entriesMax) => await opened(await folder(), entriesMax)),
);

test.each(REPLAY_CLOCK_LAWS)('T58: $name', async ({ check }) => {
  const directory = await folder();
  await check(async () => [await opened(directory), await opened(directory)]);
});

test('T58: a folder of an earlier version, which wrote down one time, refuses what may be of before it', async () => {
  const directory = await folder();
  const cache = await openLmdbReplayCache({ directory });
  await cache.insertIfAbsent('urn:uuid:1', 'over', START_MS + 10_000, START_MS);
  await cache.insertIfAbsent('urn:uuid:1', 'later', START_MS + 90_000, START_MS + 60_000);
  await cache.close();
  const database = await LmdbDatabase.open(directory, false, true);
  const octets = Buffer.alloc(8);
  octets.writeDoubleBE((START_MS + 60_000) / 10_000);
  await database.write('test', (writing) => writing.put(Uint8Array.of(4), octets));
  await database.close();
  const again = await opened(directory);
  expect(await again.insertIfAbsent('urn:uuid:1', 'never', START_MS + 60_000, START_MS)).toBe(false);
  expect(await again.insertIfAbsent('urn:uuid:1', 'new', START_MS + 80_000, START_MS)).toBe(true);
});

test('tells how many it holds, after a restart, too, and how long each has waited for the disk', async () => {
  const directory = await folder();
  const registry = new Registry();
  const meter = prometheusMeter(registry);
  const until = START_MS + 60_000;
  const figures = async (): Promise<readonly string[]> =>
    (await registry.metrics()).match(/^parley_replay_(entries|disk_seconds_count)[^\n]* \d+$/gm) ?? [];
  const first = await openLmdbReplayCache({ directory, meter });
  for (const key of ['one', 'two', 'two']) await first.insertIfAbsent('urn:uuid:1', key, until, START_MS);
  await first.insertIfAbsent('urn:uuid:2', 'one', until, START_MS, { owner: 'alice', kind: 'trust' });
  const ofAll = ['parley_replay_entries 3', 'parley_replay_disk_seconds_count 4'];
  expect(await figures()).toEqual(ofAll);
  await first.close();
  const again = await openLmdbReplayCache({ directory, meter });
  expect(await figures()).toEqual(ofAll);
  // What is over goes with what comes.
  await again.insertIfAbsent('urn:uuid:3', 'three', until + 120_000, START_MS + 120_000);
  expect((await figures())[0]).toBe('parley_replay_entries 1');
  await again.close();
});

test('T57: what was taken is refused after a restart, until its time', async () => {
  const directory = await folder();
  const until = START_MS + 60_000;
  const first = await openLmdbReplayCache({ directory });
  expect(await first.insertIfAbsent('urn:uuid:1', 'one', until, START_MS)).toBe(true);
  await first.close();
  await expect(first.insertIfAbsent('urn:uuid:1', 'two', until, START_MS)).rejects.toThrow('caller.closed');
  const second = await opened(directory);
  expect(await second.insertIfAbsent('urn:uuid:1', 'one', until, START_MS + 59_999)).toBe(false);
  expect(await second.insertIfAbsent('urn:uuid:1', 'two', until, START_MS)).toBe(true);
});

test('a time that went by in another process, or before a restart, brings nothing back', async () => {
  const directory = await folder();
  const [ahead, behind] = [await opened(directory), await opened(directory)];
  await behind.insertIfAbsent('s', 'early', START_MS + 1000, START_MS);
  // What is over is forgotten with what comes.
  for (let key = 0; key < 20; key++)
    await ahead.insertIfAbsent('s', `late ${key}`, START_MS + 900_000, START_MS + 600_000);
  expect(await behind.insertIfAbsent('s', 'early', START_MS + 1000, START_MS)).toBe(false);
  expect(await (await opened(directory)).insertIfAbsent('s', 'early', START_MS + 1000, START_MS)).toBe(false);
});

test('what is over makes room: it never holds more than it may, and refuses when that is used up', async () => {
  const cache = await opened(await folder(), 80);
  const insert = async (count: number, name: string, untilMs: number, nowMs: number): Promise<number> => {
    const owners = Array.from({ length: count }, (_, at) => ({ owner: `${name} ${at}` }));
    const all = await Promise.allSettled(
      owners.map((share, at) => cache.insertIfAbsent(name, `${at}`, untilMs, nowMs, share)),
    );
    return all.filter(({ status }) => status === 'fulfilled').length;
  };
  expect(await insert(100, 'first', START_MS + 20_000, START_MS)).toBe(70);
  await expect(
    cache.insertIfAbsent('first', 'more', START_MS + 20_000, START_MS, { owner: 'somebody' }),
  ).rejects.toMatchObject({ code: 'internal.quota', detail: { quota: 'replay', room: 'message' } });
  expect(await cache.insertIfAbsent('first', 'trust', START_MS + 20_000, START_MS, { owner: 'a', kind: 'trust' })).toBe(
    true,
  );
  const later = START_MS + 60_000;
  expect(await insert(140, 'second', later + 20_000, later)).toBeGreaterThanOrEqual(70);
});

test('one owner does not fill it for the others', async () => {
  const cache = await opened(await folder(), 80);
  const taken: boolean[] = [];
  const greedy = async (): Promise<void> => {
    for (let key = 0; ; key++)
      taken.push(await cache.insertIfAbsent('', `${key}`, START_MS + 1000, START_MS, { owner: 'greedy' }));
  };
  await expect(greedy()).rejects.toMatchObject({ code: 'internal.quota', detail: { quota: 'replay-share' } });
  expect(taken.length).toBe(53);
  expect(await cache.insertIfAbsent('s', 'mine', START_MS + 1000, START_MS, { owner: 'modest' })).toBe(true);
});

const step = fc.record({
  scope: fc.constantFrom('', 'a', 'ab'),
  key: fc.constantFrom('', 'b', 'bc', 'c'),
  lives: fc.oneof(fc.integer({ min: -5000, max: 60_000 }), fc.constant(Number.MAX_VALUE)),
  passes: fc.oneof(fc.integer({ min: -30_000, max: 60_000 }), fc.constant(0)),
  restarts: fc.boolean(),
});

test('it answers as the one in memory does, whatever comes, and restarts change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const directory = await mkdtemp(join(tmpdir(), 'parley-replays-'));
      let cache = await openLmdbReplayCache({ directory });
      try {
        const model = new MemoryReplayCache();
        let nowMs = START_MS;
        let latestMs = START_MS;
        for (const { scope, key, lives, passes, restarts } of steps) {
          nowMs += passes;
          latestMs = Math.max(latestMs, nowMs);
          if (restarts) {
            await cache.close();
            cache = await openLmdbReplayCache({ directory });
            // Whoever starts again knows the time, or is told of less.
            nowMs = latestMs;
          }
          const untilMs = lives === Number.MAX_VALUE ? lives : nowMs + lives;
          const [is, shouldBe] = [
            await cache.insertIfAbsent(scope, key, untilMs, nowMs),
            model.insertIfAbsent(scope, key, untilMs, nowMs),
          ];
          // Within ten seconds of its end, it may be refused earlier or forgotten later; never taken twice while it is fresh.
          if (untilMs - latestMs > 10_000) expect(is).toBe(shouldBe);
          else if (is) expect(shouldBe).toBe(true);
        }
      } finally {
        await cache.close();
        await rm(directory, { recursive: true });
      }
    }),
    { numRuns: 25 },
  );
});

describe('processes', () => {
  const started: ChildProcess[] = [];
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
  });

  const writer = (directory: string, name: string): ChildProcess => {
    const child = spawn(process.execPath, [WRITER, directory, name], { stdio: ['ignore', 'pipe', 'inherit'] });
    started.push(child);
    return child;
  };

  test('each takes what no other has: no message is taken twice', async () => {
    const directory = await folder();
    const outputs = await Promise.all(
      ['100', '100'].map(async (count) => {
        const child = writer(directory, count);
        const chunks: Buffer[] = [];
        child.stdout!.on('data', (chunk: Buffer) => chunks.push(chunk));
        await once(child, 'close');
        return Buffer.concat(chunks).toString().trim().split('\n').filter(Boolean);
      }),
    );
    const all = outputs.flat();
    expect(new Set(all).size).toBe(100);
    expect(all.length).toBe(100);
  });

  test('T57: what was acknowledged to a process that was killed is refused to the next', {
    timeout: 60_000,
  }, async () => {
    const directory = await folder();
    const acknowledged = new Set<string>();
    for (let kill = 0; kill < 3; kill++) {
      const child = writer(directory, 'endless');
      let output = '';
      child.stdout!.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (output.split('\n').length > 20) child.kill('SIGKILL');
      });
      await once(child, 'close');
      const lines = output.split('\n').slice(0, -1);
      for (const line of lines) {
        expect(acknowledged.has(line)).toBe(false);
        acknowledged.add(line);
      }
    }
    const cache = await opened(directory);
    for (const key of acknowledged)
      expect(await cache.insertIfAbsent('s', key, START_MS + 600_000, START_MS), key).toBe(false);
  });
});

test('nothing of a message can be read in the folder', async () => {
  const directory = await folder();
  const cache = await opened(directory);
  await cache.insertIfAbsent('urn:canary-scope', 'canary-key', START_MS + 1000, START_MS, { owner: 'canary-owner' });
  expect((await readFile(join(directory, 'data.mdb'))).includes('canary')).toBe(false);
});

test('another store, one that was emptied, and one that others can read are refused', async () => {
  const contexts = await folder();
  const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(9));
  await (await openLmdbContextStore({ directory: contexts, keyEncryptionKey })).close();
  await expect(openLmdbReplayCache({ directory: contexts })).rejects.toThrow('internal.store-corrupt');
  const replays = await folder();
  await (await openLmdbReplayCache({ directory: replays })).close();
  await expect(openLmdbContextStore({ directory: replays, keyEncryptionKey })).rejects.toMatchObject({
    code: expect.stringMatching(/^(internal\.store-corrupt|caller\.store-key-wrong)$/),
  });
  await writeFile(join(replays, 'data.mdb'), '');
  await expect(openLmdbReplayCache({ directory: replays })).rejects.toThrow('internal.store-corrupt');
  const open = await folder();
  await chmod(open, 0o755);
  await expect(openLmdbReplayCache({ directory: open })).rejects.toThrow('caller.store-permissions');
});
