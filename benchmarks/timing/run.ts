/** Does a time tell why a decryption failed? A benchmark and no test: the machine has its own share in every time. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { describeMachine } from '../machine.ts';
import { wholeNumber } from '../number-option.ts';
import { machineText } from '../results-text.ts';
import type { TimingCase } from './cases.ts';
import { timingCases } from './cases.ts';
import { openTimingCases } from './open-cases.ts';
import { compareTimes } from './welch.ts';

const HELP = `Usage: node benchmarks/dist/timing/run.js [options]

Times pairs of inputs in turn and compares them with Welch's t: above ${4.5} they can be told apart.

  --samples <n>   of each input kind (default: 4000)
  --match <text>  only cases whose name contains it, such as open or OAEP
  --help          this text
`;

/** The usual bound of leakage tests: one false alarm in 100,000. */
const T_MAX = 4.5;
const WARM_UP = 300;

const { values } = parseArgs({
  options: { samples: { type: 'string' }, match: { type: 'string', default: '' }, help: { type: 'boolean' } },
});
if (values.help === true) console.log(HELP);
else printCases(wholeNumber('--samples', values.samples, 4000), values.match);

function printCases(samples: number, match: string): void {
  console.log(machineText(describeMachine()));
  console.log(`${samples} of each, less the slowest tenth; |t| below ${T_MAX}: not told apart\n`);
  for (const timingCase of [...timingCases(), ...openTimingCases()].filter(({ name }) => name.includes(match))) {
    const [left, right] = timesOf(timingCase, samples);
    const { meanNs, t } = compareTimes(left, right);
    const isEqual = Math.abs(t) < T_MAX;
    const verdict = isEqual ? 'not told apart' : timingCase.mustBeEqual ? 'TOLD APART' : 'told apart, as it may be';
    const means = meanNs.map((ns) => `${(ns / 1000).toFixed(2)} us`).join(' / ');
    const difference = `${(meanNs[0] - meanNs[1]).toFixed(0)} ns`.padStart(10);
    const name = `${timingCase.name}: ${timingCase.left} / ${timingCase.right}`.padEnd(76);
    console.log(`${name}${means.padEnd(24)}${difference}  t = ${t.toFixed(2).padStart(6)}  ${verdict}`);
  }
}

// In random order, so that nothing that drifts falls on one kind.
function timesOf(timingCase: TimingCase, samples: number): readonly [Float64Array, Float64Array] {
  const times = [new Float64Array(samples), new Float64Array(samples)] as const;
  const counts: [number, number] = [0, 0];
  for (let i = 0; i < WARM_UP; i++) timeOf(timingCase, (i % 2) as 0 | 1);
  while (counts[0] < samples || counts[1] < samples) {
    const kind = counts[0] === samples ? 1 : counts[1] === samples ? 0 : (randomInt(2) as 0 | 1);
    times[kind][counts[kind]++] = timeOf(timingCase, kind);
  }
  return times;
}

function timeOf({ inputs, run }: TimingCase, kind: 0 | 1): number {
  const input = inputs[kind][randomInt(inputs[kind].length)];
  if (input === undefined) throw new Error('a kind without inputs');
  const start = process.hrtime.bigint();
  run(input);
  return Number(process.hrtime.bigint() - start);
}
