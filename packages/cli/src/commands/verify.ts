import { availableParallelism } from 'node:os';
import type { Reader } from '@parley/codec';
import { claimedSequenceHeaders, SEQUENCE_HEADERS } from '@parley/conversation';
import { Fault } from '@parley/core';
import type { Policy } from '@parley/engine';
import type { AtPolicy, LogPool, LogResult, VerifySummary, WantedResults } from '@parley/log';
import { createLogPool, resultLine, SequenceLedger, verifyLog, verifySections } from '@parley/log';
import type { VerifyOptions } from '../declarations/verify-command.ts';
import type { Completed } from '../judging/given.ts';
import { completed } from '../judging/given.ts';
import type { Judge } from '../judging/judge.ts';
import { isForPool, isOfContexts, judgeOf } from '../judging/judge.ts';
import { parseAt } from '../options/at-option.ts';
import { openContexts } from '../options/contexts-option.ts';
import { isInput } from '../options/inputs.ts';
import type { LogSources } from '../options/log-sources.ts';
import { findSources, readSourceSections, readSources, Unread } from '../options/log-sources.ts';
import { judgedBy, unpackLimits } from '../options/policy-option.ts';
import { Pace } from '../report/pace.ts';
import type { Progress } from '../report/progress-bar.ts';
import { NO_PROGRESS, progressBar } from '../report/progress-bar.ts';
import { messagesRead, summaryJson, summaryText } from '../report/verify-report.ts';
import { ExitStatus } from '../terminal/exit-status.ts';
import { faultLine } from '../terminal/fault-text.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { WholeFile } from '../terminal/whole-file.ts';

/** `parley verify`: every message of the logs at `paths`, and a summary. */
export async function verify(paths: readonly string[], given: VerifyOptions, terminal: Terminal): Promise<ExitStatus> {
  const options = await completed(given);
  const at = parseAt(options.at, terminal.nowMs());
  const { policy: named } = await judgedBy(options.profile, options);
  const policy = options.sequences === true ? withSequenceHeaders(named) : named;
  const found = await findSources(paths, terminal);
  const contexts = await openContexts(options, terminal, options.credentials !== undefined);
  if (contexts === undefined)
    throw new Fault('caller.option-invalid', { reason: 'the keys are missing: give --contexts, --keys or --config' });
  try {
    const file = await resultsFile(found, options);
    const workers = options.workers ?? usualWorkers(policy.reader, found);
    // Keys of contexts are all that a pool has which reads logs itself.
    const logPool =
      options.credentials === undefined && isForPool(policy) && isOfContexts(policy)
        ? createLogPool({ workers, policy, contexts })
        : undefined;
    const pool = logPool ?? judgeOf({ workers, policy, contexts, credentials: options.credentials });
    try {
      const unread = new Unread();
      const stop = new AbortController();
      const pace = new Pace(() => performance.now());
      const ledger = options.sequences === true ? new SequenceLedger() : undefined;
      return await verifyWith({
        pool,
        logPool,
        at,
        found,
        unread,
        stop,
        pace,
        workers,
        options,
        terminal,
        policy,
        file,
        ledger,
      });
    } finally {
      await pool.close();
      await file?.discard();
    }
  } finally {
    await contexts.close();
  }
}

async function resultsFile(found: LogSources, options: Completed<VerifyOptions>): Promise<WholeFile | undefined> {
  const { out, force } = options;
  if (out === undefined || out === '-') return undefined;
  return WholeFile.create(out, {
    replace: force === true,
    isInput: (there) => isInput(there, found, options, options.filesRead),
  });
}

/** What a message says about sequences must be signed then, and so is true of a message that is valid. */
function withSequenceHeaders(policy: Policy): Policy {
  return { ...policy, understoodHeaders: [...policy.understoodHeaders, ...SEQUENCE_HEADERS] };
}

/** A worker begins with a fifth of a second of work, in which the calling thread verifies thousands of messages. */
const WORTH_WORKERS_BYTES = 24 * 1024 * 1024;
/** Of what is compressed: logs unpack to ten times their size, about. */
const WORTH_WORKERS_PACKED_BYTES: number = WORTH_WORKERS_BYTES / 10;

function usualWorkers(reader: Reader, { sizeBytes, sources }: LogSources): number {
  // libxml2 is not for workers.
  if (reader === 'libxml' || reader === 'cross-check') return 0;
  const isPacked = sources.some(({ source }) => typeof source === 'string' && /\.(gz|zst)$/i.test(source));
  const isSmall = sizeBytes !== undefined && sizeBytes < (isPacked ? WORTH_WORKERS_PACKED_BYTES : WORTH_WORKERS_BYTES);
  return isSmall ? 0 : availableParallelism();
}

interface Run {
  readonly pool: Judge;
  /** The same, if it can read logs itself. */
  readonly logPool: LogPool | undefined;
  readonly at: AtPolicy;
  readonly found: LogSources;
  readonly unread: Unread;
  /** Aborted at the first refusal, with `--fail-fast`. */
  readonly stop: AbortController;
  readonly pace: Pace;
  readonly workers: number;
  readonly options: Completed<VerifyOptions>;
  readonly terminal: Terminal;
  readonly policy: Policy;
  /** Follows sequences, with `--sequences`. */
  readonly ledger: SequenceLedger | undefined;
  /** For the results; `undefined` when nobody wants them, or on standard output. */
  readonly file: WholeFile | undefined;
}

async function verifyWith(run: Run): Promise<ExitStatus> {
  const { options, terminal, found, file } = run;
  const screen = options.quiet === true || options.json === true || options.out === '-' ? undefined : terminal.screen;
  const progress = screen === undefined ? NO_PROGRESS : progressBar(screen, found.sizeBytes);
  let summary: VerifySummary;
  try {
    summary = await summaryOf(run, progress);
  } finally {
    progress.stop();
  }
  await printUnread(run);
  if (options.quiet !== true) await printSummary(summary, run);
  if (summary.complete || run.stop.signal.aborted) await file?.keep();
  return statusOf(summary, run);
}

function statusOf(summary: VerifySummary, { unread, options, stop }: Run): ExitStatus {
  const isStopped = stop.signal.aborted;
  if (!summary.complete && !isStopped) return ExitStatus.interrupted;
  // A store that fails, a worker that dies or a file that cannot be read is no verdict on messages; and none is no good one: records that hold none are none.
  const isUnjudged = Object.keys(summary.refused).some((code) => code.startsWith('internal.'));
  if (isUnjudged || unread.replies.length > 0) return ExitStatus.error;
  if (!isStopped && messagesRead(summary) < options.least) return ExitStatus.error;
  return summary.valid === summary.messages ? ExitStatus.ok : ExitStatus.refused;
}

function summaryOf(run: Run, progress: Progress): Promise<VerifySummary> {
  const { found, ledger, options, pool, logPool, policy, unread, workers } = run;
  const output = options.out === '-' ? run.terminal.stdout : run.file?.output;
  const answered = (valid: number, refused: number): void => {
    progress.answered(valid, refused);
    run.pace.answered(valid + refused);
  };
  const { messageBytesMax } = policy.limits;
  const reading = { messageBytesMax, unpack: unpackLimits(options), onOctets: progress.read };
  const verifying = {
    at: run.at,
    replay: options.allowReplays === true ? ('allow' as const) : undefined,
    sequences: ledger && { ledger, read: (message: Uint8Array) => claimedSequenceHeaders(message, policy) },
    failFast: options.failFast === true ? run.stop : undefined,
    signal: run.terminal.interrupted,
  };
  // What is not UTF-8 is for the calling thread to read.
  if (logPool === undefined || (policy.reader !== 'scan' && workers > 0))
    return verifyLog({
      ...verifying,
      pool,
      entries: readSources(found, unread, reading),
      batchesMax: Math.max(1, 2 * workers),
      onResult: (result: LogResult) => {
        answered(result.ok ? 1 : 0, result.ok ? 0 : 1);
        return result.ok && options.onlyRefused === true ? undefined : output?.line(resultLine(result));
      },
    });
  return verifySections({
    ...verifying,
    pool: logPool,
    sections: readSourceSections(found, unread, { ...reading, workers }),
    messageBytesMax,
    results: wantedResults(run),
    onResults: (lines) => output?.lines(lines),
    onAnswered: answered,
  });
}

function wantedResults({ options }: Run): WantedResults {
  if (options.out === undefined) return 'none';
  return options.onlyRefused === true ? 'refused' : 'all';
}

async function printUnread({ unread, terminal, options }: Run): Promise<void> {
  for (const { code, detail } of unread.replies) await terminal.stderr.line(faultLine(code, detail, options.json));
  await terminal.stderr.flush();
}

// With the results on standard output, the summary goes where it does not mix with them.
async function printSummary(
  summary: VerifySummary,
  { options, terminal, found, unread, stop, pace, ledger }: Run,
): Promise<void> {
  const read = {
    files: found.sources.length,
    skippedFiles: found.skipped,
    resultsFiles: unread.resultsFiles,
    unreadFiles: unread.replies.length,
    least: options.least,
    stopped: stop.signal.aborted,
    sequences: ledger?.reports(),
    secondHalfPerSecond: pace.secondHalfPerSecond,
  };
  if (options.out === '-') await terminal.stdout.flush();
  const output = options.out === '-' ? terminal.stderr : terminal.stdout;
  const write = options.json === true ? summaryJson : summaryText;
  await output.line(write(summary, read));
  await output.flush();
}
