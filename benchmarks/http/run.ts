/**
 * `node benchmarks/dist/http/run.js`: an echo of 5 KB, signed and encrypted both ways, beside the same server unsecured, and beside
 * CXF's. Needs the peers of `test/interop`; without CXF, its row is left out.
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
  readonly url: string;
  readonly secured: boolean;
  best?: Figures;
}

const interop = (script: string, ...words: string[]): ReturnType<typeof spawnSync> =>
  spawnSync(process.execPath, [path.join(ROOT, 'test', 'interop', script), ...words], { encoding: 'utf8' });

/** The folder with the keys of all live peers. */
const KEYS = String(interop('live/make-keys.mjs').stdout);

/** The first line that says READY, and what follows it there. */
async function ready(child: ChildProcess): Promise<string> {
  for await (const line of readline.createInterface({ input: child.stdout! }))
    if (line.startsWith('READY')) return line.slice('READY '.length);
  throw new Error('a server ended');
}

async function ours(name: string, target: string, workers: number): Promise<Measured> {
  const script = fileURLToPath(new URL('./server.js', import.meta.url));
  const child = spawn(process.execPath, [script, KEYS, String(workers)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const port = await ready(child);
  return { name, child, url: `http://127.0.0.1:${port}/${target}`, secured: target === 'secured' };
}

async function cxf(): Promise<Measured | undefined> {
  const built = interop('build-peer.mjs', 'cxf');
  if (built.status !== 0) return undefined;
  const name = 'x509-sbe-13-12';
  const where = [`http=${PEER_PORT}`, `https=${PEER_PORT + 1}`, `endpoints=${name}`, `keys=${KEYS}`];
  const words = ['-cp', String(built.stdout), 'parley.interop.cxf.Main', 'server', ...where];
  const child = spawn('java', words, { stdio: ['pipe', 'pipe', 'ignore'] });
  await ready(child);
  child.stdout?.resume();
  return { name: 'CXF, secured', child, url: `http://127.0.0.1:${PEER_PORT}/${name}`, secured: true };
}

const rssMiB = ({ pid }: ChildProcess): number =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);

const all = [
  await ours('unsecured', 'plain', 0),
  await ours('secured, inline', 'secured', 0),
  await ours('secured, two workers', 'secured', 2),
  await cxf(),
].filter((each) => each !== undefined);
const plain = Buffer.from(
  `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>${PAYLOAD}</s:Body></s:Envelope>`,
);
// In turn, so that a machine that is busy now and then is so for all.
for (let round = 0; round <= rounds; round++) {
  for (const each of all) {
    const bodies = each.secured
      ? await securedCalls(each.url, KEYS, messages)
      : new Array<Buffer>(messages).fill(plain);
    const figures = await load(each.url, bodies, connections);
    const isBest = each.best === undefined || figures.perSecond > each.best.perSecond;
    process.stderr.write(`round ${round}, ${each.name}: ${figures.perSecond} calls/s, p50 ${figures.p50Ms} ms\n`);
    // The first round warms up.
    if (round > 0 && isBest) each.best = figures;
  }
}
process.stdout.write(`${messages} calls of ${PAYLOAD.length} octets, ${connections} connections, best of ${rounds}\n`);
process.stdout.write('server                  calls/s   p50 ms   p99 ms   RSS MiB   failed\n');
for (const { name, best, child } of all) {
  const { perSecond = 0, p50Ms = 0, p99Ms = 0, failed = 0 } = best ?? {};
  const columns = [perSecond, p50Ms, p99Ms, rssMiB(child), failed].map((value) => String(value).padStart(9));
  process.stdout.write(`${name.padEnd(22)}${columns.join('')}\n`);
  child.stdin?.end();
  child.kill();
}
