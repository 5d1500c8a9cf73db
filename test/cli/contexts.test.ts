// What operators do with a context store.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { parseKeys } from '@parley/log';
import { keyEncryptionKeyFromFile, openLmdbContextStore } from '@parley/stores';
import { beforeAll, describe, expect, test } from 'vitest';
import { parley, temporaryDirectory } from './run-parley.ts';

const directory = temporaryDirectory();
const store = (): string => directory.join('demo', 'contexts');
const contexts = (...words: readonly string[]) => parley(['contexts', ...words], { directory: directory.path });

async function listed(...words: readonly string[]): Promise<Record<string, unknown>[]> {
  const { status, stdout, stderr } = await contexts('list', store(), '--json', ...words);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

beforeAll(async () => {
  expect((await parley(['demo', directory.join('demo'), '--messages', '40', '--quiet'])).status).toBe(0);
}, 60_000);

describe('parley contexts', () => {
  test('makes a store and its key, once', async () => {
    const made = await contexts('init', 'new/contexts');
    expect(made).toMatchObject({
      status: 0,
      stdout: 'new/contexts: an empty store; without its key nobody reads it\n',
    });
    expect(statSync(directory.join('new', 'kek')).mode & 0o777).toBe(0o600);
    expect(await contexts('list', 'new/contexts')).toEqual({ status: 0, stdout: '', stderr: '' });
    const again = await contexts('init', 'new/contexts');
    expect(again).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^parley: caller\.output-unwritable: .*not empty/),
    });
    // A key that is there is taken, and not replaced.
    expect((await contexts('init', 'other', '--kek', 'new/kek')).status).toBe(0);
    expect((await contexts('list', 'other', '--kek', 'new/kek')).status).toBe(0);
    const nowhere = await contexts('init', '/proc/no/such/place');
    expect(nowhere).toMatchObject({ status: 2, stderr: expect.stringMatching(/^parley: /) });
  }, 120_000);

  test('lists and shows contexts, and no secret of them', async () => {
    const [first, second] = await listed();
    expect(new Set([first, second].map((context) => context?.['state']))).toEqual(new Set(['cancelled', 'live']));
    const live = [first, second].find((context) => context?.['state'] === 'live');
    const { stdout: lines } = await contexts('list', store());
    expect(lines).toMatch(/^live {7}\d{4}-\d\d-\d\dT[\d:.]+Z {2}2 keys {2}urn:uuid:\S+ {2}alice$/m);
    const shown = await contexts('show', store(), String(live?.['identifier']), '--json');
    expect(JSON.parse(shown.stdout)).toEqual(live);
    const text = (await contexts('show', store(), String(live?.['identifier']))).stdout;
    expect(text).toMatch(/^key +the first, 256 bits, until /m);
    const secrets = await exported('secrets.json');
    for (const secret of secrets) expect(lines + shown.stdout + text).not.toContain(secret);
  });

  async function exported(name: string, ...identifiers: readonly string[]): Promise<readonly string[]> {
    const { status } = await contexts('export', store(), ...identifiers, '--out', name);
    expect(status).toBe(0);
    const text = readFileSync(directory.join(name), 'utf8');
    return [...text.matchAll(/"secret":"([^"]+)"/g)].map(([, secret = '']) => secret);
  }

  test('exports keys that a log verifies with, for their owner alone, and over no file', async () => {
    expect(await exported('keys.json')).toHaveLength(3);
    expect(statSync(directory.join('keys.json')).mode & 0o077).toBe(0);
    const log = directory.join('demo', 'log.ndjson');
    const { stdout } = await parley(['verify', log, '--keys', directory.join('keys.json'), '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ messages: 42, valid: 42 });
    const again = await contexts('export', store(), '--out', 'keys.json');
    expect(again).toMatchObject({ status: 2, stderr: expect.stringMatching(/^parley: caller\.output-exists/) });
    const onto = await contexts('export', store(), '--out', directory.join('demo', 'contexts', 'data.mdb'), '--force');
    expect(onto).toMatchObject({ status: 2, stderr: expect.stringMatching(/^parley: caller\.output-is-input/) });
    const [one] = await listed();
    await exported('one.json', String(one?.['identifier']));
    expect(parseKeys(readFileSync(directory.join('one.json'))).map(({ identifier }) => identifier)).toEqual([
      one?.['identifier'],
    ]);
  });

  test('another key seals everything, tombstones too; the old one opens nothing more', async () => {
    const kek = directory.join('demo', 'kek');
    const before = await listed();
    const { status, stdout } = await contexts('rekey', store(), '--new-kek', 'new.kek', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ left: 0, made: true });
    expect(statSync(directory.join('new.kek')).mode & 0o077).toBe(0);
    expect(await contexts('list', store(), '--kek', kek)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^parley: caller\.store-key-wrong/),
    });
    expect(await listed('--kek', directory.join('new.kek'))).toEqual(before);
    // And back, with both keys there: nothing is made.
    const back = await contexts('rekey', store(), '--kek', directory.join('new.kek'), '--new-kek', kek, '--json');
    expect(JSON.parse(back.stdout)).toMatchObject({ left: 0, made: false });
    expect(await listed()).toEqual(before);
  });

  test('what is sealed meanwhile by others is not lost, and what opens under no key is left and said', async () => {
    const folder = directory.join('odd');
    const keyEncryptionKey = await keyEncryptionKeyFromFile(directory.join('demo', 'kek'));
    const open = await openLmdbContextStore({ directory: folder, keyEncryptionKey });
    await open.records?.transact('a', (within) => within.put('x', { is: 1 }, Date.now() + 60_000));
    await open.close();
    const next = await contexts(
      'rekey',
      folder,
      '--kek',
      directory.join('demo', 'kek'),
      '--new-kek',
      'odd.kek',
      '--json',
    );
    expect(JSON.parse(next.stdout)).toMatchObject({ left: 0 });
    const newer = await keyEncryptionKeyFromFile(directory.join('odd.kek'));
    const again = await openLmdbContextStore({ directory: folder, keyEncryptionKey: newer });
    expect(await again.records?.transact('a', (within) => within.get('x'))).toEqual({ is: 1 });
    await again.close();
  });

  test('ends contexts for whoever uses the store, once, and forgets what is over', async () => {
    const live = (await listed()).find((context) => context['state'] === 'live');
    const identifier = String(live?.['identifier']);
    const done = await contexts('cancel', store(), identifier, 'urn:x:unknown', '--json');
    expect(done.status).toBe(1);
    expect(
      done.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { identifier, cancelled: true },
      { identifier: 'urn:x:unknown', cancelled: false },
    ]);
    expect((await contexts('cancel', store(), identifier)).status).toBe(1);
    expect((await listed()).map((context) => context['state'])).toEqual(['cancelled', 'cancelled']);
    // Its keys are gone, and with them what they were good for.
    const log = directory.join('demo', 'log.ndjson');
    const { stdout } = await parley(['verify', log, '--contexts', store(), '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      valid: expect.any(Number),
      refused: { 'peer.bad-context': expect.any(Number) },
    });
    expect(await contexts('prune', store())).toMatchObject({ status: 0, stdout: '0 contexts forgotten\n' });
  });

  test('makes no store where there is none, and reads none under a wrong key', async () => {
    writeFileSync(directory.join('kek'), Buffer.alloc(32, 7), { mode: 0o600 });
    for (const action of [['list'], ['prune'], ['cancel'], ['rekey', '--new-kek', 'x.kek']]) {
      const [name = '', ...more] = action;
      const words = name === 'cancel' ? ['urn:x:1'] : [];
      const { status, stderr } = await contexts(name, 'nowhere', ...words, ...more);
      expect({ name, status }).toEqual({ name, status: 2 });
      expect(stderr).toMatch(/^parley: caller\.store-missing/);
    }
    expect(readdirSync(directory.path)).not.toContain('nowhere');
    expect(readdirSync(directory.path)).not.toContain('x.kek');
    expect((await contexts('show', store(), 'urn:x:1')).stderr).toMatch(/no such context/);
  });
});
