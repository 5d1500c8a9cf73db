/** The results for people. */
import type { Machine } from './machine.ts';
import type { Measurement, Spread } from './measure.ts';
import type { SuiteName } from './results.ts';

const TITLES: Readonly<Record<SuiteName, string>> = {
  kernels: 'Kernels: one function, one thread',
  pipeline: 'Pipeline: verifyBatch, whole runs',
  pool: 'Pool: one message per call',
  peers: 'Peers: the same messages, verified by both',
};

export function machineText(machine: Machine): string {
  const { cpu, cores, memoryGiB, os, node, v8, openssl, date, load, commit } = machine;
  return [
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${os}`,
    `Node ${node} (V8 ${v8}, OpenSSL ${openssl}), ${date}, commit ${commit ?? 'none'}, load ${load}`,
  ].join('\n');
}

export function suiteText(suite: SuiteName, measurements: readonly Measurement[]): string {
  const rows = measurements.map((row) => [
    row.name,
    row.message ?? '',
    row.bytes === 0 ? '' : String(row.bytes),
    rounded(row.wallUs.median),
    `${rounded(row.wallUs.min)}-${rounded(row.wallUs.max)}`,
    rounded(row.cpuUs.median),
    row.messagesPerSecond.toFixed(0),
    row.megabytesPerSecond === null ? '' : rounded(row.megabytesPerSecond),
    againstText(row),
  ]);
  const heads = ['', 'message', 'octets', 'us/message', 'min-max', 'CPU us', 'messages/s', 'MB/s', 'ratio (min-max)'];
  return [TITLES[suite], ...tableLines([heads, ...rows]), ...remarks(suite, measurements)].join('\n');
}

function againstText({ against }: Measurement): string {
  if (against === null) return '';
  return `${ratioText(against.ratio)} of ${against.name}`;
}

function ratioText({ median, min, max }: Spread): string {
  return `${rounded(median)}x (${rounded(min)}-${rounded(max)})`;
}

function remarks(suite: SuiteName, measurements: readonly Measurement[]): readonly string[] {
  if (suite !== 'pipeline') return [];
  const two = measurements.find(({ name }) => name.includes('2 workers'))?.against?.ratio;
  if (two === undefined) return [];
  const speedUp = { median: 1 / two.median, min: 1 / two.max, max: 1 / two.min };
  return [`Two workers are ${ratioText(speedUp)} as fast as one.`];
}

/** Three significant digits, and no exponent. */
function rounded(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return Number(value.toPrecision(3)).toString();
}

function tableLines(rows: ReadonlyArray<readonly string[]>): readonly string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  // Text to the left, figures to the right.
  const isFigure = (column: number): boolean => column >= 2 && column < widths.length - 1;
  return rows.map((row) =>
    row
      .map((cell, column) => (isFigure(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}
