// Archives in a bucket, live: what an object store must do, and the results of one run.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { folderObjects, type ObjectStore, type S3Options, s3Objects } from '@parley/archive';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keptResults, objectsOf, verifiedAtOnce, writeArchive } from '../../archive/archive-fixture.ts';
import { parley } from '../../cli/run-parley.ts';
import { newBucket, s3Environment } from './bucket.ts';
import { missingSeaweed, startSeaweed } from './seaweed-server.mjs';

const missing = missingSeaweed();
const folder = mkdtempSync(path.join(tmpdir(), 'parley-s3-'));
let server: Awaited<ReturnType<typeof startSeaweed>>;
let bucket: S3Options;

beforeAll(async () => {
  if (missing !== undefined) return;
  server = await startSeaweed();
  bucket = await newBucket(server.endpoint, 'archive');
}, 120_000);
afterAll(async () => {
  if (missing === undefined) await server.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function listed(store: ObjectStore, prefix: string): Promise<readonly (readonly [string, number])[]> {
  const found: (readonly [string, number])[] = [];
  for await (const { name, sizeBytes } of store.list(prefix)) found.push([name, sizeBytes]);
  return found;
}

async function streamed(store: ObjectStore, name: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of store.stream(name)) pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
}

/** Without a look at each of millions of octets by itself. */
function same(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one !== undefined && Buffer.compare(one, other) === 0;
}

/** What any store of objects must do. */
async function keepsObjects(store: ObjectStore): Promise<void> {
  const octets = Uint8Array.from({ length: 9_000_000 }, (_, index) => (index * 7) >> 3);
  expect(await store.get('a/one')).toBeUndefined();
  expect(await store.putIfAbsent('a/one', octets)).toBe(true);
  expect(await store.putIfAbsent('a/one', octets.subarray(1))).toBe(false);
  expect(same(await store.get('a/one'), octets)).toBe(true);
  expect(await store.get('a/one', { start: 5, end: 5 })).toHaveLength(0);
  expect(same(await store.get('a/one', { start: 70, end: 4_000_001 }), octets.subarray(70, 4_000_001))).toBe(true);
  await expect(store.get('a/one', { start: 8_999_999, end: 9_000_001 })).rejects.toMatchObject({
    code: 'caller.input-unreadable',
  });
  expect(same(await streamed(store, 'a/one'), octets)).toBe(true);
  await expect(streamed(store, 'a/none')).rejects.toMatchObject({ code: 'caller.input-unreadable' });
  await store.put('a/one', octets.subarray(0, 3));
  expect(await store.get('a/one')).toEqual(octets.subarray(0, 3));
  // All that a name may have in it.
  const odd = ['b/ü', 'b/a b', 'b/a+b', 'b/a%20b', 'b/&<', 'b/q?x=1#y', "b/it's!(*)"];
  for (const name of odd) expect(await store.putIfAbsent(name, octets.subarray(0, 2))).toBe(true);
  expect(new Set(await listed(store, 'b/'))).toEqual(new Set(odd.map((name) => [name, 2])));
  for (const name of odd) expect(await store.get(name), name).toHaveLength(2);
  // Of those who put at once, one has put.
  const racers = await Promise.all(
    Array.from({ length: 8 }, (_, index) => store.putIfAbsent('c/race', new Uint8Array([index]))),
  );
  expect(racers.filter(Boolean)).toHaveLength(1);
  expect(await store.get('c/race')).toEqual(new Uint8Array([racers.indexOf(true)]));
}

test('a folder keeps objects', () => keepsObjects(folderObjects(path.join(folder, 'kept'))));

test('a bucket keeps objects', { timeout: 120_000 }, async (context) => {
  if (missing !== undefined) return context.skip(missing);
  await keepsObjects(s3Objects({ ...bucket, prefix: 'kept/' }));
});

test('a listing of several pages', { timeout: 120_000 }, async (context) => {
  if (missing !== undefined) return context.skip(missing);
  const store = s3Objects({ ...bucket, prefix: 'pages/' });
  const names = Array.from({ length: 1030 }, (_, index) => `n/${String(index).padStart(5, '0')}`);
  for (let at = 0; at < names.length; at += 64)
    await Promise.all(names.slice(at, at + 64).map((name) => store.put(name, new Uint8Array(1))));
  expect((await listed(store, 'n/')).map(([name]) => name)).toEqual(names);
});

test('an archive in a bucket has the results of one run, by several processes at once, too', {
  timeout: 180_000,
}, async (context) => {
  if (missing !== undefined) return context.skip(missing);
  const archive = writeArchive(path.join(folder, 'archive'), {
    segments: 5,
    messagesEach: 60,
    contexts: 9,
    replays: 5,
    forged: 5,
    ending: (segment) => (segment === 1 ? '.ndjson.gz' : '.ndjson'),
  });
  const source = s3Objects({ ...bucket, prefix: 'logs/' });
  for (const segment of archive.segments) await source.put(path.basename(segment), readFileSync(segment));
  const words = [
    'archive',
    'verify',
    's3://archive/logs',
    '--keys',
    archive.keys,
    '--shards',
    '4',
    '--workers',
    '0',
    '--json',
  ];
  const run = (out: string) =>
    parley([...words, '--out', `s3://archive/${out}`], { environment: s3Environment(bucket) });
  const alone = await run('alone');
  expect(alone).toMatchObject({ status: 1, stderr: '' });
  expect(JSON.parse(alone.stdout)).toMatchObject({
    tally: { refused: { 'peer.replay': 5, 'peer.digest-mismatch': 5 } },
  });
  const kept = s3Objects({ ...bucket, prefix: 'alone/' });
  const expected = (await verifiedAtOnce(archive.segments, archive.contexts)).map((line) =>
    line.replace(`${archive.folder}/`, 's3://archive/logs/'),
  );
  expect(await keptResults(kept)).toEqual(expected);

  const together = await Promise.all([run('together'), run('together'), run('together')]);
  expect(together.map(({ status, stderr }) => ({ status, stderr }))).toEqual(Array(3).fill({ status: 1, stderr: '' }));
  const [one, many] = await Promise.all(
    ['alone/', 'together/'].map(async (prefix) => {
      const objects = await objectsOf(s3Objects({ ...bucket, prefix }));
      // It says how long it took.
      objects.delete('report.html');
      return objects;
    }),
  );
  expect(many).toEqual(one);
});

test('a wrong key is said, and no secret with it', async (context) => {
  if (missing !== undefined) return context.skip(missing);
  const environment = { ...s3Environment(bucket), AWS_SECRET_ACCESS_KEY: 'not-the-secret' };
  const words = ['archive', 'verify', 's3://archive/logs', '--keys', 'keys.json', '--out', path.join(folder, 'none')];
  const { stderr, status } = await parley([...words, '--keys', path.join(folder, 'archive.keys.json')], {
    environment,
  });
  expect(status).toBe(2);
  expect(stderr).toMatch(/caller\.input-unreadable.*status 403/);
  expect(stderr).not.toContain('not-the-secret');
  const unnamed = await parley(words, { environment: { AWS_ACCESS_KEY_ID: '' } });
  expect(unnamed).toMatchObject({ status: 2 });
});
