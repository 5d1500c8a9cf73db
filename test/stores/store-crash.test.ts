/** A process that is killed in the middle of writing takes nothing back and leaves nothing half done. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ContextStore } from '@parley/conversation';
import { KeyEncryptionKey, openLmdbContextStore } from '@parley/stores';

import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyOctets } from '../conversation/sample-context.ts';

const WRITER = fileURLToPath(new URL('store-writer.mjs', import.meta.url));
const ROUNDS = 25;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-crash-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** Starts a writer, kills it a moment after it said `count` lines, and gives what it said until then. */
async function killedWriter(run: number, count: number): Promise<string[]> {
  const child = spawn(process.execPath, [WRITER, directory, String(run)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    // In lines, not in time: a busy machine writes nothing in the time that an idle one takes for all of it.
    if (output.split('\n').length > count) setTimeout(() => child.kill('SIGKILL'), Math.random() * 3);
  });
  const signal = await new Promise((resolve) => child.on('close', (_code, name) => resolve(name)));
  expect(signal).toBe('SIGKILL');
  // The last line may be cut.
  return output.split('\n').slice(0, -1);
}

/** What was acknowledged holds; what was only tried is there whole or not at all. */
async function checkRun(store: ContextStore, lines: readonly string[]): Promise<void> {
  const said = new Map<string, Set<string>>();
  const octets = new Map<string, number>();
  for (const line of lines) {
    const [word = '', identifier, octet] = line.split(' ');
    if (identifier === undefined) continue;
    said.set(identifier, (said.get(identifier) ?? new Set()).add(word));
    octets.set(identifier, Number(octet));
  }
  for (const [identifier, words] of said) {
    const octet = octets.get(identifier)!;
    const context = await store.get(identifier);
    if (words.has('created')) expect(context, identifier).toBeDefined();
    if (words.has('cancelled')) expect(context?.cancelledAtMs, identifier).toBeDefined();
    if (context === undefined || context.cancelledAtMs !== undefined) continue;
    if (words.has('renewed')) expect(context.keys, identifier).toHaveLength(2);
    expect(keyOctets(context, 0)).toEqual(new Uint8Array(32).fill(octet));
    if (context.keys.length === 2) expect(keyOctets(context, 1)).toEqual(new Uint8Array(32).fill(octet + 1));
  }
}

test(`T75: ${ROUNDS} kills at random moments`, { timeout: 120_000 }, async () => {
  const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(9));
  const all: string[] = [];
  for (let run = 0; run < ROUNDS; run++) {
    all.push(...(await killedWriter(run, Math.floor(Math.random() * 60))));
    const store = await openLmdbContextStore({ directory, keyEncryptionKey });
    await checkRun(store, all);
    await store.close();
  }
  expect(all.filter((line) => line.startsWith('created')).length).toBeGreaterThan(0);
  expect(all.filter((line) => line.startsWith('cancelled')).length).toBeGreaterThan(0);
});
