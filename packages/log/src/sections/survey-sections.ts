import type { FailedReply } from '@parley/core';
import { Fault } from '@parley/core';
import type { ContextResolver } from '@parley/engine';
import type { LogEntry } from '../log-entry.ts';
import { lineOf } from '../result-line.ts';
import { untilAborted } from '../until-aborted.ts';
import type { AtPolicy, LogResult } from '../verify-log.ts';
import { resultsOf } from '../verify-log.ts';
import type { SectionVerifier } from './log-pool.ts';
import type { Section } from './section.ts';
import { SectionFlights } from './section-flight.ts';
import type { SectionRecords } from './section-records.ts';
import { NEEDS, Word } from './section-task.ts';
import { entriesOf } from './verify-sections.ts';

/** What a record of a log needs before it can be judged. */
export interface SurveyedRecord {
  /** Number of its line in the log, from 1; 0 of a log that is one message. */
  readonly line: number;
  /** Its own, or one of its place. */
  readonly id: string;
  readonly atMs: number | undefined;
  /** Of the message. */
  readonly messageBytes: number;
  /** Of the line, from the start of the section's octets or of its file, without its end. */
  readonly start: number;
  readonly length: number;
  /** Of the context that it is refused without; empty where it needs none. */
  readonly context: string;
  /**
   * What is alike has the same, so that one who verifies all of it in order knows what was seen before: the context, or without one that by which
   * the message is known again. `undefined` when it is refused whatever keys there are.
   */
  readonly orderKey: string | undefined;
  /** Its line of the results, if it is refused. */
  readonly refusal: string | undefined;
}

export interface SurveyedSection {
  readonly section: Section;
  readonly records: readonly SurveyedRecord[];
}

export interface SurveyOptions {
  readonly sections: AsyncIterable<Section>;
  /** One with {@link CONTEXT_NEEDED} for its contexts. */
  readonly pool: SectionVerifier;
  readonly at: AtPolicy;
  readonly messageBytesMax: number;
  readonly signal?: AbortSignal | undefined;
}

/** Contexts of a pool that only asks which it needs. */
export const CONTEXT_NEEDED: ContextResolver = {
  get: (identifier) => Promise.reject(new Fault('internal.context-needed', { identifier })),
};

/**
 * Which context each record of a log needs, in the order of the log. It is the engine that says so, which will ask for the same
 * context when it has keys; what it refuses before it asks, it refuses whatever keys there are.
 */
export async function* surveySections(options: SurveyOptions): AsyncGenerator<SurveyedSection> {
  const { pool, at, messageBytesMax, signal } = options;
  const rules = { at, messageBytesMax, results: 'none', replays: false, sequences: false } as const;
  const flights = pool.errands && new SectionFlights(pool.errands, rules);
  const underWay: { readonly section: Section; readonly said: Promise<SectionRecords | undefined> }[] = [];
  const oldest = async (): Promise<SurveyedSection | undefined> => {
    const flying = underWay.shift();
    if (flying === undefined) return undefined;
    const { section, said } = flying;
    try {
      const records = await said;
      if (records === undefined || !isOfLines(section)) return await theLongWay(section, options);
      const surveyed = surveyedOf(section, records);
      flights?.recycle([records]);
      return surveyed;
    } finally {
      if (section.kind === 'file') section.release();
    }
  };
  try {
    for await (const section of untilAborted(options.sections, signal)) {
      const said = isOfLines(section) && flights ? flights.first(section) : Promise.resolve(undefined);
      said.catch(() => undefined);
      underWay.push({ section, said });
      if (underWay.length < (pool.errands?.capacity ?? 1)) continue;
      const surveyed = await oldest();
      if (surveyed !== undefined) yield surveyed;
    }
    for (let surveyed = await oldest(); surveyed !== undefined; surveyed = await oldest()) yield surveyed;
  } finally {
    for (const { section, said } of underWay) {
      await said.catch(() => undefined);
      if (section.kind === 'file') section.release();
    }
  }
}

type LinesSection = Extract<Section, { readonly kind: 'file' | 'octets' }>;

function isOfLines(section: Section): section is LinesSection {
  return section.kind === 'file' || section.kind === 'octets';
}

function surveyedOf(section: LinesSection, records: SectionRecords): SurveyedSection {
  const { log } = section;
  const base = section.kind === 'file' ? section.start : 0;
  const surveyed: SurveyedRecord[] = [];
  for (let index = 0; index < records.count; index++) {
    const line = log.lines + records.word(index, Word.line);
    const id = records.id(index) ?? `${log.name}:${line}`;
    const status = records.word(index, Word.status);
    const refused = status > NEEDS ? records.texts.refusals[status - 1] : undefined;
    const atMs = records.atMs(index);
    const context = refused === undefined ? (records.texts.contexts[records.word(index, Word.context)] ?? '') : '';
    surveyed.push({
      line,
      id,
      atMs,
      messageBytes: records.word(index, Word.lengthBytes),
      start: base + records.word(index, Word.lineStart),
      length: records.word(index, Word.lineLength),
      context,
      orderKey: refused === undefined ? context : undefined,
      refusal: refused && lineOf({ id, ok: false, atMs, code: refused[0], detail: refused[1] }),
    });
  }
  log.lines += records.texts.lines;
  return { section, records: surveyed };
}

/** What is no section of lines, and what workers were lost over. */
async function theLongWay(section: Section, options: SurveyOptions): Promise<SurveyedSection> {
  const { pool, at, messageBytesMax } = options;
  const numbered = entriesOf(section, messageBytesMax);
  const results = await resultsOf({ entries: numbered.map(({ entry }) => entry) }, { pool, at });
  const records = results.map((result, index): SurveyedRecord => {
    const { entry, line = 0, start = 0, length = 0 } = numbered[index] ?? {};
    const context = result.ok ? '' : (contextAskedFor(result) ?? '');
    const orderKey = result.ok ? orderKeyOf(result) : context || undefined;
    return {
      line,
      id: result.id,
      atMs: result.atMs,
      messageBytes: messageBytesOf(entry),
      start,
      length,
      context,
      orderKey,
      refusal: orderKey === undefined ? lineOf(result) : undefined,
    };
  });
  return { section, records };
}

/** What replays are found by; by what nothing is, goes anywhere. */
function orderKeyOf({ id, verdict }: Extract<LogResult, { readonly ok: true }>): string {
  const { identifier = '', replayKey } = verdict;
  return replayKey === '' ? id : `${identifier.length}:${identifier}${replayKey}`;
}

function contextAskedFor({ code, detail }: Pick<FailedReply, 'code' | 'detail'>): string | undefined {
  const { identifier } = detail;
  return code === 'internal.context-needed' && typeof identifier === 'string' ? identifier : undefined;
}

function messageBytesOf(entry: LogEntry | undefined): number {
  return entry?.kind === 'message' ? entry.message.length : 0;
}
