import type { ReplayCache, SequenceHeaders } from '@parley/conversation';
import type { FailedReply, FaultCode, FaultDetail, Reply } from '@parley/core';
import type { Kind, Members } from '@parley/core/internal';
import {
  asyncIterable,
  callback,
  either,
  FINITE,
  FLAG,
  instanceOf,
  listOf,
  OCTETS,
  objectWith,
  only,
  optional,
  port,
  readable,
  requireKind,
  requireOptions,
  shapeOf,
  TEXT,
  tagged,
  whole,
} from '@parley/core/internal';
import type { BatchVerifier, OpenedMessage, Verdict } from '@parley/engine';
import type { LogEntry, LogMessage, LogRefusal } from './log-entry.ts';
import { LogReplayCache } from './log-replay-cache.ts';
import { SequenceLedger } from './sequence-ledger.ts';
import type { VerifySummary } from './tally.ts';
import { Tally } from './tally.ts';
import { untilAborted } from './until-aborted.ts';

/** As of when a message is judged: as its record or itself says, or all of them at one instant. */
export type AtPolicy = 'message' | { readonly atMs: number };

export interface VerifyLogOptions {
  readonly entries: AsyncIterable<LogEntry>;
  readonly pool: BatchVerifier;
  readonly at: AtPolicy;
  /** Refuses what was seen before with `peer.replay`; `allow` refuses nothing. Default: a cache of this run. */
  readonly replay?: ReplayCache | 'allow' | undefined;
  /** Batches under way at one time; twice the workers keeps them busy. Default 8. */
  readonly batchesMax?: number | undefined;
  /** Called once per record, in the order of the log; the next waits for what it returns. */
  readonly onResult?: ((result: LogResult) => void | Promise<void>) | undefined;
  /** Follows the sequences of messages that are proven: they are then no replays of each other. */
  readonly sequences?: SequenceFollower | undefined;
  /** Aborted, and nothing more judged, at the first refusal. */
  readonly failFast?: AbortController | undefined;
  /** Stops reading when it is aborted; batches under way are still answered. */
  readonly signal?: AbortSignal | undefined;
}

/** Takes what proven messages say about sequences. */
export interface SequenceFollower {
  readonly ledger: SequenceLedger;
  /** What a message that was proven says about sequences. */
  readonly read: (message: Uint8Array) => SequenceHeaders | undefined;
}

/** The answer to one record. */
export type LogResult =
  | {
      readonly id: string;
      readonly ok: true;
      readonly atMs: number | undefined;
      readonly verdict: Verdict<OpenedMessage>;
    }
  | {
      readonly id: string;
      readonly ok: false;
      readonly atMs: number | undefined;
      readonly code: FaultCode;
      readonly detail: FaultDetail;
    };

export const AT_POLICY: Kind<AtPolicy> = either(shapeOf<Exclude<AtPolicy, string>>({ atMs: FINITE }), only('message'));
const ABORT = optional(instanceOf<AbortController>(AbortController));

/** What runs over logs have in common. */
export const RUN_MEMBERS: Members<Pick<VerifyLogOptions, 'at' | 'sequences' | 'failFast' | 'signal'>> = {
  at: AT_POLICY,
  sequences: optional(
    shapeOf<SequenceFollower>({ ledger: instanceOf<SequenceLedger>(SequenceLedger), read: callback() }),
  ),
  failFast: ABORT,
  signal: optional(instanceOf<AbortSignal>(AbortSignal)),
};

const OPTIONS: Kind<VerifyLogOptions> = shapeOf<VerifyLogOptions>({
  ...RUN_MEMBERS,
  entries: asyncIterable(),
  pool: port<BatchVerifier>('verifyBatch'),
  replay: optional(either(port<ReplayCache>('insertIfAbsent'), only('allow'))),
  batchesMax: optional(whole(1)),
  onResult: optional(callback()),
});

const ENTRY: Kind<LogEntry> = tagged('kind', {
  message: objectWith<LogMessage>({ kind: only('message'), id: TEXT, atMs: optional(FINITE), message: OCTETS }),
  refused: objectWith<LogRefusal>({ kind: only('refused'), id: TEXT, reply: readable(), sizeBytes: FINITE }),
});

const BATCH_MESSAGES_MAX = 64;
const BATCH_BYTES_MAX = 1024 * 1024;
const BATCHES_MAX_DEFAULT = 8;

/**
 * Verifies the messages of a log on a pool, in batches, and answers in the order of the log. Holds at most
 * `batchesMax` batches of 64 messages or 1 MiB, whatever the size of the log.
 *
 * @throws what `entries`, the pool or `onResult` throw; a message that is refused is a result, not an error.
 */
export async function verifyLog(options: VerifyLogOptions): Promise<VerifySummary> {
  requireOptions(OPTIONS, options, 'options');
  const { batchesMax = BATCHES_MAX_DEFAULT, replay = new LogReplayCache() } = options;
  const startedMs = performance.now();
  const tally = new Tally();
  const underWay: Promise<readonly Answered[]>[] = [];
  const signal = untilFirst(options);
  const settleOldest = async (): Promise<void> => settle((await underWay.shift()) ?? [], replay, options, tally);
  try {
    for await (const batch of untilAborted(batchesOf(options.entries), signal)) {
      tally.octets += batch.sizeBytes;
      underWay.push(quiet(answer(batch, options)));
      if (underWay.length >= batchesMax) await settleOldest();
    }
    while (underWay.length > 0) await settleOldest();
  } finally {
    // After an error: nobody may close the pool under batches that still run.
    await Promise.allSettled(underWay);
  }
  return tally.summary(performance.now() - startedMs, signal?.aborted !== true);
}

interface Batch {
  readonly entries: readonly LogEntry[];
  readonly sizeBytes: number;
}

async function* batchesOf(entries: AsyncIterable<LogEntry>): AsyncGenerator<Batch> {
  let batch: LogEntry[] = [];
  let sizeBytes = 0;
  for await (const entry of entries) {
    requireKind(ENTRY, entry, 'entries');
    batch.push(entry);
    if (entry.kind === 'message') sizeBytes += entry.message.length;
    if (batch.length < BATCH_MESSAGES_MAX && sizeBytes < BATCH_BYTES_MAX) continue;
    yield { entries: batch, sizeBytes };
    batch = [];
    sizeBytes = 0;
  }
  if (batch.length > 0) yield { entries: batch, sizeBytes };
}

/** A result, and what its message says about sequences, if they are followed. */
interface Answered {
  readonly result: LogResult;
  readonly sequences: SequenceHeaders | undefined;
}

async function answer(batch: Batch, options: VerifyLogOptions): Promise<readonly Answered[]> {
  const results = await resultsOf(batch, options);
  return results.map((result, index) => {
    const entry = batch.entries[index];
    const isRead = result.ok && entry?.kind === 'message';
    return { result, sequences: isRead ? options.sequences?.read(entry.message) : undefined };
  });
}

const REPLIES = listOf(readable<Reply<Verdict<OpenedMessage>>>());

/** A pool of the caller's own, which answers less than it was asked. */
const UNANSWERED: FailedReply = { ok: false, code: 'caller.option-invalid', detail: { option: 'pool.verifyBatch()' } };

/** The results of a batch, but for replays. */
export async function resultsOf(
  batch: Pick<Batch, 'entries'>,
  options: Pick<VerifyLogOptions, 'pool' | 'at'>,
): Promise<readonly LogResult[]> {
  const messages = batch.entries.flatMap((entry) =>
    entry.kind === 'message'
      ? [{ message: entry.message, atMs: judgedAt(entry.atMs, options.at) ?? ('message' as const) }]
      : [],
  );
  const replies = messages.length === 0 ? [] : await options.pool.verifyBatch(messages);
  requireKind(REPLIES, replies, 'pool.verifyBatch()');
  let next = 0;
  return batch.entries.map((entry) => {
    if (entry.kind === 'refused') return refusal(entry.id, undefined, entry.reply);
    const reply = replies[next++] ?? UNANSWERED;
    const atMs = judgedAt(entry.atMs, options.at);
    return reply.ok
      ? { id: entry.id, ok: true, atMs: atMs ?? reply.value.createdAtMs, verdict: reply.value }
      : refusal(entry.id, atMs, reply);
  });
}

/** As of when a message is judged that was recorded at `recordAtMs`; `undefined`: as of its own time. */
export function judgedAt(recordAtMs: number | undefined, at: AtPolicy): number | undefined {
  return at === 'message' ? recordAtMs : at.atMs;
}

function refusal(id: string, atMs: number | undefined, reply: { code: FaultCode; detail: FaultDetail }): LogResult {
  return { id, ok: false, atMs, code: reply.code, detail: reply.detail };
}

/** A batch whose turn to be awaited has not come must not count as an unhandled rejection. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

async function settle(
  answers: readonly Answered[],
  replay: ReplayCache | 'allow',
  options: VerifyLogOptions,
  tally: Tally,
): Promise<void> {
  for (const { result: answered, sequences } of answers) {
    if (options.failFast?.signal.aborted === true) return;
    const isNumbered = sequences?.numbered !== undefined;
    const result = replay === 'allow' || isNumbered ? answered : await replayChecked(answered, replay);
    if (result.ok && sequences !== undefined) options.sequences?.ledger.add(result.verdict.identifier ?? '', sequences);
    if (result.ok) tally.good();
    else tally.refused(result, () => result.id);
    const written = options.onResult?.(result);
    if (written !== undefined) await written;
    if (!result.ok) options.failFast?.abort();
  }
}

async function replayChecked(result: LogResult, cache: ReplayCache): Promise<LogResult> {
  if (!result.ok) return result;
  // Empty without a context; and without a key where nothing in the message proves it.
  const { identifier = '', replayKey, replayUntilMs } = result.verdict;
  if (replayKey === '') return result;
  const isNew = await cache.insertIfAbsent(identifier, replayKey, replayUntilMs, result.atMs ?? 0);
  requireKind(FLAG, isNew, 'replay.insertIfAbsent()');
  if (isNew) return result;
  return refusal(result.id, result.atMs, { code: 'peer.replay', detail: { identifier } });
}

/** Aborted when either of the two is. */
export function untilFirst({
  failFast,
  signal,
}: Pick<VerifyLogOptions, 'failFast' | 'signal'>): AbortSignal | undefined {
  if (failFast === undefined) return signal;
  return signal === undefined ? failFast.signal : AbortSignal.any([failFast.signal, signal]);
}
