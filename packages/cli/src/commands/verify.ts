import { availableParallelism } from 'node:os';
import type { Reader } from '@parley/codec';
import { Fault } from '@parley/core';
import type { HeaderName, Pool } from '@parley/engine';
import { createPool, policyOf } from '@parley/engine';
import type { AtPolicy, LogResult, VerifySummary } from '@parley/log';
import { LogReplayCache, verifyLog } from '@parley/log';
import { parseAt } from '../options/at-option.ts';
import type { ContextsOption } from '../options/contexts-option.ts';
import { openContexts } from '../options/contexts-option.ts';
import type { LogSources } from '../options/log-sources.ts';
import { findSources, readSources } from '../options/log-sources.ts';
import type { Progress } from '../report/progress-bar.ts';
import { NO_PROGRESS, progressBar } from '../report/progress-bar.ts';
import { resultLine, summaryJson, summaryText } from '../report/verify-report.ts';
import { ExitStatus } from '../terminal/exit-status.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { TextOutput } from '../terminal/text-output.ts';

export interface VerifyOptions extends ContextsOption {
  readonly at: string;
  readonly profile: string;
  readonly understand?: readonly HeaderName[] | undefined;
  readonly reader: Reader;
  readonly workers?: number | undefined;
  readonly out?: string | undefined;
  readonly allowReplays?: boolean | undefined;
  readonly maxMessageBytes?: number | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

/** `parley verify`: every message of the logs at `paths`, and a summary. */
export async function verify(
  paths: readonly string[],
  options: VerifyOptions,
  terminal: Terminal,
): Promise<ExitStatus> {
  const at = parseAt(options.at, terminal.nowMs());
  const limits = options.maxMessageBytes === undefined ? {} : { messageBytesMax: options.maxMessageBytes };
  const policy = policyOf(options.profile, {
    reader: options.reader,
    limits,
    understoodHeaders: options.understand ?? [],
  });
  const found = await findSources(paths, terminal);
  const contexts = await openContexts(options, terminal);
  if (contexts === undefined)
    throw new Fault('caller.option-invalid', { reason: 'the keys are missing: give --contexts or --keys' });
  try {
    const workers = options.workers ?? defaultWorkers(options.reader);
    const pool = await createPool({ workers, policy, contexts });
    try {
      return await verifyWith({
        pool,
        at,
        found,
        workers,
        options,
        terminal,
        messageBytesMax: policy.limits.messageBytesMax,
      });
    } finally {
      await pool.close();
    }
  } finally {
    await contexts.close();
  }
}

/** libxml2 is not for workers. */
function defaultWorkers(reader: Reader): number {
  return reader === 'libxml' || reader === 'cross-check' ? 0 : availableParallelism();
}

interface Run {
  readonly pool: Pool;
  readonly at: AtPolicy;
  readonly found: LogSources;
  readonly workers: number;
  readonly options: VerifyOptions;
  readonly terminal: Terminal;
  readonly messageBytesMax: number;
}

async function verifyWith(run: Run): Promise<ExitStatus> {
  const { options, terminal, found } = run;
  const results = resultsOutput(options.out, terminal);
  const screen = options.quiet === true || options.json === true || options.out === '-' ? undefined : terminal.screen;
  const progress = screen === undefined ? NO_PROGRESS : progressBar(screen, found.sizeBytes);
  let summary: VerifySummary;
  try {
    summary = await summaryOf(run, progress, results);
  } finally {
    progress.stop();
    if (options.out !== '-') await results?.close();
  }
  if (options.quiet !== true) await printSummary(summary, run);
  return statusOf(summary);
}

function statusOf(summary: VerifySummary): ExitStatus {
  if (!summary.complete) return ExitStatus.interrupted;
  // A store that fails or a worker that dies is no verdict on the message.
  if (Object.keys(summary.refused).some((code) => code.startsWith('internal.'))) return ExitStatus.error;
  return summary.valid === summary.messages ? ExitStatus.ok : ExitStatus.refused;
}

function summaryOf(run: Run, progress: Progress, results: TextOutput | undefined): Promise<VerifySummary> {
  const { messageBytesMax } = run;
  return verifyLog({
    entries: readSources(run.found.sources, { messageBytesMax, onOctets: progress.read }),
    pool: run.pool,
    at: run.at,
    replay: run.options.allowReplays === true ? undefined : new LogReplayCache(),
    batchesMax: Math.max(1, 2 * run.workers),
    signal: run.terminal.interrupted,
    onResult: (result: LogResult) => {
      progress.answered(result.ok);
      return results?.line(resultLine(result));
    },
  });
}

function resultsOutput(out: string | undefined, terminal: Terminal): TextOutput | undefined {
  if (out === undefined) return undefined;
  return out === '-' ? terminal.stdout : TextOutput.toFile(out);
}

// With the results on standard output, the summary goes where it does not mix with them.
async function printSummary(summary: VerifySummary, { options, terminal, found }: Run): Promise<void> {
  const read = { files: found.sources.length, skippedFiles: found.skipped };
  if (options.out === '-') await terminal.stdout.flush();
  const output = options.out === '-' ? terminal.stderr : terminal.stdout;
  const write = options.json === true ? summaryJson : summaryText;
  await output.line(write(summary, read));
  await output.flush();
}
