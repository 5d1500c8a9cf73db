import { formatInstant, jsonLine } from '@parley/core/internal';
import type { LogResult, VerifySummary } from '@parley/log';

/** One line of a results file. */
export function resultLine(result: LogResult): string {
  const at = result.atMs === undefined ? null : instantOrNull(result.atMs);
  if (result.ok) {
    const { identifier, signed, encrypted } = result.verdict;
    return jsonLine({ id: result.id, ok: true, code: null, context: identifier, signed, encrypted, at });
  }
  const { identifier, ...detail } = result.detail;
  const context = identifier ?? null;
  return jsonLine({
    id: result.id,
    ok: false,
    code: result.code,
    context,
    signed: [],
    encrypted: [],
    at,
    detail,
  });
}

// A record may claim any number as its time.
function instantOrNull(atMs: number): string | null {
  return Math.abs(atMs) <= 8.64e15 && atMs >= 0 ? formatInstant(atMs) : null;
}

/** What was read besides messages. */
export interface FilesRead {
  readonly files: number;
  readonly skippedFiles: number;
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
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const countWidth = Math.max(...rows.map(([, count]) => count.length));
  const table = rows.map(([name, count]) => `${name.padEnd(nameWidth)}  ${count.padStart(countWidth)}`);
  const megabytes = (summary.octets / 1e6).toFixed(1);
  const seconds = (summary.elapsedMs / 1000).toFixed(2);
  const lines = [
    ...table,
    `${grouped(summary.messagesPerSecond)} messages/s, ${summary.megabytesPerSecond.toFixed(1)} MB/s (${megabytes} MB in ${seconds} s)`,
  ];
  if (read.skippedFiles > 0) lines.push(`skipped ${grouped(read.skippedFiles)} files that are no logs by their names`);
  if (!summary.complete) lines.push('interrupted: this is not the whole');
  return lines.join('\n');
}

/** The summary for a machine. */
export function summaryJson(summary: VerifySummary, read: FilesRead): string {
  const { elapsedMs, messagesPerSecond, megabytesPerSecond, ...exact } = summary;
  const rounded = {
    elapsedMs: Math.round(elapsedMs),
    messagesPerSecond: Math.round(messagesPerSecond),
    megabytesPerSecond: Math.round(megabytesPerSecond * 100) / 100,
  };
  return jsonLine({ ...exact, ...rounded, ...read });
}

/** A whole number with its thousands apart. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
