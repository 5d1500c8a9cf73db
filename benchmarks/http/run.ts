/**
 * `node benchmarks/dist/http/run.js`: an echo of 5 KB, signed and encrypted both ways, beside the same server unsecured, and beside
 * CXF's, which its own client calls from as many threads. Needs the peers of `test/interop`; without CXF, its row is left out.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Figures } from './load.ts';
import { load, PAYLOAD, securedCalls } from './load.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PEER_PORT = 18_743;
const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '6000' },
    connections: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '3' },
  },
});
const [messages, connections, rounds] = [values.messages, values.connections, values.rounds].map(Number) as [
  number,
  number,
  number,
];

interface Measured {
  readonly name: string;
  readonly child: ChildProcess;
  /** One round. */
  readonly run: () => Promise<Figures>;
  best?: Figures & Cpu;
}

/** Microseconds of all threads for one call. */
interface Cpu {
  readonly serverCpuUs: number;
  readonly clientCpuUs: number;
}

const interop = (script: string, ...words: string[]): ReturnType<typeof spawnSync> =>
  spawnSync(process.execPath, [path.join(ROOT, 'test', 'interop', script), ...words], { encoding: 'utf8' });

/** The folder with the keys of all live peers. */
const KEYS = String(interop('live/make-keys.mjs').stdout);

/** What follows `word` on the next line that begins with it. */
type Said = (word: string) => Promise<string>;

function linesOf(child: ChildProcess): Said {
  const lines = readline.createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return async (word) => {
    for (let line = await lines.next(); line.done !== true; line = await lines.next())
      if (line.value.startsWith(word)) return line.value.slice(word.length + 1);
    throw new Error('a process ended');
  };
}

const PLAIN = Buffer.from(
  `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>${PAYLOAD}</s:Body></s:Envelope>`,
);

async function ours(name: string, target: 'plain' | 'secured', workers: number): Promise<Measured> {
  const script = fileURLToPath(new URL('./server.js', import.meta.url));
  const child = spawn(process.execPath, [script, KEYS, String(workers)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const url = `http://127.0.0.1:${await linesOf(child)('READY')}/${target}`;
  const bodies = async (): Promise<readonly Buffer[]> =>
    target === 'plain' ? new Array<Buffer>(messages).fill(PLAIN) : await securedCalls(url, KEYS, messages);
  return { name, child, run: async () => await load(url, await bodies(), connections) };
}

async function cxf(): Promise<Measured | undefined> {
  const built = interop('build-peer.mjs', 'cxf');
  if (built.status !== 0) return undefined;
  const start = async (...words: string[]): Promise<{ readonly child: ChildProcess; readonly said: Said }> => {
    const all = ['-cp', String(built.stdout), 'parley.interop.cxf.Main', ...words, `keys=${KEYS}`];
    const child = spawn('java', all, { stdio: ['pipe', 'pipe', 'ignore'] });
    const said = linesOf(child);
    await said('READY');
    return { child, said };
  };
  const endpoint = 'endpoints=x509-sbe-13-12';
  const server = await start('server', `http=${PEER_PORT}`, `https=${PEER_PORT + 1}`, endpoint);
  const url = `http=http://127.0.0.1:${PEER_PORT}`;
  const client = await start('load', url, endpoint, `octets=${PAYLOAD.length}`, `threads=${connections}`);
  server.child.on('exit', () => client.child.kill());
  const run = async (): Promise<Figures> => {
    const before = cpuMs(client.child.pid);
    client.child.stdin?.write(`${messages}\n`);
    const [perSecond = 0, p50Us = 0, p99Us = 0, failed = 0] = (await client.said('ROUND')).split(' ').map(Number);
    const cpuUs = (cpuMs(client.child.pid) - before) * 1000;
    return { perSecond, p50Ms: p50Us / 1000, p99Ms: p99Us / 1000, failed, cpuUs };
  };
  return { name: 'CXF, its own client', child: server.child, run };
}

/** Of all threads of a process, as Linux counts: in hundredths of a second. */
function cpuMs(pid: number | undefined): number {
  const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const fields = rest.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const rssMiB = ({ pid }: ChildProcess): number =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);

const all = [
  await ours('unsecured', 'plain', 0),
  await ours('secured, inline', 'secured', 0),
  await ours('secured, two workers', 'secured', 2),
  await cxf(),
].filter((each) => each !== undefined);
// In turn, so that a machine that is busy now and then is so for all.
for (let round = 0; round <= rounds; round++) {
  for (const each of all) {
    const before = cpuMs(each.child.pid);
    const figures = await each.run();
    const serverCpuUs = Math.round(((cpuMs(each.child.pid) - before) * 1000) / messages);
    const clientCpuUs = Math.round(figures.cpuUs / messages);
    const isBest = each.best === undefined || figures.perSecond > each.best.perSecond;
    const cpu = `CPU of server ${serverCpuUs}, of client ${clientCpuUs} us`;
    process.stderr.write(
      `round ${round}, ${each.name}: ${figures.perSecond} calls/s, p50 ${figures.p50Ms} ms, ${cpu}\n`,
    );
    // The first round warms up.
    if (round > 0 && isBest) each.best = { ...figures, serverCpuUs, clientCpuUs };
  }
}
process.stdout.write(`${messages} calls of ${PAYLOAD.length} octets, ${connections} connections, best of ${rounds}\n`);
process.stdout.write(
  'server                  calls/s   p50 ms   p99 ms  server CPU us  client CPU us   RSS MiB   failed\n',
);
for (const { name, best, child } of all) {
  const { perSecond = 0, p50Ms = 0, p99Ms = 0, failed = 0, serverCpuUs = 0, clientCpuUs = 0 } = best ?? {};
  const columns = [
    String(perSecond).padStart(9),
    p50Ms.toFixed(1).padStart(9),
    p99Ms.toFixed(1).padStart(9),
    String(serverCpuUs).padStart(15),
    String(clientCpuUs).padStart(15),
    String(rssMiB(child)).padStart(10),
    String(failed).padStart(9),
  ];
  process.stdout.write(`${name.padEnd(22)}${columns.join('')}\n`);
  child.stdin?.end();
  child.kill();
}
