import type { Kind } from '@parley/core/internal';
import {
  asyncIterable,
  callback,
  either,
  instanceOf,
  oneOf,
  only,
  optional,
  port,
  requireKind,
  requireOptions,
  shapeOf,
  whole,
} from '@parley/core/internal';
import { Errands } from '@parley/engine/internal';
import type { LogEntry } from '../log-entry.ts';
import { LogReplayCache } from '../log-replay-cache.ts';
import { firstInk, startOf, tooLarge } from '../read-log.ts';
import { readRecord } from '../read-record.ts';
import type { VerifySummary } from '../tally.ts';
import { untilAborted } from '../until-aborted.ts';
import type { AtPolicy } from '../verify-log.ts';
import { RUN_MEMBERS, resultsOf, untilFirst } from '../verify-log.ts';
import type { SectionVerifier } from './log-pool.ts';
import type { Section } from './section.ts';
import { SECTION } from './section.ts';
import { SectionFlights, sourceOf } from './section-flight.ts';
import { SectionLines } from './section-lines.ts';
import type { SectionRecords } from './section-records.ts';
import type { SectionRules } from './section-task.ts';
import type { SettlementOptions } from './settlement.ts';
import { Settlement } from './settlement.ts';

export interface VerifySectionsOptions extends SettlementOptions {
  readonly sections: AsyncIterable<Section>;
  readonly pool: SectionVerifier;
  readonly at: AtPolicy;
  readonly messageBytesMax: number;
  /** Stops reading when it is aborted; sections under way are still answered. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Verifies the messages of logs as `verifyLog` does, with the same results, but in sections that the workers of a `LogPool` read themselves:
 * the calling thread merges what they say.
 *
 * @throws what `sections`, the pool or `onResults` throw; a message that is refused is a result, not an error.
 */
export async function verifySections(options: VerifySectionsOptions): Promise<VerifySummary> {
  requireOptions(OPTIONS, options, 'options');
  requireKind(ERRANDS, options.pool.errands, 'pool.errands');
  const startedMs = performance.now();
  const { pool, failFast } = options;
  const signal = untilFirst(options);
  const flights = pool.errands && new SectionFlights(pool.errands, rulesOf(options));
  const settlement = new Settlement(options);
  const underWay: Flying[] = [];
  const settleOldest = async (): Promise<void> => {
    const flying = underWay.shift();
    if (flying === undefined) return;
    const rounds = await flying.rounds;
    try {
      if (failFast?.signal.aborted !== true) await settle(flying.section, rounds, settlement, options);
    } finally {
      if (rounds !== undefined) flights?.recycle(rounds);
      release(flying.section);
    }
  };
  try {
    for await (const section of untilAborted(options.sections, signal)) {
      requireKind(SECTION, section, 'sections');
      underWay.push({ section, rounds: quiet(roundsOf(section, flights)) });
      if (underWay.length >= (pool.errands?.capacity ?? 1)) await settleOldest();
    }
    while (underWay.length > 0) await settleOldest();
  } finally {
    // After an error: nobody may close the pool or a file under sections that are still read.
    for (const { section, rounds } of underWay) {
      await rounds.catch(() => undefined);
      release(section);
    }
  }
  return settlement.summary(performance.now() - startedMs, signal?.aborted !== true);
}

const OPTIONS: Kind<VerifySectionsOptions> = shapeOf<VerifySectionsOptions>({
  ...RUN_MEMBERS,
  sections: asyncIterable(),
  pool: port<SectionVerifier>('verifyBatch'),
  messageBytesMax: whole(1),
  replay: optional(either(instanceOf<LogReplayCache>(LogReplayCache), only('allow'))),
  results: oneOf(['all', 'refused', 'none']),
  onResults: optional(callback()),
  onAnswered: optional(callback()),
});

/** What `createLogPool` has, and no other pool. */
const ERRANDS = optional(instanceOf<Errands>(Errands));

interface Flying {
  readonly section: Section;
  readonly rounds: Promise<readonly SectionRecords[] | undefined>;
}

function rulesOf(options: VerifySectionsOptions): SectionRules {
  const { at, messageBytesMax, results } = options;
  const [replays, sequences] = [options.replay !== 'allow', options.sequences !== undefined];
  return { at, messageBytesMax, results, replays, sequences };
}

function roundsOf(
  section: Section,
  flights: SectionFlights | undefined,
): Promise<readonly SectionRecords[] | undefined> {
  const isOfLines = section.kind === 'file' || section.kind === 'octets';
  return flights !== undefined && isOfLines ? flights.fly(section) : Promise.resolve(undefined);
}

function release(section: Section): void {
  if (section.kind === 'file') section.release();
}

async function settle(
  section: Section,
  rounds: readonly SectionRecords[] | undefined,
  settlement: Settlement,
  options: VerifySectionsOptions,
): Promise<void> {
  if (rounds === undefined) {
    const entries = entriesOf(section, options.messageBytesMax).map(({ entry }) => entry);
    await settleEntries(entries, settlement, options);
  } else if (section.kind === 'file' || section.kind === 'octets') {
    await settlement.records(section.log, rounds);
  }
}

/** The long way: what a worker did not live to say, batches say, whose messages are found out one by one. */
async function settleEntries(
  entries: readonly LogEntry[],
  settlement: Settlement,
  { pool, at, sequences }: VerifySectionsOptions,
): Promise<void> {
  const results = await resultsOf({ entries }, { pool, at });
  for (const [index, result] of results.entries()) {
    const entry = entries[index];
    const message = entry?.kind === 'message' ? entry.message : undefined;
    await settlement.result(result, message?.length ?? 0, result.ok && message ? sequences?.read(message) : undefined);
  }
}

/** An entry, and which line it is. */
export interface PlacedEntry {
  readonly entry: LogEntry;
  /** Number of the line in the log; 0 of a log that is one message. */
  readonly line: number;
}

/** The entries of a section, read on this thread. */
export function entriesOf(section: Section, messageBytesMax: number): PlacedEntry[] {
  if (section.kind === 'entry') return [{ entry: section.entry, line: 0 }];
  const { log } = section;
  if (section.kind === 'long-line') {
    log.lines += 1;
    const entry = tooLarge(`${log.name}:${log.lines}`, section.sizeBytes, messageBytesMax);
    return [{ entry, line: log.lines }];
  }
  const source = sourceOf(section);
  const entries: PlacedEntry[] = [];
  const lines = new SectionLines(source, messageBytesMax, () => undefined);
  for (const { bytes, offset, sizeBytes, start, end } of lines.all()) {
    log.lines += 1;
    const place = { line: log.lines };
    const fallbackId = `${log.name}:${log.lines}`;
    if (bytes === undefined) {
      entries.push({ entry: tooLarge(fallbackId, sizeBytes, messageBytesMax), ...place });
      continue;
    }
    const line = withoutEnds(bytes.subarray(start, end), source.isStart && offset === 0);
    if (firstInk(line) === undefined) continue;
    entries.push({ entry: readRecord(line, { fallbackId, messageBytesMax }), ...place });
  }
  return entries;
}

/** A line without its carriage return, and the first without its byte order mark. */
function withoutEnds(line: Uint8Array, isFirst: boolean): Uint8Array {
  const end = line.at(-1) === 0x0d ? line.length - 1 : line.length;
  const start = isFirst ? startOf(line.subarray(0, end)) : 0;
  return line.subarray(start, end);
}

function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
