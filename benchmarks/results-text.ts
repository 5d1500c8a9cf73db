/** The results for people. */

import { aimRows, figure } from './aims.ts';
import type { AllocationMeasurement } from './allocation/allocation.ts';
import { heapBytesPerElement } from './allocation/allocation.ts';
import { aimLines } from './codec/aims.ts';
import type { HttpMeasurement } from './http/http.ts';
import { logAimLines } from './log/aims.ts';
import type { LogMeasurement } from './log/log.ts';
import type { Machine } from './machine.ts';
import type { Measurement, Spread } from './measure.ts';
import { messageAimLines } from './messages/aims.ts';
import type { Results, SuiteName, SuiteResults, TimedSuite } from './results.ts';
import type { ScaleMeasurement } from './scale/scale.ts';
import type { ScalingMeasurement } from './scaling/scaling.ts';
import type { SoakMeasurement } from './soak/soak.ts';
import { rssSpread } from './soak/soak.ts';

export const TITLES: Readonly<Record<SuiteName, string>> = {
  kernels: 'Kernels: one function, one thread',
  codec: 'Codec: scan and C14N beside other readers, one thread',
  allocation: 'Allocation: scan and exclusive C14N of one message after another, tape and sink kept',
  scaling: 'Scaling: nanoseconds per octet against size; exclusive, inclusive and ids include the scan',
  pipeline: 'Pipeline: verifyBatch, whole runs',
  log: 'Log: one verified from its file, microseconds of CPU and of time per message',
  pool: 'Pool: one message per call',
  peers: 'Peers: the same messages, verified by both',
  sequences: 'Sequences: calls through both parties, alone and in a sequence',
  messages: 'Messages: open and seal beside other implementations, one thread each',
  http: 'HTTP: an echo of 5 KB, signed and encrypted both ways, the best round of each server',
  soak: 'Soak: calls for one message each, 64 in flight, two workers',
  scale: 'Scale: microseconds of a message, or of looking a context up, as one thing grows',
};

export function machineText(machine: Machine): string {
  const { cpu, cores, memoryGiB, os, node, v8, openssl, date, load, commit } = machine;
  return [
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${os}`,
    `Node ${node} (V8 ${v8}, OpenSSL ${openssl}), ${date}, commit ${commit ?? 'none'}, load ${load}`,
  ].join('\n');
}

export function suiteText<Suite extends SuiteName>(suite: Suite, results: SuiteResults[Suite]): string {
  return [TITLES[suite], ...bodyLines({ [suite]: results })].join('\n');
}

/** The aims of the project that these results have a figure for. */
export function aimsText(results: Pick<Results, 'suites'>): string {
  const rows = aimRows(results).map(({ what, unit, reached, bound, wanted, isMet }) => [
    isMet ? 'met' : 'MISSED',
    what,
    figure(reached),
    `${bound} ${figure(wanted)}`,
    unit,
  ]);
  return ['Aims', ...tableLines([['', '', 'reached', 'wanted', ''], ...rows])].join('\n');
}

function bodyLines({
  allocation,
  scaling,
  log,
  http,
  soak,
  scale,
  ...timed
}: Partial<SuiteResults>): readonly string[] {
  if (allocation !== undefined) return allocationLines(allocation);
  if (scaling !== undefined) return scalingLines(scaling);
  if (log !== undefined) return logLines(log);
  if (http !== undefined) return httpLines(http);
  if (soak !== undefined) return soakLines(soak);
  if (scale !== undefined) return scaleLines(scale);
  return (Object.entries(timed) as [TimedSuite, readonly Measurement[]][]).flatMap(([suite, rows]) =>
    timeLines(suite, rows),
  );
}

function timeLines(suite: TimedSuite, measurements: readonly Measurement[]): readonly string[] {
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
  return [...tableLines([heads, ...rows]), ...remarks(suite, measurements)];
}

function allocationLines(measurements: readonly AllocationMeasurement[]): readonly string[] {
  const heads = ['', '', 'elements', 'octets', 'heap octets/message', 'collections', 'messages', 'buffers grew'];
  const rows = measurements.map((row) => [
    row.form,
    '',
    String(row.elements),
    String(row.bytes),
    row.heapBytesPerMessage.toFixed(0),
    String(row.collections),
    String(row.messages),
    String(row.bufferOctets),
  ]);
  const forms = [...new Set(measurements.map(({ form }) => form))];
  const perElement = forms.map(
    (form) => `${form}: ${heapBytesPerElement(measurements, form).toFixed(2)} heap octets for an element more`,
  );
  return [...tableLines([heads, ...rows]), ...perElement];
}

function scalingLines(measurements: readonly ScalingMeasurement[]): readonly string[] {
  const sizes = measurements[0]!.points.map(({ bytes }) => sizeText(bytes));
  const heads = ['', '', ...sizes, 'exponent', ''];
  const rows = measurements.map(({ shape, work, points, exponent, isLinear }) => [
    shape,
    work,
    ...points.map(({ nsPerOctet }) => rounded(nsPerOctet)),
    exponent.toFixed(2),
    isLinear ? '' : 'NOT LINEAR',
  ]);
  return tableLines([heads, ...rows]);
}

function httpLines(measurements: readonly HttpMeasurement[]): readonly string[] {
  const heads = ['server', 'calls/s', 'p50 ms', 'p99 ms', 'server CPU us', 'client CPU us', 'RSS MiB', 'failed'];
  const rows = measurements.map((row) => [
    row.server,
    String(Math.round(row.callsPerSecond)),
    row.p50Ms.toFixed(1),
    row.p99Ms.toFixed(1),
    String(row.serverCpuUs),
    String(row.clientCpuUs),
    String(row.rssMiB),
    String(row.failed),
  ]);
  return tableLines([heads, ...rows]);
}

function logLines(measurements: readonly LogMeasurement[]): readonly string[] {
  const heads = ['read by', 'workers', 'octets', 'main CPU', 'all CPU', 'time', 'min-max', 'messages/s', ''];
  const rows = measurements.map(({ way, workers, bytes, mainUs, allUs, wallUs }) => [
    way,
    String(workers),
    String(bytes),
    mainUs === null ? '' : rounded(mainUs.median),
    rounded(allUs.median),
    rounded(wallUs.median),
    `${rounded(wallUs.min)}-${rounded(wallUs.max)}`,
    (1e6 / wallUs.median).toFixed(0),
    '',
  ]);
  return [...tableLines([heads, ...rows]), ...logAimLines(measurements)];
}

function soakLines(measurements: readonly SoakMeasurement[]): readonly string[] {
  const heads = [
    '',
    '',
    'messages',
    'messages/s',
    'p50 ms',
    'p99 ms',
    'p99.9 ms',
    'max ms',
    'loop max ms',
    'GC max ms',
    'RSS +-',
    '',
  ];
  const rows = measurements.map((run) => [
    `${run.workers} workers`,
    '',
    String(run.messages),
    run.messagesPerSecond.toFixed(0),
    rounded(run.latencyMs.p50),
    rounded(run.latencyMs.p99),
    rounded(run.latencyMs.p999),
    rounded(run.latencyMs.max),
    rounded(run.eventLoopDelayMs.max),
    rounded(run.gc.longestMs),
    `${rounded(100 * rssSpread(run))} %`,
    '',
  ]);
  return tableLines([heads, ...rows]);
}

function scaleLines(measurements: readonly ScaleMeasurement[]): readonly string[] {
  const rows = measurements.map(({ axis, value, us, byTemplate }) => [
    axis,
    '',
    String(value),
    rounded(us),
    byTemplate === null ? '' : `${(100 * byTemplate).toFixed(0)} %`,
    '',
  ]);
  return tableLines([['', '', 'of them', 'us', 'by template', ''], ...rows]);
}

/** 1000 octets are 1 KB. */
function sizeText(bytes: number): string {
  const thousands = Math.round(Math.log10(bytes)) / 3;
  const unit = ['B', 'KB', 'MB'][Math.floor(thousands)]!;
  return `${Math.round(10 ** ((thousands % 1) * 3))} ${unit}`;
}

function againstText({ against }: Measurement): string {
  if (against === null) return '';
  return `${ratioText(against.ratio)} of ${against.name}`;
}

function ratioText({ median, min, max }: Spread): string {
  return `${rounded(median)}x (${rounded(min)}-${rounded(max)})`;
}

function remarks(suite: TimedSuite, measurements: readonly Measurement[]): readonly string[] {
  if (suite === 'codec') return aimLines(measurements);
  if (suite === 'messages') return messageAimLines(measurements);
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
