// `parley contexts` with a store on a server that nodes share, and with keys that a token wraps.
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { openRedisContextStore } from '@parley/redis';
import { keyEncryptionKeyFromFile } from '@parley/sealing';
import { sampleContext } from '@parley/testing';
import { createClient } from '@redis/client';
import { expect, test } from 'vitest';
import { LIBRARY, missingSoftHsm, PIN, SoftHsm } from '../interop/pkcs11/softhsm.ts';
import { missingPostgres, startPostgres } from '../interop/postgres/postgres-server.mjs';
import { missingRedis, startRedis } from '../interop/redis/redis-server.mjs';
import { parley, temporaryDirectory } from './run-parley.ts';

const directory = temporaryDirectory();

test('T110: a store in Redis is listed, ended in, and sealed under another key while it is served', {
  timeout: 60_000,
}, async (context) => {
  const missing = missingRedis();
  if (missing !== undefined) return context.skip(missing);
  const redis = await startRedis();
  try {
    const place = `redis://127.0.0.1:${redis.port}?name=orders`;
    const [kek, next] = [directory.join('kek'), directory.join('kek.2027')];
    expect(await parley(['contexts', 'init', place, '--kek', kek])).toMatchObject({ status: 0, stderr: '' });
    const client = createClient({ url: `redis://127.0.0.1:${redis.port}` });
    client.on('error', () => undefined);
    await client.connect();
    const keyEncryptionKey = await keyEncryptionKeyFromFile(kek);
    const store = await openRedisContextStore({ client, keyEncryptionKey, prefix: 'orders:' });
    for (const identifier of ['urn:uuid:1', 'urn:uuid:2']) await store.insert(sampleContext({ identifier }));
    expect((await parley(['contexts', 'cancel', place, 'urn:uuid:1', '--kek', kek])).status).toBe(0);
    expect((await store.get('urn:uuid:1'))?.cancelledAtMs).toBeDefined();
    const rekeyed = await parley(['contexts', 'rekey', place, '--kek', kek, '--new-kek', next, '--json']);
    expect(JSON.parse(rekeyed.stdout)).toEqual({ records: 2, left: 0, made: true });
    const { stdout } = await parley(['contexts', 'list', place, '--kek', next, '--json']);
    expect(stdout.match(/"identifier":"urn:uuid:[12]"/gu)).toHaveLength(2);
    expect((await parley(['contexts', 'list', place, '--kek', kek])).stderr).toContain('caller.store-key-wrong');
    expect((await parley(['contexts', 'list', place])).stderr).toContain('caller.store-key-missing');
    await store.close();
    client.destroy();
  } finally {
    await redis.remove();
  }
});

test('T110: and one in PostgreSQL', { timeout: 60_000 }, async (context) => {
  const missing = missingPostgres();
  if (missing !== undefined) return context.skip(missing);
  const server = await startPostgres();
  try {
    const place = `postgres://parley@127.0.0.1:${server.port}/postgres`;
    const [kek, next] = [directory.join('pg-kek'), directory.join('pg-kek.2027')];
    expect(await parley(['contexts', 'init', place, '--kek', kek])).toMatchObject({ status: 0, stderr: '' });
    const rekeyed = await parley(['contexts', 'rekey', place, '--kek', kek, '--new-kek', next, '--json']);
    expect(JSON.parse(rekeyed.stdout)).toEqual({ records: 0, left: 0, made: true });
    expect((await parley(['contexts', 'list', place, '--kek', next])).status).toBe(0);
    expect((await parley(['contexts', 'list', place, '--kek', kek])).stderr).toContain('caller.store-key-wrong');
    expect((await parley(['contexts', 'list', `${place}?sslmode=verify-full`, '--kek', next])).stderr).toContain(
      'speaks no TLS',
    );
    const elsewhere = place.replace(/postgres$/u, 'nowhere');
    expect((await parley(['contexts', 'list', elsewhere, '--kek', kek])).stderr).toContain('3D000: there is no such');
  } finally {
    await server.remove();
  }
});

test('the password of a server is in a file, or in the environment, and the file goes before it', {
  timeout: 120_000,
}, async (context) => {
  const missing = missingRedis();
  if (missing !== undefined) return context.skip(missing);
  const redis = await startRedis();
  try {
    const client = createClient({ url: `redis://127.0.0.1:${redis.port}` });
    client.on('error', () => undefined);
    await client.connect();
    await client.configSet('requirepass', 'the word');
    client.destroy();
    const place = `redis://127.0.0.1:${redis.port}`;
    const [kek, password] = [directory.join('kek.3'), directory.join('password')];
    writeFileSync(password, 'the word\n');
    const init = ['contexts', 'init', place, '--kek', kek, '--password', password];
    expect(await parley(init)).toMatchObject({ status: 0, stderr: '' });
    const environment = { PARLEY_STORE_PASSWORD: 'the word' };
    const list = ['contexts', 'list', place, '--kek', kek];
    writeFileSync(password, 'hidden-word');
    const [listed, other, secure] = await Promise.all([
      parley(list, { environment }),
      parley([...list, '--password', password], { environment }),
      parley(['contexts', 'list', place.replace('redis', 'rediss'), '--kek', kek], { environment }),
    ]);
    expect(listed).toMatchObject({ status: 0, stderr: '' });
    expect(other.stderr).toContain('WRONGPASS: another user or password');
    expect(secure.stderr).toContain('speaks no TLS');
    expect(`${other.stderr}${secure.stderr}`).not.toMatch(/hidden-word|the word/u);
  } finally {
    await redis.remove();
  }
});

test('who says nothing is not waited for for ever', { timeout: 60_000 }, async () => {
  const silent = net.createServer(() => undefined);
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as net.AddressInfo;
  const kek = directory.join('kek.4');
  writeFileSync(kek, '0'.repeat(64), { mode: 0o600 });
  const asked = ['redis', 'rediss', 'postgres'].map((scheme) =>
    parley(['contexts', 'list', `${scheme}://127.0.0.1:${port}/0`, '--kek', kek]),
  );
  for (const { status, stderr } of await Promise.all(asked)) {
    expect(status).toBe(2);
    expect(stderr).toMatch(/internal\.store-unavailable: .*(no answer in time|closed the connection)/);
  }
  silent.close();
});

test('T107: with --key-service, keys are made, read and exchanged wrapped', { timeout: 60_000 }, async (context) => {
  const missing = missingSoftHsm();
  if (missing !== undefined) return context.skip(missing);
  const hsm = new SoftHsm();
  try {
    hsm.addToken('parley');
    hsm.addKey('parley', 'kek.2026');
    writeFileSync(directory.join('pin'), PIN);
    const uri = `pkcs11:token=parley;object=kek.2026?module-path=${LIBRARY}&pin-source=file:${directory.join('pin')}`;
    const service = ['--key-service', uri];
    const [place, next] = [directory.join('wrapped', 'contexts'), directory.join('wrapped.2027')];
    expect(await parley(['contexts', 'init', place, ...service])).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(directory.join('wrapped', 'kek'), 'utf8')).toMatch(/^parley-wrapped-key 1 01 /u);
    expect((await parley(['contexts', 'list', place, ...service])).status).toBe(0);
    expect((await parley(['contexts', 'list', place])).stderr).toContain('caller.keys-invalid');
    expect((await parley(['contexts', 'rekey', place, ...service, '--new-kek', next])).status).toBe(0);
    expect(readFileSync(next, 'utf8')).toMatch(/^parley-wrapped-key 1 01 /u);
    expect((await parley(['contexts', 'prune', place, '--kek', next, ...service])).status).toBe(0);
  } finally {
    hsm.remove();
  }
});

const HIDDEN = 'hidden-word';
const REFUSED: readonly (readonly [string, string, string])[] = [
  ['another scheme', `mysql://:${HIDDEN}@127.0.0.1/x`, 'caller.option-invalid'],
  ['a server that is not there', `redis://:${HIDDEN}@127.0.0.1:1/0`, 'ECONNREFUSED'],
  ['and one of PostgreSQL', `postgres://a:${HIDDEN}@127.0.0.1:1/x?sslmode=disable&name=orders`, 'ECONNREFUSED'],
  ['a setting that Redis has not', `redis://:${HIDDEN}@127.0.0.1:1/0?nam=orders`, 'caller.option-invalid'],
  ['no number of a database', `redis://:${HIDDEN}@127.0.0.1:1/orders`, 'caller.option-invalid'],
  ['a name that is none', `redis://:${HIDDEN}@127.0.0.1:1/0?name=or%20ders`, 'caller.option-invalid'],
  ['a password that ends the address', `redis://:${HIDDEN}#@127.0.0.1:1/0`, 'percent-encoded'],
];

test.each(REFUSED)('%s is said in a line, without the password', async (_name, place, said) => {
  const kek = directory.join('elsewhere');
  writeFileSync(kek, '00'.repeat(32), { mode: 0o600 });
  const { status, stdout, stderr } = await parley(['contexts', 'init', place, '--kek', kek]);
  expect(status).toBe(2);
  expect(stderr).toContain(said);
  expect(`${stdout}${stderr}`).not.toContain(HIDDEN);
});

test('a server has no key beside it: init names what is missing, and makes no folder; verify says what it takes', async () => {
  const place = `redis://:${HIDDEN}@127.0.0.1:1/0?name=orders`;
  const { status, stderr } = await parley(['contexts', 'init', place]);
  expect(status).toBe(2);
  expect(stderr).toContain('caller.store-key-missing');
  expect(stderr).not.toContain(HIDDEN);
  const verified = await parley(['verify', directory.join('elsewhere'), '--contexts', place]);
  expect(verified.stderr).toContain('parley contexts export');
  expect(verified.stderr).not.toContain(HIDDEN);
});

test('a server that wants a password says so, and nobody is shown it', { timeout: 60_000 }, async (context) => {
  const missing = missingRedis();
  if (missing !== undefined) return context.skip(missing);
  const redis = await startRedis();
  try {
    const client = createClient({ url: `redis://127.0.0.1:${redis.port}` });
    client.on('error', () => undefined);
    await client.connect();
    await client.configSet('requirepass', HIDDEN);
    client.destroy();
    const kek = directory.join('kept-apart');
    const at = (user: string): string => `redis://${user}127.0.0.1:${redis.port}/0`;
    expect((await parley(['contexts', 'init', at(''), '--kek', kek])).stderr).toContain('NOAUTH');
    expect((await parley(['contexts', 'init', at(':other@'), '--kek', kek])).stderr).toContain('WRONGPASS');
    const { status, stdout } = await parley(['contexts', 'init', at(`:${HIDDEN}@`), '--kek', kek, '--json']);
    expect([status, JSON.parse(stdout)]).toEqual([0, { directory: at('') }]);
  } finally {
    await redis.remove();
  }
});
