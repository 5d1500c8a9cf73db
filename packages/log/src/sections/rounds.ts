import { jsonLine } from '@parley/core/internal';
import type { SectionedLog } from './section.ts';
import type { SectionRecords } from './section-records.ts';
import { GOOD, NEEDS, Word } from './section-task.ts';

export type Refusal = SectionRecords['texts']['refusals'][number];

/** A record, as the last round says it that it was in. */
export interface ToldRecord {
  readonly records: SectionRecords;
  readonly at: number;
  /** Number of its line in the section, from 1. */
  readonly line: number;
  /** Where its line of the results begins. */
  readonly character: number;
}

/** The records of a section in the order of its lines. */
export function* recordsOf(rounds: readonly SectionRecords[]): Generator<ToldRecord> {
  const [first, ...later] = rounds.map((records) => ({ records, at: 0, character: 0 }));
  if (first === undefined) return;
  for (let index = 0; index < first.records.count; index++) {
    const line = first.records.word(index, Word.line);
    let told = first;
    for (const next of later) {
      if (told.records.word(told.at, Word.status) !== NEEDS) break;
      told.at += 1;
      told = next;
    }
    const { records, at, character } = told;
    told.character += records.word(at, Word.resultLength);
    told.at += 1;
    yield { records, at, line, character };
  }
}

/** Its own id, or one of its place. */
export function idOf(log: SectionedLog, { records, at, line }: ToldRecord): string {
  return records.id(at) ?? `${log.name}:${log.lines + line}`;
}

/** The line of the results that a worker made; empty if none was wanted. */
export function resultOf(log: SectionedLog, told: ToldRecord): string {
  const { records, at, character } = told;
  const length = records.word(at, Word.resultLength);
  if (length === 0) return '';
  const text = records.result(character, length);
  return records.word(at, Word.hasId) === 1 ? text : `{"id":${jsonLine(idOf(log, told))}${text}`;
}

export function contextOf({ records, at }: ToldRecord): string {
  return records.texts.contexts[records.word(at, Word.context)] ?? '';
}

/** Why it is refused, whatever was seen before. */
export function refusalOf(told: ToldRecord): Refusal | undefined {
  const status = told.records.word(told.at, Word.status);
  if (status === GOOD) return undefined;
  return told.records.texts.refusals[status - 1] ?? ['internal.context-needed', { identifier: contextOf(told) }];
}
