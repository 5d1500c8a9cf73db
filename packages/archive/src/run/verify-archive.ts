import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import {
  anything,
  callback,
  called,
  FLAG,
  instanceOf,
  oneOf,
  optional,
  port,
  requireOptions,
  shapeOf,
  whole,
} from '@parley/core/internal';
import type { BatchVerifier, ContextResolver, PolicyName } from '@parley/engine';
import { BOOTSTRAP_PROFILE_NAMES, PROFILE_NAMES, policyOf } from '@parley/engine';
import { POLICY_CHANGES } from '@parley/engine/internal';
import { createLogPool } from '@parley/log';
import { AT_POLICY, SOME_UNPACK_LIMITS } from '@parley/log/internal';
import type { Job, Judging } from '../job/job.ts';
import { jobDigest, keptJob, usualShards } from '../job/job.ts';
import type { Unit } from '../job/names.ts';
import type { SegmentSource } from '../job/segment.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { ArchiveEvent, Bench } from '../units/bench.ts';
import { doUnit, undone } from '../units/do-unit.ts';
import { indexedRuns } from '../units/indexed-runs.ts';
import type { ResultSink } from '../units/result-sink.ts';
import type { WorkQueue } from '../units/work-queue.ts';
import type { ArchiveSummary } from './archive-summary.ts';
import { sizeOf, summaryOf } from './archive-summary.ts';
import type { Outages } from './from-queue.ts';
import { fromQueue } from './from-queue.ts';
import { Outage } from './outage.ts';

/** Opens the messages of an archive. */
export interface ArchiveVerifier extends BatchVerifier {
  close(): Promise<void>;
}

export interface ArchiveOptions {
  readonly source: SegmentSource;
  /** For all that is made: indexes, results, what is done. The same options again go on where somebody stopped. */
  readonly store: ObjectStore;
  readonly contexts: ContextResolver;
  readonly judging: Judging;
  /** More make smaller pieces, of which less is lost with a machine. Default: one for 256 MiB, but 16 at least and 512 at most. */
  readonly shards?: number | undefined;
  /** Threads; 0 for the calling one. */
  readonly workers: number;
  /**
   * Makes who opens messages with `contexts`, where keys of contexts are not all that may prove them: `createPool` with credentials. It is asked
   * once, and what it makes closed. Default: a pool for keys of contexts, whose threads read the segments themselves.
   */
  readonly verifier?: ((contexts: ContextResolver) => ArchiveVerifier) | undefined;
  /** Where results go besides, each of them once. */
  readonly sink?: ResultSink | undefined;
  /** Who does what, where several processes do it, each with this same call. Default: this one does all. */
  readonly queue?: WorkQueue | undefined;
  /** How long what may pass is waited for, a broker that is started again; from when it failed first, with nothing that went well since. Default 5 min. */
  readonly outageMaxMs?: number | undefined;
  /** Ends it after what is under way was given up. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: ArchiveEvent) => void) | undefined;
}

const PROFILES: readonly PolicyName[] = [...PROFILE_NAMES, ...BOOTSTRAP_PROFILE_NAMES];
const SHARDS_MAX = 65_536;
const OUTAGE_MAX_MS = 300_000;
const NOTHING_THERE =
  'there is nothing in the archive to verify; of folders, files named .xml, .ndjson, .jsonl and .log are read, also .gz and .zst';

const VERIFIER = port<ArchiveVerifier>('verifyBatch', 'close');

const JUDGING: Kind<Judging> = shapeOf<Judging>({
  profile: oneOf(PROFILES),
  changes: optional(POLICY_CHANGES),
  at: AT_POLICY,
  allowReplays: FLAG,
  unpack: optional(SOME_UNPACK_LIMITS),
});

const OPTIONS: Kind<ArchiveOptions> = shapeOf<ArchiveOptions>({
  source: port<SegmentSource>('segments', 'log'),
  store: port<ObjectStore>('get', 'stream', 'putIfAbsent', 'put', 'list'),
  contexts: port<ContextResolver>('get'),
  judging: JUDGING,
  shards: optional(whole(1, SHARDS_MAX)),
  workers: whole(),
  verifier: optional(callback()),
  sink: optional(port<ResultSink>('take')),
  queue: optional(port<WorkQueue>('open', 'offer', 'take', 'finish')),
  outageMaxMs: optional(whole()),
  signal: optional(instanceOf<AbortSignal>(AbortSignal)),
  onEvent: optional(callback()),
});

/**
 * Verifies an archive in two passes: messages are verified segment by segment, then it is decided, context by context and in the order of the archive,
 * which were there before. What is done is kept in `store`; with the same options again, whoever stopped or died in between, it goes on there, and comes to the same
 * octets. The results are those of `verifyLog` over all segments. `undefined` when the signal ended it.
 *
 * @throws Fault `caller.option-invalid` (the store has another archive), `caller.input-invalid` (there is nothing in it), `caller.input-unreadable`, `caller.output-unwritable`, and what
 *   `contexts` throws
 */
export async function verifyArchive(options: ArchiveOptions): Promise<ArchiveSummary | undefined> {
  requireOptions(OPTIONS, options, 'options');
  const { source, store, workers, sink, queue, outageMaxMs = OUTAGE_MAX_MS, signal, onEvent } = options;
  const tell = (event: ArchiveEvent): void => called('onEvent', anything(), () => onEvent?.(event));
  const outage = (): Outage => new Outage(outageMaxMs, { signal, tell });
  const outages: Outages = { offers: outage(), takes: outage(), pieces: outage() };
  const job = await outages.pieces.untilDone(() => begunJob(options));
  if (job === undefined) return undefined;
  await outages.offers.untilDone(async () => await queue?.open(jobDigest(job)));
  tell({ kind: 'planned', segments: job.segments.length, sizeBytes: sizeOf(job), shards: job.shards });
  const pool = lazily(() => madeVerifier(options));
  const bench: Bench = {
    job,
    source,
    store,
    workers,
    pool: pool.get,
    runsOf: indexedRuns(job, store),
    sink,
    signal,
    tell,
  };
  try {
    for (const phase of ['index', 'verify'] as const) {
      if (queue !== undefined) await fromQueue(bench, queue, phase, outages);
      // One fills the threads while another is read or put away.
      else
        await inTurns(
          await undone(job, store, phase),
          workers === 0 ? 1 : 2,
          async (unit) => (await outages.pieces.untilDone(() => doUnit(bench, unit))) === true,
        );
      if (signal?.aborted === true) return undefined;
    }
    await queue?.finish();
    return await summaryOf(store, job);
  } finally {
    await pool.made()?.close();
  }
}

function madeVerifier({ verifier, contexts, workers, judging }: ArchiveOptions): ArchiveVerifier {
  if (verifier !== undefined) return called('verifier', VERIFIER, () => verifier(contexts));
  return createLogPool({ workers, policy: policyOf(judging.profile, judging.changes), contexts });
}

/** Made when something needs it. */
function lazily<T>(make: () => T): { readonly get: () => T; readonly made: () => T | undefined } {
  let made: T | undefined;
  const get = (): T => {
    made ??= make();
    return made;
  };
  return { get, made: () => made };
}

async function begunJob(options: ArchiveOptions): Promise<Job> {
  return await keptJob(options.store, await jobOf(options), (there) => hasGrown(there, options));
}

async function jobOf({ source, judging, shards }: ArchiveOptions): Promise<Job> {
  const segments = (await source.segments()).map(({ name, sizeBytes }) => ({ name, sizeBytes }));
  if (segments.length === 0) throw new Fault('caller.input-invalid', { reason: NOTHING_THERE });
  const sizeBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  return {
    version: 3,
    segments,
    shards: shards ?? usualShards(sizeBytes),
    judging: ordered(judging),
  };
}

/** Whether that is the job of these options, of a source that has grown since. */
async function hasGrown(there: Job, { source, judging, shards = there.shards }: ArchiveOptions): Promise<boolean> {
  const isSame = there.shards === shards && JSON.stringify(there.judging) === JSON.stringify(ordered(judging));
  return isSame && (await source.holds?.(there.segments)) === true;
}

/** In one order whatever the caller's, for its octets say whether it is the same. */
function ordered({ profile, changes, at, allowReplays, unpack }: Judging): Judging {
  return { profile, changes, at, allowReplays, unpack };
}

/** Does units, some at a time, until one says that it was ended, or fails. Nothing is under way when it settles. */
async function inTurns(units: readonly Unit[], atOnce: number, run: (unit: Unit) => Promise<boolean>): Promise<void> {
  const waiting = units[Symbol.iterator]();
  let isOver = false;
  const turn = async (): Promise<void> => {
    for (const unit of waiting) {
      if (isOver) return;
      try {
        if (!(await run(unit))) isOver = true;
      } catch (error) {
        isOver = true;
        throw error;
      }
    }
  };
  const turns = await Promise.allSettled(Array.from({ length: atOnce }, turn));
  for (const each of turns) if (each.status === 'rejected') throw each.reason;
}
