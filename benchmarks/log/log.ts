/** A log verified from its file: what each thread spends on a message, read record by record and in sections. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatInstant } from '@parley/core/internal';
import type { LogPool, VerifySummary } from '@parley/log';
import { createLogPool, readLog, readSections, verifyLog, verifySections } from '@parley/log';
import { BENCH_POLICY, conversation } from '../corpus.ts';
import type { Spread } from '../measure.ts';
import { spreadOf } from '../measure.ts';

/** One way with one number of workers; microseconds per message. */
export interface LogMeasurement {
  readonly way: LogWay;
  readonly workers: number;
  readonly messages: number;
  /** Of the file, per message. */
  readonly bytes: number;
  /** CPU of the calling thread; `null` where the system does not tell threads apart. */
  readonly mainUs: Spread | null;
  /** CPU of all threads. */
  readonly allUs: Spread;
  readonly wallUs: Spread;
}

const WAYS = ['records', 'sections'] as const;
export type LogWay = (typeof WAYS)[number];
const WORKERS = [0, 1, 2] as const;
const DISTINCT_MESSAGES = 1024;

interface Subject {
  readonly way: LogWay;
  readonly workers: number;
  readonly pool: LogPool;
  readonly rows: { readonly mainUs: number | null; readonly allUs: number; readonly wallUs: number }[];
}

/** All ways in turn, `rounds` times, over a file of `count` messages of 5 KB. */
export async function measureLog(rounds: number, count: number): Promise<readonly LogMeasurement[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-bench-'));
  try {
    const file = path.join(folder, 'log.ndjson');
    const context = writeLog(file, count);
    const contexts = {
      get: (identifier: string) => Promise.resolve(identifier === context.identifier ? context : undefined),
    };
    const subjects = WORKERS.flatMap((workers) =>
      WAYS.map((way): Subject => {
        const pool = createLogPool({ workers, policy: BENCH_POLICY, contexts });
        return { way, workers, pool, rows: [] };
      }),
    );
    // Compilers and caches.
    for (const subject of subjects) await run(subject, file, count);
    for (const { rows } of subjects) rows.length = 0;
    for (let round = 0; round < rounds; round++) for (const subject of subjects) await run(subject, file, count);
    for (const { pool } of subjects) await pool.close();
    const bytes = Math.round(statSync(file).size / count);
    return subjects.map((subject) => measurementOf(subject, count, bytes));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeLog(file: string, count: number): ReturnType<typeof conversation>['context'] {
  const { context, atMs, messages } = conversation(5, Math.min(count, DISTINCT_MESSAGES));
  const at = formatInstant(atMs);
  const texts = messages.map((octets) => JSON.stringify(new TextDecoder().decode(octets)));
  const lines = Array.from(
    { length: count },
    (_, index) => `{"id":"${index}","at":"${at}","message":${texts[index % texts.length]}}\n`,
  );
  writeFileSync(file, lines.join(''));
  return context;
}

async function run({ way, workers, pool, rows }: Subject, file: string, count: number): Promise<void> {
  const [mainBefore, allBefore, wallBefore] = [mainCpuUs(), allCpuUs(), performance.now()];
  const common = { pool, at: 'message', replay: 'allow' } as const;
  const summary =
    way === 'records'
      ? await verifyLog({ ...common, entries: readLog(file), batchesMax: Math.max(1, 2 * workers) })
      : await verifySections({
          ...common,
          sections: readSections(file, { workers }),
          messageBytesMax: BENCH_POLICY.limits.messageBytesMax,
          results: 'none',
        });
  const wallUs = ((performance.now() - wallBefore) * 1000) / count;
  const main = mainCpuUs();
  const mainUs = main === null || mainBefore === null ? null : (main - mainBefore) / count;
  rows.push({ mainUs, allUs: (allCpuUs() - allBefore) / count, wallUs });
  requireAll(summary, count);
}

function requireAll(summary: VerifySummary, count: number): void {
  if (summary.valid !== count) throw new Error(`refused: ${JSON.stringify(summary.refused)}`);
}

function measurementOf({ way, workers, rows }: Subject, messages: number, bytes: number): LogMeasurement {
  const main = rows.flatMap(({ mainUs }) => mainUs ?? []);
  return {
    way,
    workers,
    messages,
    bytes,
    mainUs: main.length === 0 ? null : spreadOf(main),
    allUs: spreadOf(rows.map(({ allUs }) => allUs)),
    wallUs: spreadOf(rows.map(({ wallUs }) => wallUs)),
  };
}

function allCpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** The scheduler's count, which Linux alone shows. */
function mainCpuUs(): number | null {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1000;
  } catch {
    return null;
  }
}
