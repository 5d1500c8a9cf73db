import { availableParallelism } from 'node:os';
import type { ArchiveOptions, ArchiveSummary, Judging, ObjectStore } from '@parley/archive';
import { archiveReport, verifyArchive } from '@parley/archive';
import type { FailedReply } from '@parley/core';
import { Fault } from '@parley/core';
import { jsonLine } from '@parley/core/internal';
import { policyOf } from '@parley/engine';
import type { ArchiveActions, ArchiveVerifyOptions } from '../declarations/archive-command.ts';
import type { Completed } from '../judging/given.ts';
import { completed } from '../judging/given.ts';
import { isForPool, isOfContexts, judgeOf } from '../judging/judge.ts';
import { segmentsAt, storeAt } from '../options/archive-places.ts';
import { parseAt } from '../options/at-option.ts';
import { openContexts } from '../options/contexts-option.ts';
import { judgedBy, unpackLimits } from '../options/policy-option.ts';
import { queueAt } from '../relay/archive-queue.ts';
import { isTopic, topicResults, topicSegments } from '../relay/archive-topics.ts';
import type { Patience } from '../relay/patience.ts';
import { ArchiveProgress } from '../report/archive-progress.ts';
import { archiveText } from '../report/archive-text.ts';
import { ExitStatus } from '../terminal/exit-status.ts';
import { faultText } from '../terminal/fault-text.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** What `parley archive` does. */
export function archiveActions(terminal: Terminal, onEnd: (status: ExitStatus) => void): ArchiveActions {
  return {
    verify: async (paths, given) => onEnd(await verifyAll(paths, given, terminal)),
  };
}

async function verifyAll(
  paths: readonly string[],
  given: ArchiveVerifyOptions,
  terminal: Terminal,
): Promise<ExitStatus> {
  const options = await completed(given);
  const judging = await judgingOf(options, terminal);
  const contexts = await openContexts(options, terminal, options.credentials !== undefined);
  if (contexts === undefined)
    throw new Fault('caller.option-invalid', { reason: 'the keys are missing: give --contexts, --keys or --config' });
  const store = storeAt(options.out, terminal.environment);
  const patience = patienceOf(options, terminal);
  const source = paths.some(isTopic) ? await topicSegments(paths, patience) : segmentsAt(paths, terminal.environment);
  const sink = options.to === undefined ? undefined : await topicResults(options.to, patience);
  const isWatched = options.quiet !== true && options.json !== true;
  const shared = await queueAt(options, patience);
  const progress = new ArchiveProgress(isWatched ? terminal.screen : undefined);
  const isDrawn = isWatched && terminal.screen !== undefined;
  const startedMs = performance.now();
  try {
    const summary = await verifyArchive({
      source,
      store,
      contexts,
      verifier: verifierOf(options, judging),
      judging,
      shards: options.shards,
      workers: options.workers ?? availableParallelism(),
      sink,
      queue: shared?.queue,
      signal: terminal.interrupted,
      onEvent: (event) => {
        progress.take(event);
        if (event.kind === 'waiting' && !isDrawn && options.quiet !== true) sayWaiting(event, terminal);
      },
    });
    progress.stop();
    const elapsedMs = performance.now() - startedMs;
    if (summary === undefined) {
      await terminal.stderr.line('parley: interrupted: the same command again goes on from here');
      return ExitStatus.interrupted;
    }
    await report(summary, store, { elapsedMs, messages: progress.messages, endedAtMs: terminal.nowMs() });
    if (options.quiet !== true) {
      const write = options.json === true ? jsonLine : archiveText;
      await terminal.stdout.line(write({ ...summary, elapsedMs: Math.round(elapsedMs), answered: progress.messages }));
    }
    return statusOf(summary);
  } finally {
    progress.stop();
    await shared?.close();
    await contexts.close();
  }
}

/** Who waits for a server does so for a while: there is work to do, or somebody to tell. */
const WAIT_MAX_MS = 30_000;

function patienceOf({ quiet }: ArchiveVerifyOptions, { stderr }: Terminal): Patience {
  return {
    waitMaxMs: WAIT_MAX_MS,
    tell: async ({ for: bus, reason }) => {
      if (quiet === true) return;
      await stderr.line(`parley: waiting for ${[bus, reason].filter((part) => part !== undefined).join(': ')}`);
      await stderr.flush();
    },
  };
}

function sayWaiting({ code, detail }: Pick<FailedReply, 'code' | 'detail'>, { stderr }: Terminal): void {
  const said = async (): Promise<void> => {
    await stderr.line(`parley: waiting: ${faultText(code, detail)}`);
    await stderr.flush();
  };
  // Who does not hear it any more wants the archive all the same.
  said().catch(() => undefined);
}

/** @throws Fault `caller.option-invalid` what shards cannot be judged by */
async function judgingOf(options: Completed<ArchiveVerifyOptions>, terminal: Terminal): Promise<Judging> {
  const { profile, allowReplays = false } = options;
  const { policy, changes } = await judgedBy(profile, options);
  // No option says another: a file does.
  if (policy.reader !== 'scan')
    throw new Fault('caller.option-invalid', { option: 'policy.reader', reason: 'an archive is read by scan' });
  return { profile, changes, at: parseAt(options.at, terminal.nowMs()), allowReplays, unpack: unpackLimits(options) };
}

/** Who opens messages; `undefined` where keys of contexts are all it takes, and threads may read segments themselves. */
function verifierOf(
  { credentials, workers = availableParallelism() }: Completed<ArchiveVerifyOptions>,
  { profile, changes }: Judging,
): ArchiveOptions['verifier'] {
  const policy = policyOf(profile, changes);
  if (credentials === undefined && isForPool(policy) && isOfContexts(policy)) return undefined;
  return (contexts) => judgeOf({ workers, policy, contexts, credentials });
}

async function report(
  summary: ArchiveSummary,
  store: ObjectStore,
  run: Parameters<typeof archiveReport>[1],
): Promise<void> {
  const encoder = new TextEncoder();
  await store.put('summary.json', encoder.encode(`${jsonLine(summary)}\n`));
  await store.put('report.html', encoder.encode(archiveReport(summary, run)));
}

function statusOf({ tally, unread }: ArchiveSummary): ExitStatus {
  const isUnjudged = Object.keys(tally.refused).some((code) => code.startsWith('internal.'));
  if (isUnjudged || unread.length > 0 || tally.messages === 0) return ExitStatus.error;
  return tally.valid === tally.messages ? ExitStatus.ok : ExitStatus.refused;
}
