import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ContextStore } from '@parley/conversation';
import { contextOf } from '@parley/core';
import { MemoryWitness } from '@parley/sealing';
import {
  createKeyEncryptionKeyFile,
  KeyEncryptionKey,
  keyEncryptionKeyFromFile,
  keyEncryptionKeyFromText,
  type LmdbContextStoreOptions,
  type LmdbReplayCache,
  type LmdbReplayCacheOptions,
  type LmdbWitness,
  type LmdbWitnessOptions,
  openLmdbContextStore,
  openLmdbReplayCache,
  openLmdbWitness,
} from '@parley/stores';
import { contextStoreDoors } from './context-store-doors.ts';
import { type Door, door } from './door.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'parley-doors-'));
const octets = new Uint8Array(32).fill(3);
const keyEncryptionKey = new KeyEncryptionKey(octets);
const keyFile = path.join(folder, 'key');
await createKeyEncryptionKeyFile(keyFile);

export const STORE: ContextStore = await openLmdbContextStore({
  directory: path.join(folder, 'methods'),
  keyEncryptionKey,
});

const METER = { add: () => undefined, record: () => undefined, watch: () => () => undefined };
export const REPLAYS: LmdbReplayCache = await openLmdbReplayCache({ directory: path.join(folder, 'seen') });
const NOW_MS = Date.UTC(2030, 0, 1);

const context = contextOf({ identifier: 'urn:uuid:1', secret: octets });

export const STORE_DOORS: Readonly<Record<string, Door>> = {
  ...contextStoreDoors('stores.openLmdbContextStore()', async () => STORE, context),
  'stores.openLmdbContextStore': door(
    (options: LmdbContextStoreOptions) => openLmdbContextStore(options),
    [
      {
        directory: path.join(folder, 'store'),
        keyEncryptionKey,
        olderKeyEncryptionKeys: [],
        readOnly: false,
        witness: new MemoryWitness(),
        nowMs: () => NOW_MS,
        graceMs: 1,
        tombstoneMs: 1,
        cancelledKeys: 'wipe',
      },
    ],
    {
      kept: ['0.directory'],
      open: ['0.witness'],
      end: (store: ContextStore) => store.close(),
      refused: /^caller\.store-missing$/,
    },
  ),
  'stores.openLmdbWitness': door(
    (options: LmdbWitnessOptions) => openLmdbWitness(options),
    [{ directory: path.join(folder, 'witness'), keepMs: 1000, nowMs: () => NOW_MS }],
    { kept: ['0.directory'], end: (witness: LmdbWitness) => witness.close() },
  ),
  'stores.openLmdbReplayCache': door(
    (options: LmdbReplayCacheOptions) => openLmdbReplayCache(options),
    [{ directory: path.join(folder, 'replays'), entriesMax: 10, meter: METER }],
    { kept: ['0.directory'], open: ['0.meter'], end: (cache: LmdbReplayCache) => cache.close() },
  ),
  'stores.openLmdbReplayCache()#insertIfAbsent': door(
    (...given: Parameters<LmdbReplayCache['insertIfAbsent']>) => REPLAYS.insertIfAbsent(...given),
    ['urn:uuid:1', 'key', NOW_MS + 1000, NOW_MS, { owner: 'alice', kind: 'message' }],
  ),
  ...keyDoors('stores'),
  ...keyDoors('sealing'),
};

/** Those of `sealing`, which `stores` exports, too. */
function keyDoors(name: string): Readonly<Record<string, Door>> {
  return {
    [`${name}.KeyEncryptionKey`]: door((bytes: Uint8Array) => new KeyEncryptionKey(bytes), [octets]),
    [`${name}.KeyEncryptionKey#isNamed`]: door((id: Uint8Array) => keyEncryptionKey.isNamed(id), [octets]),
    [`${name}.createKeyEncryptionKeyFile`]: door(createKeyEncryptionKeyFile, [path.join(folder, 'key')], {
      kept: ['0'],
      refused: /^caller\.output-unwritable$/,
    }),
    [`${name}.keyEncryptionKeyFromFile`]: door(keyEncryptionKeyFromFile, [keyFile], { kept: ['0'] }),
    [`${name}.keyEncryptionKeyFromText`]: door(keyEncryptionKeyFromText, ['00'.repeat(32)]),
  };
}

export const STORE_REASONS: Readonly<Record<string, string>> = {};
