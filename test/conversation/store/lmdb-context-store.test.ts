import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ContextStore } from '@parley/conversation';
import { KeyEncryptionKey, openLmdbContextStore } from '@parley/conversation';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { codeOf, keyOctets, START_MS, sampleContext } from '../sample-context.ts';

const KEY = new KeyEncryptionKey(new Uint8Array(32).fill(9));
const OTHER_KEY = new KeyEncryptionKey(new Uint8Array(32).fill(10));
const WRITER = fileURLToPath(new URL('store-writer.mjs', import.meta.url));
const EDITOR = fileURLToPath(new URL('store-editor.mjs', import.meta.url));

let parent: string;
let directory: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'parley-lmdb-'));
  // A dot in the name, as that once meant a file to LMDB.
  directory = join(parent, 'contexts.d');
});
afterEach(() => rm(parent, { recursive: true }));

function opened(
  key = KEY,
  more: { readOnly?: boolean; olderKeyEncryptionKeys?: KeyEncryptionKey[] } = {},
): Promise<ContextStore> {
  return openLmdbContextStore({ directory, keyEncryptionKey: key, ...more });
}

async function filled(): Promise<void> {
  const store = await opened();
  await store.put(sampleContext('urn:uuid:1'));
  await store.close();
}

/** Reads or replaces a stored value behind the store's back, in another process. */
async function edit(...request: string[]): Promise<Uint8Array> {
  const { stdout } = await promisify(execFile)(process.execPath, [EDITOR, directory, ...request]);
  return Uint8Array.from(Buffer.from(stdout, 'hex'));
}

describe('files', () => {
  test('T75: are this user own, and closed to others whatever the umask', async () => {
    const before = process.umask(0);
    try {
      await filled();
    } finally {
      process.umask(before);
    }
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await stat(join(directory, 'data.mdb'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'lock.mdb'))).mode & 0o777).toBe(0o600);
  });

  test.each(['', 'data.mdb', 'lock.mdb'])('open to others are refused (%s)', async (name) => {
    await filled();
    await chmod(join(directory, name), 0o750);
    expect(await codeOf(opened())).toBe('caller.store-permissions');
  });

  test('that are links are refused', async () => {
    await filled();
    await symlink(directory, join(parent, 'link'));
    expect(await codeOf(openLmdbContextStore({ directory: join(parent, 'link'), keyEncryptionKey: KEY }))).toBe(
      'caller.store-permissions',
    );
  });

  test('that are missing are not made for a reader', async () => {
    expect(await codeOf(opened(KEY, { readOnly: true }))).toBe('caller.store-missing');
    await mkdir(directory, { mode: 0o700 });
    expect(await codeOf(opened(KEY, { readOnly: true }))).toBe('caller.store-missing');
    await expect(stat(join(directory, 'data.mdb'))).rejects.toThrow();
  });

  test('that are no database are refused', async () => {
    await mkdir(directory, { mode: 0o700 });
    await writeFile(join(directory, 'data.mdb'), new Uint8Array(8192).fill(0x41), { mode: 0o600 });
    expect(await codeOf(opened())).toBe('internal.store-corrupt');
  });

  test('T74 T75: show neither secret nor principal', async () => {
    const store = await opened();
    const secret = new Uint8Array(32).fill(7);
    await store.put(sampleContext('urn:uuid:1', { principal: 'canary-principal' }));
    await store.close();
    const data = await readFile(join(directory, 'data.mdb'));
    expect(data.includes('urn:uuid:1')).toBe(true);
    expect(data.includes(Buffer.from(secret))).toBe(false);
    expect(data.includes('canary-principal')).toBe(false);
  });
});

describe('the key-encryption key', () => {
  test('must be the right one', async () => {
    await filled();
    expect(await codeOf(opened(OTHER_KEY))).toBe('caller.store-key-wrong');
    expect(await codeOf(opened(OTHER_KEY, { readOnly: true }))).toBe('caller.store-key-wrong');
  });

  test('can be changed: the new one seals, the old one still opens', async () => {
    await filled();
    const rotated = await opened(OTHER_KEY, { olderKeyEncryptionKeys: [KEY] });
    expect(keyOctets(await rotated.get('urn:uuid:1'))).toEqual(new Uint8Array(32).fill(7));
    await rotated.put(sampleContext('urn:uuid:2'));
    await rotated.close();
    const later = await opened(OTHER_KEY);
    expect(keyOctets(await later.get('urn:uuid:2'))).toEqual(new Uint8Array(32).fill(7));
    expect(await codeOf(later.get('urn:uuid:1'))).toBe('caller.store-key-wrong');
    await later.close();
    expect(await codeOf(opened(KEY))).toBe('caller.store-key-wrong');
  });
});

describe('records', () => {
  test('reach other processes and readers that are already open', async () => {
    await filled();
    const reader = await opened(KEY, { readOnly: true });
    expect(await reader.get('urn:run:0:0')).toBeUndefined();
    const writer = spawn(process.execPath, [WRITER, directory, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve) => {
      writer.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (text.includes('cancelled urn:run:0:0')) resolve();
      });
    });
    expect(await reader.get('urn:run:0:0')).toMatchObject({ keys: [] });
    writer.kill('SIGKILL');
    expect(await codeOf(reader.put(sampleContext('urn:uuid:9')))).not.toBe('no error');
    await reader.close();
  });

  test('with any octet changed do not open', { timeout: 60_000 }, async () => {
    await filled();
    const record = await edit('get', 'urn:uuid:1');
    expect(record.length).toBeGreaterThan(60);
    const result = await edit('flip-each', 'urn:uuid:1');
    // One octet per position: 0 refused as corrupt, 1 refused as another key's, 2 opened.
    expect(result).toHaveLength(record.length);
    expect([...result].filter((outcome) => outcome === 2)).toEqual([]);
    expect([...result].filter((outcome) => outcome === 1)).toHaveLength(8);
  });

  test('that are cut, or moved to another identifier, do not open', async () => {
    await filled();
    await edit('copy', 'urn:uuid:1', 'urn:uuid:2');
    await edit('cut', 'urn:uuid:1');
    const store = await opened();
    expect(await codeOf(store.get('urn:uuid:1'))).toBe('internal.store-corrupt');
    expect(await codeOf(store.get('urn:uuid:2'))).toBe('internal.store-corrupt');
    expect(await codeOf(store.cancel('urn:uuid:2', START_MS))).toBe('internal.store-corrupt');
    await store.close();
  });

  test('without their check record are refused', async () => {
    await filled();
    await edit('drop-check');
    expect(await codeOf(opened())).toBe('internal.store-corrupt');
  });

  test('grow past the first size of the map', async () => {
    const store = await opened();
    const count = 2000;
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        store.put(sampleContext(`urn:uuid:${index}`, { principal: 'p'.repeat(500) })),
      ),
    );
    let listed = 0;
    for await (const _ of store.list()) listed++;
    expect(listed).toBe(count);
    expect(await store.prune(START_MS + 10 * 3_600_000)).toBe(count);
    await store.close();
  });

  test('T75 T77: that find no room on the disk are not acknowledged, and the others stay', {
    timeout: 60_000,
  }, async () => {
    await filled();
    // The file-size limit of a process stands in for a full disk.
    const script = `trap '' XFSZ; ulimit -f 512; exec "$0" "$@"`;
    const run = promisify(execFile)('bash', ['-c', script, process.execPath, EDITOR, directory, 'fill']);
    expect((await run).stdout.split('\n')[0]).toBe('internal.store-unavailable');
    const store = await opened();
    expect(keyOctets(await store.get('urn:uuid:1'))).toEqual(new Uint8Array(32).fill(7));
    await store.put(sampleContext('urn:uuid:after'));
    await store.close();
  });
});
