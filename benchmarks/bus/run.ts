/**
 * `node benchmarks/dist/bus/run.js`: signed messages from one place of a bus to another, copied and verified, in turn, with the CPU time of the relay
 * and of the broker told apart. Needs the brokers of `test/interop/bus`; `--broker nats` runs one of them.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from '../machine.ts';
import { wholeNumber } from '../number-option.ts';
import type { BenchBus, RunningBroker } from './brokers.ts';
import { BROKERS, cpuUsOf, openBus, startBroker } from './brokers.ts';
import { contextsOf, signedMessage } from './messages.ts';

const { values } = parseArgs({
  options: {
    broker: { type: 'string', multiple: true },
    messages: { type: 'string' },
    rounds: { type: 'string' },
    workers: { type: 'string' },
  },
});
const messages = wholeNumber('--messages', values.messages, 10_000);
const rounds = wholeNumber('--rounds', values.rounds, 5);
const workers = wholeNumber('--workers', values.workers, 2);
const BATCH = 250;
const STAGES = ['copy', 'verify'] as const;
const startMs = Date.now();
const contexts = contextsOf(startMs);
const made = Array.from({ length: messages }, (_, index) => {
  const context = contexts[index % contexts.length]!;
  return { octets: signedMessage(context, index, Date.now()), key: context.identifier };
});

interface Run {
  readonly results: number;
  readonly elapsedMs: number;
  readonly cpuUs: number;
  readonly brokerCpuUs: number;
}

type Runs = Record<(typeof STAGES)[number], Run[]>;

const machine = describeMachine();
console.log(
  `${machine.cpu}, ${machine.cores} cores, load ${machine.load} before; ${messages} signed messages of 5 KB, ${workers} workers, medians of ${rounds}`,
);
console.log(
  'broker      copied/s   verified/s   relay us: copying   verifying   broker us: copying   verifying   ratio (aim 0.5)',
);
for (const name of values.broker ?? BROKERS) {
  try {
    console.log(row(name, await measured(name)));
  } catch (error) {
    console.log(`${name.padEnd(8)}${error instanceof Error ? error.message.trim() : String(error)}`);
  }
}
// Clients that go on connecting to a broker that is gone keep no benchmark alive.
process.exit();

async function measured(name: string): Promise<Runs> {
  const broker = await startBroker(name);
  const runs: Runs = { copy: [], verify: [] };
  try {
    const bus = await openBus(name, broker.port);
    await bus.create();
    const producer = bus.producer();
    for (let round = 0; round <= rounds; round++) {
      for (const stage of STAGES) {
        await produce(producer, `${round}-${stage}`);
        const run = await relayed(name, stage, broker);
        process.stderr.write(`${name}, round ${round}, ${stage}: ${Math.round(perSecond(run))}/s\n`);
        // The first round warms the broker up.
        if (round > 0) runs[stage].push(run);
      }
    }
    await bus.close();
  } finally {
    await broker.remove();
  }
  return runs;
}

async function produce(producer: ReturnType<BenchBus['producer']>, name: string): Promise<void> {
  for (let from = 0; from < messages; from += BATCH) {
    const batch = made
      .slice(from, from + BATCH)
      .map((message, index) => ({ ...message, headers: {}, id: `in-${name}-${from + index}` }));
    await producer.send(batch);
  }
}

async function relayed(name: string, stage: string, broker: RunningBroker): Promise<Run> {
  const script = fileURLToPath(new URL('./relay.js', import.meta.url));
  const words = [name, stage, broker.port, startMs, stage === 'copy' ? 0 : workers, messages].map(String);
  const before = cpuUsOf(broker);
  const child = spawn(process.execPath, [script, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  for await (const chunk of child.stdout) said += String(chunk);
  return { ...(JSON.parse(said) as Omit<Run, 'brokerCpuUs'>), brokerCpuUs: cpuUsOf(broker) - before };
}

function row(name: string, runs: Runs): string {
  const of = (stage: keyof Runs, value: (run: Run) => number): number => median(runs[stage].map(value));
  const relayUs = ({ cpuUs, results }: Run): number => cpuUs / results;
  const brokerUs = ({ brokerCpuUs, results }: Run): number => brokerCpuUs / results;
  const columns = [
    of('copy', perSecond),
    of('verify', perSecond),
    of('copy', relayUs),
    of('verify', relayUs),
    of('copy', brokerUs),
    of('verify', brokerUs),
  ].map((value) => Math.round(value).toString().padStart(13));
  const ratios = runs.copy.map(({ elapsedMs }, round) => elapsedMs / (runs.verify[round]?.elapsedMs ?? Number.NaN));
  return `${name.padEnd(8)}${columns.join('')}${median(ratios).toFixed(2).padStart(13)}`;
}

function perSecond({ results, elapsedMs }: Run): number {
  return (results / elapsedMs) * 1000;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((left, right) => left - right);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
