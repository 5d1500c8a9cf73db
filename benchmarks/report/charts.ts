/** What of the results is drawn, and the table beside each drawing: the same figures. */
import { aimRows, figure } from '../aims.ts';
import type { Measurement } from '../measure.ts';
import type { Results, SuiteName } from '../results.ts';
import { TITLES } from '../results-text.ts';

export interface Chart {
  readonly title: string;
  /** Of the figures drawn. */
  readonly unit: string;
  readonly kind: 'bar' | 'line';
  readonly labels: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

const TIMED = ['kernels', 'codec', 'pipeline', 'pool', 'peers', 'messages', 'sequences'] as const;

/** Charts of all suites that ran. */
export function chartsOf(results: Results): readonly Chart[] {
  const { suites } = results;
  return [
    aimChart(results),
    ...TIMED.flatMap((suite) => timedChart(suite, suites[suite] ?? [])),
    ...(suites.scaling === undefined ? [] : scalingChart(suites.scaling)),
    ...(suites.log === undefined ? [] : logChart(suites.log)),
    ...(suites.http === undefined ? [] : httpCharts(suites.http)),
    ...(suites.soak ?? []).map(
      ({ rssMiB }): Chart => ({
        title: `${TITLES.soak}: memory`,
        unit: 'MiB',
        kind: 'line',
        labels: rssMiB.map((_, index) => String(index + 1)),
        series: [{ name: 'RSS', values: rssMiB }],
      }),
    ),
    ...scaleCharts(suites.scale ?? []),
  ].filter(({ labels }) => labels.length > 0);
}

function aimChart(results: Results): Chart {
  const rows = aimRows(results);
  return {
    title: 'Aims: reached as a share of what is wanted; 1 and more is met',
    unit: 'share',
    kind: 'bar',
    labels: rows.map(
      ({ what, reached, bound, wanted, unit }) => `${what}: ${figure(reached)} ${unit}, ${bound} ${figure(wanted)}`,
    ),
    series: [
      {
        name: 'reached',
        values: rows.map(({ reached, bound, wanted }) => (bound === 'at least' ? reached / wanted : wanted / reached)),
      },
    ],
  };
}

function timedChart(suite: SuiteName & (typeof TIMED)[number], rows: readonly Measurement[]): readonly Chart[] {
  const messages = [...new Set(rows.map(({ message }) => message))];
  return messages.map((message) => {
    const shown = rows.filter((row) => row.message === message);
    return {
      title: message === null ? TITLES[suite] : `${TITLES[suite]}: ${message}`,
      unit: 'us a message',
      kind: 'bar',
      labels: shown.map(({ name }) => name),
      series: [
        { name: 'time', values: shown.map(({ wallUs }) => wallUs.median) },
        { name: 'CPU', values: shown.map(({ cpuUs }) => cpuUs.median) },
      ],
    };
  });
}

function scalingChart(rows: NonNullable<Results['suites']['scaling']>): readonly Chart[] {
  return [...new Set(rows.map(({ work }) => work))].map((work) => {
    const shown = rows.filter((row) => row.work === work);
    return {
      title: `${TITLES.scaling}: ${work}`,
      unit: 'ns an octet',
      kind: 'line',
      labels: (shown[0]?.points ?? []).map(({ bytes }) => String(bytes)),
      series: shown.map(({ shape, points }) => ({ name: shape, values: points.map(({ nsPerOctet }) => nsPerOctet) })),
    };
  });
}

function logChart(rows: NonNullable<Results['suites']['log']>): readonly Chart[] {
  const chart: Chart = {
    title: TITLES.log,
    unit: 'us a message',
    kind: 'bar',
    labels: rows.map(({ way, workers }) => `${way}, ${workers} workers`),
    series: [
      { name: 'calling thread', values: rows.map(({ mainUs }) => mainUs?.median ?? null) },
      { name: 'all threads', values: rows.map(({ allUs }) => allUs.median) },
      { name: 'time', values: rows.map(({ wallUs }) => wallUs.median) },
    ],
  };
  return [chart];
}

function httpCharts(rows: NonNullable<Results['suites']['http']>): readonly Chart[] {
  const labels = rows.map(({ server }) => server);
  const bars = { kind: 'bar', labels } as const;
  const rate = { name: 'calls', values: rows.map(({ callsPerSecond }) => callsPerSecond) };
  const cpu = [
    { name: 'CPU of the server', values: rows.map(({ serverCpuUs }) => serverCpuUs) },
    { name: 'CPU of the client', values: rows.map(({ clientCpuUs }) => clientCpuUs) },
  ];
  const latency = [
    { name: 'p50', values: rows.map(({ p50Ms }) => p50Ms) },
    { name: 'p99', values: rows.map(({ p99Ms }) => p99Ms) },
  ];
  return [
    { ...bars, title: TITLES.http, unit: 'calls/s', series: [rate] },
    { ...bars, title: `${TITLES.http}: CPU`, unit: 'us a call', series: cpu },
    { ...bars, title: `${TITLES.http}: latency`, unit: 'ms', series: latency },
  ];
}

function scaleCharts(rows: NonNullable<Results['suites']['scale']>): readonly Chart[] {
  return [...new Set(rows.map(({ axis }) => axis))].map((axis) => {
    const shown = rows.filter((row) => row.axis === axis);
    return {
      title: `${TITLES.scale}: ${axis}`,
      unit: 'us',
      kind: 'line',
      labels: shown.map(({ value }) => String(value)),
      series: [{ name: axis === 'contexts' ? 'look-up' : 'open', values: shown.map(({ us }) => us) }],
    };
  });
}
