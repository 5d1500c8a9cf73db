/**
 * Is one build faster than another? Both measure themselves, each time in a new process, in turn: base, head, base
 * again. How far base differs from itself is the noise floor; a difference inside it is none.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from './machine.ts';
import type { Measurement, Spread } from './measure.ts';
import { spreadOf } from './measure.ts';
import { wholeNumber } from './number-option.ts';
import type { Results } from './results.ts';
import { machineText } from './results-text.ts';

const HELP = `Usage: node benchmarks/dist/compare.js <base> <head> [options]

Compares two checkouts, each built (tsc -b): <base> and <head> are their benchmarks/dist folders.

  --match <text>   only kernels of messages whose name contains it (default: vector/)
  --rounds <n>     processes of each, at least 5 (default: 9)
  --by <measure>   wall or cpu time (default: wall; cpu on a machine that is not idle)
  --json           the outcome as JSON, and nothing else
  --help           this text
`;

interface Options {
  readonly base: string;
  readonly head: string;
  readonly match: string;
  readonly rounds: number;
  readonly by: 'wallUs' | 'cpuUs';
  readonly json: boolean;
}

/** One kernel on one message. A ratio is time over the time of base in the same round. */
interface Comparison {
  readonly name: string;
  readonly message: string | null;
  /** Of base, per message. */
  readonly baseUs: Spread;
  readonly head: Spread;
  /** Of base measured again: the noise floor. */
  readonly noise: Spread;
  readonly verdict: 'faster' | 'slower' | 'no difference';
}

/** Per kernel and message: its time in each round. */
type Series = ReadonlyMap<string, number[]>;

// Most of what a process adds to the noise is settled when it starts: many short ones tell more than few long ones.
const ONE_PROCESS = ['--quick', '--rounds', '3', '--round-ms', '30'];
const ROUNDS_MIN = 5;

main();

function main(): void {
  const options = readOptions();
  if (options === undefined) return;
  const { base, head, rounds, json } = options;
  const series = { base: newSeries(), head: newSeries(), again: newSeries() };
  const rows = new Map<string, Measurement>();
  const sides = [
    { folder: base, times: series.base },
    { folder: head, times: series.head },
    { folder: base, times: series.again },
  ];
  for (let round = 0; round < rounds; round++) {
    // Another side goes first in each round: what drifts favours none.
    for (let place = 0; place < sides.length; place++) {
      const { folder, times } = sides[(round + place) % sides.length]!;
      for (const row of measured(folder, options)) {
        if (times === series.base) rows.set(keyOf(row), row);
        append(times, row, options);
      }
    }
  }
  const comparisons = [...rows].flatMap(([key, row]) => compare(key, row, series));
  const machine = describeMachine();
  if (json) {
    console.log(
      JSON.stringify({ format: 'parley-comparison/1', machine, rounds, by: options.by, comparisons }, undefined, 2),
    );
    return;
  }
  console.log(
    `${machineText(machine)}\n${rounds} processes of each, in turn; ratios to base, least and greatest beside them\n`,
  );
  for (const comparison of comparisons) console.log(comparisonText(comparison));
  const missing = [...rows.keys()].filter((key) => !series.head.has(key)).length;
  if (missing > 0) console.log(`${missing} of base have no counterpart in head.`);
}

function measured(folder: string, { match }: Options): readonly Measurement[] {
  const words = ['--json', '--only', 'kernels', '--match', match, ...ONE_PROCESS];
  const { status, stdout } = spawnSync(process.execPath, [join(folder, 'run.js'), ...words], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error('one of the builds did not run to its end');
  return (JSON.parse(stdout) as Results).suites.kernels ?? [];
}

function compare(
  key: string,
  row: Measurement,
  series: { base: Series; head: Series; again: Series },
): readonly Comparison[] {
  const base = series.base.get(key)!;
  const headTimes = series.head.get(key);
  if (headTimes === undefined) return [];
  const ratios = (times: readonly number[]): Spread => spreadOf(times.map((time, round) => time / base[round]!));
  const head = ratios(headTimes);
  const noise = ratios(series.again.get(key)!);
  // Which of two equals comes out ahead is chance, so the floor reaches as far down as up.
  const floor = Math.max(noise.max, 1 / noise.min);
  const verdict = head.median > floor ? 'slower' : head.median < 1 / floor ? 'faster' : 'no difference';
  return [{ name: row.name, message: row.message, baseUs: spreadOf(base), head, noise, verdict }];
}

function comparisonText({ name, message, baseUs, head, noise, verdict }: Comparison): string {
  const ratio = ({ median, min, max }: Spread): string => `${median.toFixed(3)} (${min.toFixed(3)}-${max.toFixed(3)})`;
  return `${name} ${message ?? ''}: base ${baseUs.median.toPrecision(3)} us, head ${ratio(head)}, noise ${ratio(noise)}: ${verdict}`;
}

function newSeries(): Map<string, number[]> {
  return new Map();
}

function append(series: Map<string, number[]>, row: Measurement, { by }: Options): void {
  const times = series.get(keyOf(row)) ?? [];
  times.push(row[by].median);
  series.set(keyOf(row), times);
}

function keyOf({ name, message }: Measurement): string {
  return `${name} ${message ?? ''}`;
}

/** `undefined` when there is nothing more to do; says so itself. */
function readOptions(): Options | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        match: { type: 'string', default: 'vector/' },
        rounds: { type: 'string' },
        by: { type: 'string', default: 'wall' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return undefined;
    }
    const [base, head] = positionals;
    if (base === undefined || head === undefined || positionals.length > 2) throw new Error('two folders, please');
    for (const folder of [base, head]) {
      if (!existsSync(join(folder, 'run.js'))) throw new Error(`no run.js in '${folder}': is it built?`);
    }
    if (values.by !== 'wall' && values.by !== 'cpu') throw new Error(`--by takes wall or cpu, not '${values.by}'`);
    const by = values.by === 'wall' ? 'wallUs' : 'cpuUs';
    const rounds = wholeNumber('--rounds', values.rounds, 9);
    if (rounds < ROUNDS_MIN) throw new Error(`--rounds: fewer than ${ROUNDS_MIN} say nothing about noise`);
    return { base, head, match: values.match, rounds, by, json: values.json };
  } catch (error) {
    console.error(`compare: ${(error as Error).message}`);
    process.exitCode = 2;
    return undefined;
  }
}
