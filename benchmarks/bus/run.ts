/**
 * `node benchmarks/dist/bus/run.js`: messages from one stream of NATS to another, copied and verified, in turn, with the CPU time of the relay
 * and of the server told apart. Needs the server of `test/interop/bus`.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AckPolicy, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { natsOutlet } from '@parley/bus-nats';
import { contextsOf, signedMessage } from './messages.ts';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '5' },
    workers: { type: 'string', default: '2' },
  },
});
const [messages, rounds, workers] = [values.messages, values.rounds, values.workers].map(Number) as [
  number,
  number,
  number,
];
const BATCH = 250;
const TICKS_PER_SECOND = 100;
const STAGES = ['copy', 'verify'] as const;

const servers = new URL('../../../test/interop/bus/nats-server.mjs', import.meta.url).href;
const { missingNats, startNats } = (await import(servers)) as {
  missingNats(): string | undefined;
  startNats(): Promise<{ port: number; pid: number | undefined; remove(): Promise<void> }>;
};
const missing = missingNats();
if (missing !== undefined) throw new Error(missing);
const server = await startNats();
const connection = await connect({ servers: `127.0.0.1:${server.port}` });
const manager = await jetstreamManager(connection);
const startMs = Date.now();
await manager.streams.add({ name: 'IN', subjects: ['in'], storage: StorageType.File });
await manager.streams.add({ name: 'OUT', subjects: ['out.>'], storage: StorageType.File });
const producer = natsOutlet({ connection, subject: 'in' });
const contexts = contextsOf(startMs);
for (let from = 0; from < messages; from += BATCH) {
  const batch = Array.from({ length: Math.min(BATCH, messages - from) }, (_, offset) => {
    const index = from + offset;
    const context = contexts[index % contexts.length]!;
    return { id: `in-${index}`, headers: {}, octets: signedMessage(context, index, Date.now()) };
  });
  await producer.send(batch);
}

interface Run {
  readonly results: number;
  readonly elapsedMs: number;
  readonly cpuUs: number;
  readonly serverCpuUs: number;
}

const runs = Object.fromEntries(STAGES.map((stage) => [stage, [] as Run[]])) as Record<(typeof STAGES)[number], Run[]>;
for (let round = 0; round <= rounds; round++) {
  for (const stage of STAGES) {
    await manager.consumers.add('IN', { durable_name: stage, ack_policy: AckPolicy.Explicit, max_ack_pending: 4000 });
    const run = await relayed(stage);
    process.stderr.write(`round ${round}, ${stage}: ${Math.round((run.results / run.elapsedMs) * 1000)}/s\n`);
    // The first round warms the server up.
    if (round > 0) runs[stage].push(run);
    await manager.consumers.delete('IN', stage);
    await manager.streams.purge('OUT');
  }
}
const ratios = runs.copy.map(({ elapsedMs }, round) => elapsedMs / (runs.verify[round]?.elapsedMs ?? Number.NaN));
process.stdout.write(
  `${messages} signed messages of 5 KB over NATS JetStream, ${workers} workers, medians of ${rounds}\n`,
);
process.stdout.write('stage     messages/s   relay us   server us\n');
for (const stage of STAGES) {
  const perSecond = median(runs[stage].map(({ results, elapsedMs }) => (results / elapsedMs) * 1000));
  const relayUs = median(runs[stage].map(({ cpuUs, results }) => cpuUs / results));
  const serverUs = median(runs[stage].map(({ serverCpuUs, results }) => serverCpuUs / results));
  const columns = [perSecond, relayUs, serverUs].map((value) => Math.round(value).toString().padStart(11));
  process.stdout.write(`${stage.padEnd(8)}${columns.join('')}\n`);
}
process.stdout.write(`verified to copied: ${median(ratios).toFixed(2)} (aim 0.5)\n`);
await connection.close();
await server.remove();

async function relayed(stage: string): Promise<Run> {
  const script = fileURLToPath(new URL('./relay.js', import.meta.url));
  const words = [stage, server.port, 'IN', startMs, stage === 'copy' ? 0 : workers, messages].map(String);
  const before = serverCpuUs();
  const child = spawn(process.execPath, [script, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  for await (const chunk of child.stdout) said += String(chunk);
  return { ...(JSON.parse(said) as Omit<Run, 'serverCpuUs'>), serverCpuUs: serverCpuUs() - before };
}

/** User and system time of the server so far. */
function serverCpuUs(): number {
  const [, fields = ''] = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ');
  const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number);
  return ((user + system) / TICKS_PER_SECOND) * 1e6;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((left, right) => left - right);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
