/**
 * An echo of 5 KB over HTTP, signed and encrypted both ways, beside the same server unsecured, and beside CXF's, which its own client
 * calls from as many threads. Needs the peers of `test/interop`; without CXF, its row is left out.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Figures } from './load.ts';
import { load, PAYLOAD, securedCalls } from './load.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PEER_PORT = 18_743;

/** A server under load: its best round. */
export interface HttpMeasurement {
  readonly server: string;
  readonly callsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of all threads, for one call. */
  readonly serverCpuUs: number;
  readonly clientCpuUs: number;
  /** Of the server, at the end. */
  readonly rssMiB: number;
  readonly failed: number;
}

export interface HttpLoad {
  readonly rounds: number;
  /** In one round. */
  readonly messages: number;
  readonly connections: number;
  readonly say: (text: string) => void;
}

/** Rows of these names are set beside one another. */
export const UNSECURED = 'unsecured';
export const INLINE = 'secured, on the main thread';
export const TWO_WORKERS = 'secured, two workers';
export const CXF = 'CXF, its own client';

/** All servers in turn, round by round, so that a machine that is busy now and then is so for all. The first round warms up. */
export async function measureHttp(wanted: HttpLoad): Promise<readonly HttpMeasurement[]> {
  const { rounds, messages, say } = wanted;
  const keys = String(interop('live/make-keys.mjs').stdout);
  const servers = [
    await ours(UNSECURED, { ...wanted, keys, target: 'plain', workers: 0 }),
    await ours(INLINE, { ...wanted, keys, target: 'secured', workers: 0 }),
    await ours(TWO_WORKERS, { ...wanted, keys, target: 'secured', workers: 2 }),
  ];
  const peer = await cxf({ ...wanted, keys });
  if (typeof peer === 'string') say(`Without CXF: ${peer}.`);
  else servers.push(peer);
  for (let round = 0; round <= rounds; round++) {
    for (const each of servers) {
      const before = cpuMs(each.child.pid);
      const { perSecond, p50Ms, p99Ms, failed, cpuUs } = await each.run();
      const serverCpuUs = Math.round(((cpuMs(each.child.pid) - before) * 1000) / messages);
      const clientCpuUs = Math.round(cpuUs / messages);
      if (round === 0 || perSecond <= (each.best?.callsPerSecond ?? 0)) continue;
      const rssMiB = rssMiBOf(each.child);
      each.best = {
        server: each.name,
        callsPerSecond: perSecond,
        p50Ms,
        p99Ms,
        serverCpuUs,
        clientCpuUs,
        rssMiB,
        failed,
      };
    }
  }
  for (const { child } of servers) {
    child.stdin?.end();
    child.kill();
  }
  return servers.flatMap(({ best }) => best ?? []);
}

interface Measured {
  readonly name: string;
  readonly child: ChildProcess;
  /** One round. */
  readonly run: () => Promise<Figures>;
  best?: HttpMeasurement;
}

const interop = (script: string, ...words: string[]): ReturnType<typeof spawnSync> =>
  spawnSync(process.execPath, [path.join(ROOT, 'test', 'interop', script), ...words], { encoding: 'utf8' });

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

interface Scene extends HttpLoad {
  /** The folder with the keys of all live peers. */
  readonly keys: string;
}

async function ours(
  name: string,
  scene: Scene & { readonly target: 'plain' | 'secured'; readonly workers: number },
): Promise<Measured> {
  const { keys, messages, connections, target, workers } = scene;
  const script = fileURLToPath(new URL('./server.js', import.meta.url));
  const child = spawn(process.execPath, [script, keys, String(workers)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const url = `http://127.0.0.1:${await linesOf(child)('READY')}/${target}`;
  const bodies = async (): Promise<readonly Buffer[]> =>
    target === 'plain' ? new Array<Buffer>(messages).fill(PLAIN) : await securedCalls(url, keys, messages);
  return { name, child, run: async () => await load(url, await bodies(), connections) };
}

/** The peer, or why there is none on this machine. */
async function cxf({ keys, messages, connections }: Scene): Promise<Measured | string> {
  const built = interop('build-peer.mjs', 'cxf');
  if (built.status !== 0) return String(built.stderr).trim();
  const start = async (...words: string[]): Promise<{ readonly child: ChildProcess; readonly said: Said }> => {
    const all = ['-cp', String(built.stdout), 'parley.interop.cxf.Main', ...words, `keys=${keys}`];
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
  return { name: CXF, child: server.child, run };
}

/** Of all threads of a process, as Linux counts: in hundredths of a second. */
function cpuMs(pid: number | undefined): number {
  const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const fields = rest.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function rssMiBOf({ pid }: ChildProcess): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);
}
