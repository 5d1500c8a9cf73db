/**
 * `node benchmarks/dist/archive-sim/run.js`: what a thousand workers make of an archive, simulated; with `--check`, the simulation against processes of this
 * machine, which it has to agree with first.
 */
import { parseArgs } from 'node:util';
import { describeMachine } from '../machine.ts';
import { wholeNumber } from '../number-option.ts';
import { chanceOf } from './chance.ts';
import { check } from './check.ts';
import type { SimulatedFleet } from './simulate.ts';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    messages: { type: 'string' },
    segments: { type: 'string' },
    shards: { type: 'string' },
    workers: { type: 'string' },
    'index-us': { type: 'string' },
    'verify-us': { type: 'string' },
  },
});
const number = (name: Exclude<keyof typeof values, 'json' | 'check'>, fallback: number): number =>
  wholeNumber(`--${name}`, values[name], fallback);

if (values.check) await printCheck();
else printThousand();

async function printCheck(): Promise<void> {
  const settings = {
    messages: number('messages', 40_000),
    segments: number('segments', 16),
    shards: number('shards', 16),
  };
  const machine = describeMachine();
  const checked = await check(settings);
  if (values.json) {
    console.log(JSON.stringify({ machine, settings, checked }));
    return;
  }
  console.log(
    `${machine.cpu}, ${machine.cores} cores, load ${machine.load} before; ${settings.messages} messages in folders`,
  );
  console.log('workers   seconds: predicted   real   ratio   CPU s: predicted   real   pieces: predicted   real');
  for (const { workers, predicted, real } of checked) {
    const columns = [
      predicted.elapsedMs / 1000,
      real.elapsedMs / 1000,
      predicted.elapsedMs / real.elapsedMs,
      predicted.cpuMs / 1000,
      real.cpuMs / 1000,
    ];
    const pieces = `${predicted.units.toString().padStart(12)}${real.units.toString().padStart(12)}`;
    console.log(workers.toString().padEnd(9) + columns.map((value) => value.toFixed(2).padStart(12)).join('') + pieces);
  }
}

/** A billion messages, by default. */
function printThousand(): void {
  const messages = number('messages', 1_000_000_000);
  const workers = number('workers', 1000);
  const [segments, shards] = [number('segments', 40_000), number('shards', 4096)];
  const costs = {
    indexUs: number('index-us', 60),
    verifyUs: number('verify-us', 60),
    unitMs: 200,
    startMs: 5000,
    pollMs: 1000,
  };
  const steady: SimulatedFleet = {
    workers,
    coreShare: 1,
    stragglers: { share: 0, times: 1 },
    crashEveryMs: Number.POSITIVE_INFINITY,
    silenceMs: 30_000,
  };
  const slow = { share: 0.05, times: 4 };
  const dying = 3_600_000;
  const scenarios: readonly (readonly [string, SimulatedFleet, number])[] = [
    ['nothing goes wrong', steady, 0],
    ['5 % four times slower', { ...steady, stragglers: slow }, 0],
    ['each dies once an hour', { ...steady, crashEveryMs: dying }, 0],
    ['a context of 1 %', steady, 0.01],
    ['a context of 10 %', steady, 0.1],
    ['all of it', { ...steady, stragglers: slow, crashEveryMs: dying }, 0.01],
  ];
  const rows = scenarios.map(([name, fleet, hot]) => {
    const archive = {
      segments: Array<number>(segments).fill(messages / segments),
      shards: spread(messages, shards, hot),
    };
    return { name, run: simulate(archive, costs, fleet, chanceOf(1)) };
  });
  if (values.json) {
    console.log(JSON.stringify({ messages, workers, segments, shards, costs, rows }));
    return;
  }
  console.log(
    `${messages} messages, ${workers} workers, ${segments} segments, ${shards} shards, ${costs.indexUs} + ${costs.verifyUs} us a message`,
  );
  console.log('                          minutes   useful %   pieces lost   crashes   worked on in vain %');
  for (const { name, run } of rows) {
    const vain = (100 * (run.messages - 2 * messages)) / (2 * messages);
    const columns = [run.elapsedMs / 60_000, 100 * run.usefulShare, run.lostUnits, run.crashes, vain];
    console.log(name.padEnd(24) + columns.map((value) => value.toFixed(1).padStart(12)).join(''));
  }
}

/** Even, but for one shard that has a context of that share. */
function spread(messages: number, shards: number, hot: number): number[] {
  const even = (messages * (1 - hot)) / shards;
  return Array.from({ length: shards }, (_, shard) => (shard === 0 ? even + messages * hot : even));
}
