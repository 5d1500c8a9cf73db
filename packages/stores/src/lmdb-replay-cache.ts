import { requireQuestion } from '@parley/conversation/internal';
import type { Meter } from '@parley/core';
import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { completeTelemetry, optional, port, requireOptions, shapeOf, textLike, whole } from '@parley/core/internal';
import type { ReplayCache, ReplayShare } from '@parley/engine';
import { requireWhat } from './database-check.ts';
import { LmdbDatabase } from './lmdb-database.ts';
import { heldEntries, insertEntry } from './replay-ledger.ts';
import { hadStore, markStore } from './store-marker.ts';

export interface LmdbReplayCacheOptions {
  /** A folder of the cache's own: made with mode 0700, and it must be so. */
  readonly directory: string;
  /** Entries at one time, of all processes; one part in eight is for requests of trust alone. Default 1,000,000. */
  readonly entriesMax?: number | undefined;
  /** Is told how many entries there are, of all processes, as of the last message; and how long messages wait for the disk. */
  readonly meter?: Meter | undefined;
}

/** A memory of replays in a folder. */
export interface LmdbReplayCache extends ReplayCache {
  insertIfAbsent(scope: string, key: string, untilMs: number, nowMs: number, share?: ReplayShare): Promise<boolean>;
  /** Nothing is remembered or told any more: `caller.closed`. */
  close(): Promise<void>;
}

export const LMDB_REPLAY_CACHE_OPTIONS: Kind<LmdbReplayCacheOptions> = shapeOf<LmdbReplayCacheOptions>({
  directory: textLike(/^[^\0]+$/, 'the name of a folder'),
  entriesMax: optional(whole(1)),
  meter: optional(port('add', 'record', 'watch')),
});

// In the database's own order before all entries; a store of contexts has another one there.
const CHECK = 'parley replay cache 1';
const ENTRIES_MAX_DEFAULT = 1_000_000;

/**
 * Opens, and if need be creates, a memory of replays in a folder: what was taken before a process died is refused after it, and several
 * processes that have it open take each message once. What is inserted is on the disk when the promise resolves; many at once cost one
 * flush. It never forgets early, as `MemoryReplayCache` does not, and has the same shares. Fingerprints of messages are in it, and who wrote
 * them by a fingerprint, too; nothing of it is sealed, for nothing can be read.
 *
 * @throws Fault `caller.store-permissions` the folder or a file is open to others, somebody else's or a link; `internal.store-corrupt` it is
 *   damaged, emptied, or something else; `internal.store-unavailable`
 */
export async function openLmdbReplayCache(options: LmdbReplayCacheOptions): Promise<LmdbReplayCache> {
  requireOptions(LMDB_REPLAY_CACHE_OPTIONS, options, 'options');
  const { directory, entriesMax = ENTRIES_MAX_DEFAULT, meter } = options;
  const wasThere = await hadStore(directory);
  const database = await LmdbDatabase.open(directory, false, wasThere);
  try {
    const held = await requireReplays(database, wasThere);
    if (!wasThere) await markStore(directory);
    return new LmdbReplays(database, { entriesMax, held, meter });
  } catch (error) {
    await database.close();
    throw error;
  }
}

class LmdbReplays implements LmdbReplayCache {
  readonly #database: LmdbDatabase;
  readonly #entriesMax: number;
  readonly #meter: Meter;
  readonly #unwatch: () => void;
  #held: number;

  constructor(database: LmdbDatabase, { entriesMax, held, meter }: Watched) {
    this.#database = database;
    this.#entriesMax = entriesMax;
    this.#held = held;
    this.#meter = completeTelemetry({ meter }).meter;
    this.#unwatch = this.#meter.watch('parley_replay_entries', () => [{ labels: {}, value: this.#held }]);
  }

  async insertIfAbsent(
    scope: string,
    key: string,
    untilMs: number,
    nowMs: number,
    share: ReplayShare = { owner: scope },
  ): Promise<boolean> {
    requireQuestion({ scope, key, untilMs, nowMs, share });
    const entry = { scope, key, untilMs };
    const askedAtMs = performance.now();
    const inserted = await this.#database.write('replay', (writing) => {
      const result = insertEntry(writing, entry, nowMs, share, this.#entriesMax);
      this.#held = heldEntries(writing);
      return result;
    });
    this.#meter.record('parley_replay_disk_seconds', {}, (performance.now() - askedAtMs) / 1000);
    if (inserted instanceof Fault) throw inserted;
    return inserted;
  }

  close(): Promise<void> {
    this.#unwatch();
    return this.#database.close();
  }
}

interface Watched {
  readonly entriesMax: number;
  readonly held: number;
  readonly meter: Meter | undefined;
}

/** How many entries there are. @throws Fault `internal.store-corrupt` it holds something else, or what it held is gone */
async function requireReplays(database: LmdbDatabase, wasThere: boolean): Promise<number> {
  return await database.write('open', (writing) => {
    requireWhat(writing, CHECK, wasThere);
    return heldEntries(writing);
  });
}
