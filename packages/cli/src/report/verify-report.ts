import type { FaultDetail } from '@parley/core';
import { jsonLine, printable } from '@parley/core/internal';
import type { SequenceReport, VerifySummary } from '@parley/log';
import { detailText } from '../terminal/fault-text.ts';

/** What was read besides messages. */
export interface FilesRead {
  readonly files: number;
  /** In folders: no logs by their names. */
  readonly skippedFiles: number;
  /** In folders: results of a verification. */
  readonly resultsFiles: number;
  /** What could not be read, or not to its end. */
  readonly unreadFiles: number;
  /** How many messages there must be at least. */
  readonly least: number;
  /** Whether reading ended with the first refusal. */
  readonly stopped: boolean;
  /** Of each sequence, if they were followed. */
  readonly sequences: readonly SequenceReport[] | undefined;
  /** Of the second half of the messages, the first being warm-up; `undefined` of too few. */
  readonly secondHalfPerSecond: number | undefined;
}

/** The summary for a person. */
export function summaryText(summary: VerifySummary, read: FilesRead): string {
  const refused = summary.messages - summary.valid;
  const rows: [string, string][] = [
    ['messages', grouped(summary.messages)],
    ['valid', grouped(summary.valid)],
    ['refused', grouped(refused)],
    ...Object.entries(summary.refused).map(([code, count]): [string, string] => [`  ${code}`, grouped(count)]),
  ];
  const details: Readonly<Record<string, FaultDetail>> = summary.firstDetails;
  const firstIds = Object.entries(summary.firstRefused).map(([code, [first = '', ...more]]) => {
    const detail = detailText(details[code] ?? {});
    const why = detail === '' ? '' : ` (${detail})`;
    return `${code} first in: ${[`${printable(first)}${why}`, ...more.map(printable)].join(', ')}`;
  });
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const countWidth = Math.max(...rows.map(([, count]) => count.length));
  const table = rows.map(([name, count]) => `${name.padEnd(nameWidth)}  ${count.padStart(countWidth)}`);
  const megabytes = (summary.octets / 1e6).toFixed(1);
  const seconds = (summary.elapsedMs / 1000).toFixed(2);
  const lines = [
    ...table,
    `${grouped(summary.messagesPerSecond)} messages/s, ${summary.megabytesPerSecond.toFixed(1)} MB/s (${megabytes} MB in ${seconds} s)`,
    ...(read.secondHalfPerSecond === undefined
      ? []
      : [`${grouped(read.secondHalfPerSecond)} messages/s in the second half: the first warms up`]),
  ];
  return [...lines, ...firstIds, ...sequenceLines(read), ...notes(summary, read)].join('\n');
}

function sequenceLines({ sequences }: FilesRead): readonly string[] {
  if (sequences === undefined) return [];
  if (sequences.length === 0) return ['no message is in a sequence'];
  return sequences.map(({ sequence, messages, last, missing, repeated, overtaken, acknowledgedOnly }) => {
    const ranges = missing.map(({ lower, upper }) => (lower === upper ? String(lower) : `${lower}-${upper}`));
    const said = [
      `${grouped(messages)} of ${grouped(last)} messages`,
      ...(ranges.length === 0 ? [] : [`missing ${ranges.join(', ')}`]),
      ...(repeated === 0 ? [] : [`${grouped(repeated)} sent again`]),
      ...(overtaken === 0 ? [] : [`${grouped(overtaken)} out of turn`]),
      ...(acknowledgedOnly === 0 ? [] : [`${grouped(acknowledgedOnly)} acknowledged and not there`]),
    ];
    return `sequence ${printable(sequence)}: ${said.join('; ')}`;
  });
}

/** Without records that hold none. */
export function messagesRead({ messages, refused }: VerifySummary): number {
  return messages - (refused['caller.input-invalid'] ?? 0);
}

function notes(summary: VerifySummary, read: FilesRead): readonly string[] {
  const [firstCode] = Object.keys(summary.refused);
  const said: readonly (readonly [boolean, string])[] = [
    [firstCode !== undefined, `what a code means: parley explain ${firstCode}`],
    [read.skippedFiles > 0, `skipped ${counted(read.skippedFiles, 'file')} that by name hold no messages`],
    [read.resultsFiles > 0, `skipped ${counted(read.resultsFiles, 'file')} with results of a verification`],
    [read.unreadFiles > 0, `not read, or not to the end: ${counted(read.unreadFiles, 'file')}`],
    [summary.messages > 0 && messagesRead(summary) === 0, 'no message in it: every line of a log is a record in JSON'],
    [
      !read.stopped && messagesRead(summary) < read.least,
      `too few: at least ${grouped(read.least)} ${read.least === 1 ? 'message was' : 'messages were'} expected`,
    ],
    [read.stopped, 'stopped at the first refusal: this is not the whole'],
    [!read.stopped && !summary.complete, 'interrupted: this is not the whole'],
  ];
  return said.flatMap(([isSo, note]) => (isSo ? [note] : []));
}

/** The summary for a machine. */
export function summaryJson(summary: VerifySummary, { secondHalfPerSecond, sequences, ...read }: FilesRead): string {
  const { elapsedMs, messagesPerSecond, megabytesPerSecond, ...exact } = summary;
  const rounded = {
    elapsedMs: Math.round(elapsedMs),
    messagesPerSecond: Math.round(messagesPerSecond),
    secondHalfPerSecond: secondHalfPerSecond === undefined ? null : Math.round(secondHalfPerSecond),
    megabytesPerSecond: Math.round(megabytesPerSecond * 100) / 100,
  };
  return jsonLine({ ...exact, ...rounded, ...read, ...(sequences && { sequences }) });
}

/** So many of `what`, which takes an s. */
export function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;
}

/** A whole number with its thousands apart. */
export function grouped(value: number): string {
  // perf: toLocaleString loads the tables of all locales first, which takes longer than a hundred messages.
  return String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
