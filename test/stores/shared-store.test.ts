/** Two processes over one store: what one cancels or changes, the pool of the other goes by no longer. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type ContextStore, MemoryContextStore } from '@parley/conversation';
import { createPool, type Pool, policyOf, seal, sealProfile } from '@parley/engine';
import { KeyEncryptionKey, openLmdbContextStore } from '@parley/stores';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { START_MS, sampleContext, sampleKey } from '../conversation/sample-context.ts';

const EDITOR = fileURLToPath(new URL('store-editor.mjs', import.meta.url));
const ENVELOPE = new TextEncoder().encode(
  '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body><Ping xmlns="urn:m"/></s:Body></s:Envelope>',
);

let directory: string;
let store: ContextStore;
const pools: Pool[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-shared-'));
  store = await openLmdbContextStore({ directory, keyEncryptionKey: new KeyEncryptionKey(new Uint8Array(32).fill(9)) });
});
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  await store.close();
  await rm(directory, { recursive: true });
});

function poolOver(contexts: ContextStore, workers: number, more: { contextAgeMaxMs?: number } = {}): Pool {
  const pool = createPool({ workers, policy: policyOf('cxf'), contexts, ...more });
  pools.push(pool);
  return pool;
}

function message(identifier: string, octet = 7): { message: Uint8Array; atMs: number } {
  const sealed = seal(ENVELOPE, {
    ...sealProfile('cxf', 'request'),
    context: sampleContext(identifier, { keys: [sampleKey(octet)] }),
    atMs: START_MS,
    timestampLifetimeMs: 300_000,
    fillRandom: (out) => void crypto.getRandomValues(out),
  });
  if (!sealed.ok) throw new Error(sealed.code);
  return { message: sealed.value.octets, atMs: START_MS };
}

const elsewhere = (...request: string[]) => promisify(execFile)(process.execPath, [EDITOR, directory, ...request]);

describe('T54 T83: a context that another process', () => {
  test.each([0, 1])('cancels is refused at the next look, %i workers', async (workers) => {
    await store.insert(sampleContext('urn:uuid:1'));
    await store.insert(sampleContext('urn:uuid:2'));
    const pool = poolOver(store, workers, { contextAgeMaxMs: 0 });
    for (const name of ['urn:uuid:1', 'urn:uuid:2']) expect(await pool.open(message(name))).toMatchObject({ ok: true });
    await elsewhere('cancel', 'urn:uuid:1');
    expect(await pool.open(message('urn:uuid:1'))).toMatchObject({ ok: false, code: 'peer.bad-context' });
    expect(await pool.open(message('urn:uuid:2'))).toMatchObject({ ok: true });
  });

  test('cancels, lets expire or gives another key is refused after a second without being told', async () => {
    for (const name of ['1', '2', '3']) await store.insert(sampleContext(`urn:uuid:${name}`));
    const pool = poolOver(store, 1);
    const names = ['urn:uuid:1', 'urn:uuid:2', 'urn:uuid:3'];
    for (const name of names) expect(await pool.open(message(name))).toMatchObject({ ok: true });
    await elsewhere('cancel', 'urn:uuid:1');
    await elsewhere('expire', 'urn:uuid:2');
    await elsewhere('rekey', 'urn:uuid:3');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const replies = await pool.openBatch(names.map((name) => message(name)));
    expect(replies.map((reply) => (reply.ok ? 'ok' : reply.code))).toEqual([
      'peer.bad-context',
      'peer.context-expired',
      'peer.signature-invalid',
    ]);
    expect(await pool.open(message('urn:uuid:3', 8))).toMatchObject({ ok: true });
  });
});

test('T54: two pools over one store in memory need not be told', async () => {
  const memory = new MemoryContextStore();
  await memory.insert(sampleContext('urn:uuid:1'));
  const both = [poolOver(memory, 0, { contextAgeMaxMs: 0 }), poolOver(memory, 1, { contextAgeMaxMs: 0 })];
  for (const pool of both) expect(await pool.open(message('urn:uuid:1'))).toMatchObject({ ok: true });
  await memory.cancel('urn:uuid:1', START_MS - 1);
  for (const pool of both) expect(await pool.open(message('urn:uuid:1'))).toMatchObject({ code: 'peer.bad-context' });
});

test('T54 T77: a pool whose store cannot be read refuses', async () => {
  await store.insert(sampleContext('urn:uuid:1'));
  const pool = poolOver(store, 1, { contextAgeMaxMs: 0 });
  expect(await pool.open(message('urn:uuid:1'))).toMatchObject({ ok: true });
  await rm(join(directory, 'data.mdb'));
  expect(await pool.open(message('urn:uuid:1'))).toMatchObject({ ok: false, code: 'internal.store-unavailable' });
});
