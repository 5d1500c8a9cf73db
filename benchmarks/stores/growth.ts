/** What a folder of contexts costs as it grows: opening it, and looking one up. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SecurityContext } from '@parley/core';
import { openLmdbContextStore } from '@parley/stores';
import { storeKey } from './places.ts';
import { contextCalled } from './rates.ts';

export interface GrowthRow {
  readonly contexts: number;
  readonly megabytes: number;
  readonly openMs: number;
  readonly lookupUs: number;
  /** Of this process. */
  readonly lookupCpuUs: number;
}

/** They share a commit, and with it the pages that all of them change. */
const AT_ONCE = 20_000;
const LOOKUPS = 20_000;
/** Of the looks, the quickest. */
const ROUNDS = 3;

/** As identifiers are: none beside the one before it, so that each goes to, and comes from, a page of its own. */
function identifierOf(index: number): string {
  const name = createHash('sha256').update(String(index)).digest('hex');
  return `urn:uuid:${name.slice(0, 8)}-${name.slice(8, 12)}-${name.slice(12, 16)}-${name.slice(16, 20)}-${name.slice(20, 32)}`;
}

function scattered(index: number): SecurityContext {
  return contextCalled(identifierOf(index), `p${index % 1000}`);
}

/** At a thousand, and ten times as many each time, up to `contextsMax`. `say` is told how far it is. */
export async function growthOf(contextsMax: number, say: (text: string) => void): Promise<readonly GrowthRow[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-growth-'));
  const directory = path.join(folder, 'contexts');
  const open = async () => await openLmdbContextStore({ directory, keyEncryptionKey: storeKey() });
  const rows: GrowthRow[] = [];
  try {
    let there = 0;
    for (let count = Math.min(1000, contextsMax); ; count = Math.min(10 * count, contextsMax)) {
      const filling = await open();
      while (there < count) {
        const some = Math.min(AT_ONCE, count - there);
        await Promise.all(Array.from({ length: some }, (_, index) => filling.insert(scattered(there + index))));
        there += some;
        if (there % 500_000 === 0) say(`${there} contexts`);
      }
      await filling.close();
      rows.push(await measured(directory, count, open));
      if (count === contextsMax) return rows;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(
  directory: string,
  count: number,
  open: () => ReturnType<typeof openLmdbContextStore>,
): Promise<GrowthRow> {
  const beforeMs = performance.now();
  const store = await open();
  const openMs = performance.now() - beforeMs;
  const identifiers = Array.from({ length: LOOKUPS }, (_, look) => identifierOf((look * 7919) % count));
  let [lookupUs, lookupCpuUs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    const before = process.cpuUsage();
    for (const identifier of identifiers)
      if ((await store.get(identifier)) === undefined) throw new Error('a context is gone');
    const { user, system } = process.cpuUsage(before);
    lookupUs = Math.min(lookupUs, ((performance.now() - startMs) * 1000) / LOOKUPS);
    lookupCpuUs = Math.min(lookupCpuUs, (user + system) / LOOKUPS);
  }
  await store.close();
  const megabytes = statSync(path.join(directory, 'data.mdb')).size / 1e6;
  return { contexts: count, megabytes, openMs, lookupUs, lookupCpuUs };
}
