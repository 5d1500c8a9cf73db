import type { ArchiveSummary } from '@parley/archive';
import { printable } from '@parley/core/internal';
import { systemReason } from '../terminal/system-reason.ts';
import { grouped } from './verify-report.ts';

/** What this run did of it. */
export interface ArchiveRun extends ArchiveSummary {
  readonly elapsedMs: number;
  /** Messages that it verified itself; the others are of runs before. */
  readonly answered: number;
}

/** The summary for a person. */
export function archiveText({ tally, segments, shards, unread, elapsedMs, answered }: ArchiveRun): string {
  const rows: readonly (readonly [string, number])[] = [
    ['messages', tally.messages],
    ['valid', tally.valid],
    ['refused', tally.messages - tally.valid],
    ...Object.entries(tally.refused).map(([code, count]) => [`  ${code}`, count] as const),
  ];
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const countWidth = Math.max(...rows.map(([, count]) => grouped(count).length));
  const seconds = Math.max(elapsedMs, 1) / 1000;
  return [
    ...rows.map(([name, count]) => `${name.padEnd(nameWidth)}  ${grouped(count).padStart(countWidth)}`),
    `${grouped(segments)} segments, ${grouped(tally.contexts)} contexts in ${grouped(shards)} shards`,
    `${grouped(answered / seconds)} messages/s in this run (${grouped(answered)} in ${seconds.toFixed(2)} s)`,
    ...Object.entries(tally.first).map(
      ([code, places]) => `${code} first in: ${places.map(({ id }) => printable(id)).join(', ')}`,
    ),
    ...unread.map(({ segment, code, detail }) => {
      const reason = 'reason' in detail ? `: ${systemReason(printable(String(detail['reason'])))}` : '';
      return `not read to the end: ${printable(segment)}: ${code}${reason}`;
    }),
  ].join('\n');
}
