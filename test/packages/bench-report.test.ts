// The page that shows results: it needs nothing from elsewhere, and says each figure twice, drawn and in a table.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { aimRows } from '../../benchmarks/dist/aims.js';
import { chartsOf } from '../../benchmarks/dist/report/charts.js';
import { BEGIN, END, withFigures } from '../../benchmarks/dist/report/document.js';
import { chartLibrary } from '../../benchmarks/dist/report/library.js';
import { reportPage } from '../../benchmarks/dist/report/page.js';
import type { Results } from '../../benchmarks/dist/results.js';
import { missingBrowser, rendered } from './browser.ts';

const spread = (median: number) => ({ median, min: median, max: median });
const timed = (name: string, message: string | null, us: number, ratio?: number) => ({
  name,
  message,
  bytes: 5000,
  wallUs: spread(us),
  cpuUs: spread(us),
  messagesPerSecond: 1e6 / us,
  megabytesPerSecond: null,
  against: ratio === undefined ? null : { name: 'crypto floor', ratio: spread(ratio) },
});

const RESULTS: Results = {
  format: 'parley-benchmarks/1',
  machine: {
    cpu: 'one <script>alert(1)</script>',
    cores: 2,
    memoryGiB: 4,
    os: 'Linux',
    node: '20.20.2',
    v8: '11',
    openssl: '3',
    date: '2026-01-15T12:00:00Z',
    load: 1,
    commit: 'abc',
  },
  settings: {
    rounds: 1,
    roundMs: 1,
    warmUpMs: 1,
    messages: 1,
    allocatingMessages: 1,
    largestBytes: 1,
    connections: 1,
    soakMessages: 1,
    contextsMax: 1,
  },
  suites: {
    kernels: [
      timed('open, known key', 'vector/signed-5k', 10, 1.7),
      timed('open, known key', 'sealed/gcm-5k', 20, 2.5),
      timed('</script><b>', 'vector/signed-5k', 3.5),
    ],
    soak: [
      {
        messages: 10,
        workers: 2,
        messagesPerSecond: 10,
        rssMiB: [100, 101, 110],
        latencyMs: { p50: 1, p99: 2, p999: 3, max: 4 },
        eventLoopDelayMs: { p99: 1, max: 21 },
        gc: { count: 1, totalMs: 1, longestMs: 1 },
      },
    ],
    http: ['unsecured', 'secured, two workers', 'CXF, its own client'].map((server, index) => ({
      server,
      callsPerSecond: [1000, 700, 100][index]!,
      p50Ms: 1,
      p99Ms: 2,
      serverCpuUs: 3,
      clientCpuUs: 4,
      rssMiB: 5,
      failed: 0,
    })),
    scale: [
      { axis: 'shapes', value: 1, us: 10, byTemplate: 1 },
      { axis: 'shapes', value: 1000, us: 90, byTemplate: 0 },
    ],
  },
};

test('aims are said of what was measured, met or missed', () => {
  const said = new Map(aimRows(RESULTS).map(({ what, isMet }) => [what, isMet]));
  expect(said.get('open, signed, 1 to 5 KB')).toBe(true);
  expect(said.get('open, Body in GCM, 1 to 5 KB')).toBe(false);
  expect(said.get('HTTP, two workers to unsecured')).toBe(true);
  expect(said.get('HTTP, two workers to CXF')).toBe(true);
  expect(said.get('soak: memory from its median')).toBe(false);
  expect(said.get('soak: longest stall of the event loop')).toBe(false);
  expect([...said.keys()].some((what) => what.includes('WSS4J'))).toBe(false);
});

describe('the page', () => {
  const page = reportPage(RESULTS, chartLibrary());
  const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, source]) => source!);

  test('asks nobody for anything', () => {
    const markup = page.replaceAll(/<script>[\s\S]*?<\/script>/g, '');
    expect(markup).not.toMatch(/(src|href|url)\s*[=(]/);
    expect(markup).not.toContain('<b>');
    expect(scripts).toHaveLength(2);
  });

  test('has a canvas for every chart, and its figures in a table beside it', () => {
    const charts = chartsOf(RESULTS);
    expect(charts.map(({ title }) => title).join()).toContain('Aims');
    expect(page.match(/<canvas /g)).toHaveLength(charts.length);
    expect(page.match(/<table>/g)).toHaveLength(charts.length);
    for (const { labels } of charts) expect(labels.length).toBeGreaterThan(0);
  });

  test('is drawn by a browser', { timeout: 60_000 }, async (context) => {
    if (missingBrowser !== undefined) return context.skip(missingBrowser);
    const charts = chartsOf(RESULTS);
    // Says of each canvas what was drawn in it, and how much of it is not blank.
    const look = `for (const canvas of document.querySelectorAll('canvas')) {
      const { config, data } = Chart.getChart(canvas);
      const { data: octets } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      canvas.dataset.seen = [config.type, data.labels.length, octets.some((octet) => octet !== 0)].join(' ');
    }`;
    const folder = mkdtempSync(path.join(os.tmpdir(), 'parley-report-'));
    const file = path.join(folder, 'report.html');
    writeFileSync(file, page.replace('</body>', `<script>${look}</script></body>`));
    const document = await rendered(pathToFileURL(file).href);
    rmSync(folder, { recursive: true });
    expect(document).toContain(`data-drawn="${charts.length}"`);
    const seen = [...document.matchAll(/data-seen="([^"]*)"/g)].map(([, said]) => said);
    expect(seen).toEqual(charts.map(({ kind, labels }) => `${kind} ${labels.length} true`));
  });

  test('brings the library along as it is', () => {
    const context = createContext({ window: {} });
    runInContext(scripts[0]!, context);
    expect(typeof runInContext('globalThis.Chart ?? self.Chart', context)).toBe('function');
  });
});

test('figures replace figures in a document, and nothing else', () => {
  const document = `before\n\n${BEGIN}\n\nold\n\n${END}\n\nafter\n`;
  const once = withFigures(document, RESULTS);
  expect(once.startsWith(`before\n\n${BEGIN}`)).toBe(true);
  expect(once.endsWith(`${END}\n\nafter\n`)).toBe(true);
  expect(once).not.toContain('old');
  expect(withFigures(once, RESULTS)).toBe(once);
  expect(() => withFigures('nothing', RESULTS)).toThrow(/place for figures/);
});
