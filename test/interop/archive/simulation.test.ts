// What the simulation of an archive says of a few workers is what a few workers do; what it says of a thousand adds up.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { SimulatedRun } from '../../../benchmarks/dist/archive-sim/simulate.js';
import { missingNats } from '../bus/nats-server.mjs';

const RUN = fileURLToPath(new URL('../../../benchmarks/dist/archive-sim/run.js', import.meta.url));
/** Of CPU time, which is what other programs on the machine change least. */
const CPU_RATIO_MAX = 3;

interface Work {
  readonly units: number;
  readonly messages: number;
  readonly cpuMs: number;
}

function simulated(...words: readonly string[]): unknown {
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, '--json', ...words], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

test('1, 2 and 4 workers: as many pieces and messages as it says, and CPU time within three times', {
  timeout: 300_000,
}, (context) => {
  const missing = missingNats();
  if (missing !== undefined) return context.skip(missing);
  const { checked } = simulated('--check', '--messages', '2000', '--segments', '5', '--shards', '4') as {
    readonly checked: readonly { readonly workers: number; readonly predicted: Work; readonly real: Work }[];
  };
  expect(checked.map(({ workers }) => workers)).toEqual([1, 2, 4]);
  for (const { predicted, real } of checked) {
    expect([predicted.units, predicted.messages]).toEqual([real.units, real.messages]);
    const ratio = predicted.cpuMs / real.cpuMs;
    expect(ratio).toBeGreaterThan(1 / CPU_RATIO_MAX);
    expect(ratio).toBeLessThan(CPU_RATIO_MAX);
  }
});

test('a thousand workers: nothing is done twice where nobody dies, and what goes wrong costs time', () => {
  const messages = 10_000_000;
  const words = ['--messages', String(messages), '--segments', '4000', '--shards', '2000', '--workers', '1000'];
  const { rows } = simulated(...words) as {
    readonly rows: readonly { readonly name: string; readonly run: SimulatedRun }[];
  };
  const [calm, slow, dying, warm, hot, all] = rows.map(({ run }) => run) as [
    SimulatedRun,
    SimulatedRun,
    SimulatedRun,
    SimulatedRun,
    SimulatedRun,
    SimulatedRun,
  ];
  for (const { units, lostUnits, crashes, messages: worked, usefulShare } of rows.map(({ run }) => run)) {
    expect(units).toBe(6000);
    expect(lostUnits).toBeLessThanOrEqual(crashes);
    if (crashes === 0) expect(worked).toBeCloseTo(2 * messages);
    expect(worked).toBeGreaterThan(2 * messages - 1);
    expect(usefulShare).toBeGreaterThan(0);
    expect(usefulShare).toBeLessThanOrEqual(1);
  }
  expect([calm.crashes, slow.crashes, warm.crashes, hot.crashes]).toEqual([0, 0, 0, 0]);
  for (const worse of [slow, dying, warm, hot, all]) expect(worse.elapsedMs).toBeGreaterThanOrEqual(calm.elapsedMs);
  expect(hot.elapsedMs).toBeGreaterThan(warm.elapsedMs);
});
