import type { Fault } from '@parley/core';
import type { LogEntry } from '../log-entry.ts';
import { fingerprint, printText } from '../log-replay-cache.ts';
import { lineOf } from '../result-line.ts';
import { untilAborted } from '../until-aborted.ts';
import type { AtPolicy, LogResult } from '../verify-log.ts';
import { resultsOf } from '../verify-log.ts';
import type { SectionVerifier } from './log-pool.ts';
import type { ToldRecord } from './rounds.ts';
import { contextOf, idOf, recordsOf, refusalOf, resultOf } from './rounds.ts';
import type { Section, SectionedLog } from './section.ts';
import { SectionFlights } from './section-flight.ts';
import type { SectionRecords } from './section-records.ts';
import { Word } from './section-task.ts';
import { entriesOf } from './verify-sections.ts';

/** What a record of a log comes to, as long as nobody has seen it before. */
export interface JudgedRecord {
  /** Number of its line in the log, from 1; 0 of a log that is one message. */
  readonly line: number;
  /** Of the message. */
  readonly messageBytes: number;
  /** Of the context that proves it, or that it was refused under; empty: none. */
  readonly context: string;
  /** By which it is known again, for `printOf`; `undefined` if it is refused, nothing in it would know it, or nobody asked. */
  readonly seen: string | undefined;
  /** Why it is refused. */
  readonly code: Fault['code'] | undefined;
  /** Its line of the results, without its end. */
  readonly result: string;
}

export interface JudgeOptions {
  readonly sections: AsyncIterable<Section>;
  readonly pool: SectionVerifier;
  readonly at: AtPolicy;
  readonly messageBytesMax: number;
  /** Whether it matters what was seen before. */
  readonly replays: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What each record of a log comes to by itself, in the order of the log, a section at a time. Whoever has all of what is alike, in order, decides what is a replay.
 */
export async function* judgeSections(options: JudgeOptions): AsyncGenerator<readonly JudgedRecord[]> {
  const { pool, at, messageBytesMax, replays, signal } = options;
  const rules = { at, messageBytesMax, results: 'all', replays, sequences: false } as const;
  const flights = pool.errands && new SectionFlights(pool.errands, rules);
  const underWay: { readonly section: Section; readonly rounds: Promise<readonly SectionRecords[] | undefined> }[] = [];
  const oldest = async (): Promise<readonly JudgedRecord[] | undefined> => {
    const flying = underWay.shift();
    if (flying === undefined) return undefined;
    const { section } = flying;
    try {
      const rounds = await flying.rounds;
      if (rounds === undefined || !isOfLines(section)) return await theLongWay(section, options);
      const judged = [...recordsOf(rounds)].map((told) => judgedOf(section.log, told));
      section.log.lines += rounds[0]?.texts.lines ?? 0;
      flights?.recycle(rounds);
      return judged;
    } finally {
      release(section);
    }
  };
  try {
    for await (const section of untilAborted(options.sections, signal)) {
      const rounds = isOfLines(section) && flights ? flights.fly(section) : Promise.resolve(undefined);
      rounds.catch(() => undefined);
      underWay.push({ section, rounds });
      if (underWay.length < (pool.errands?.capacity ?? 1)) continue;
      const judged = await oldest();
      if (judged !== undefined) yield judged;
    }
    for (let judged = await oldest(); judged !== undefined; judged = await oldest()) yield judged;
  } finally {
    for (const { section, rounds } of underWay) {
      await rounds.catch(() => undefined);
      release(section);
    }
  }
}

type LinesSection = Extract<Section, { readonly kind: 'file' | 'octets' }>;

function isOfLines(section: Section): section is LinesSection {
  return section.kind === 'file' || section.kind === 'octets';
}

function release(section: Section): void {
  if (section.kind === 'file') section.release();
}

function judgedOf(log: SectionedLog, told: ToldRecord): JudgedRecord {
  const { records, at, line } = told;
  const refusal = refusalOf(told);
  const first = records.word(at, Word.print);
  const place = { line: log.lines + line, messageBytes: records.word(at, Word.lengthBytes) };
  if (refusal === undefined) {
    const seen =
      first === 0 ? undefined : printText(first, records.word(at, Word.print + 1), records.word(at, Word.print + 2));
    return { ...place, context: contextOf(told), seen, code: undefined, result: withoutEnd(resultOf(log, told)) };
  }
  const [code, detail] = refusal;
  const said = resultOf(log, told);
  const result = said === '' ? lineOf({ id: idOf(log, told), ok: false, atMs: records.atMs(at), code, detail }) : said;
  return { ...place, context: contextIn(detail), seen: undefined, code, result: withoutEnd(result) };
}

/** What is no section of lines, and what workers were lost over. */
async function theLongWay(
  section: Section,
  { pool, at, messageBytesMax, replays }: JudgeOptions,
): Promise<readonly JudgedRecord[]> {
  const numbered = entriesOf(section, messageBytesMax);
  const results = await resultsOf({ entries: numbered.map(({ entry }) => entry) }, { pool, at });
  return results.map((result, index): JudgedRecord => {
    const { entry, line = 0 } = numbered[index] ?? {};
    const messageBytes = messageBytesOf(entry);
    const context = result.ok ? (result.verdict.identifier ?? '') : contextIn(result.detail);
    const code = result.ok ? undefined : result.code;
    return { line, messageBytes, context, seen: replays ? seenOf(result) : undefined, code, result: lineOf(result) };
  });
}

function seenOf(result: LogResult): string | undefined {
  if (!result.ok || result.verdict.replayKey === '') return undefined;
  const { identifier = '', replayKey } = result.verdict;
  return printText(...fingerprint(identifier, replayKey));
}

function contextIn({ identifier }: Readonly<Record<string, unknown>>): string {
  return typeof identifier === 'string' ? identifier : '';
}

function withoutEnd(line: string): string {
  return line.endsWith('\n') ? line.slice(0, -1) : line;
}

function messageBytesOf(entry: LogEntry | undefined): number {
  return entry?.kind === 'message' ? entry.message.length : 0;
}
