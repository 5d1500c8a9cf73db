// Other implementations as real servers and clients of secure conversations, on the loopback; see docs/interop.md.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Where a peer's server listens, or where its client is to call. */
export interface Bases {
  /** Without a slash at the end; the endpoint's name is the path. */
  readonly http: string;
  readonly https: string;
}

/** What a peer's client did at one endpoint: its steps, each `name: ok` or what went wrong. */
export type Steps = readonly string[];

export interface RunningServer extends Bases {
  /** Lets the peer end by itself. */
  stop(): Promise<void>;
}

/** One that can be started on this machine. */
export interface LivePeer {
  /** Serves the endpoints until it is stopped. */
  serve(endpoints: readonly string[], options?: Readonly<Record<string, string>>): Promise<RunningServer>;
  /** Runs the peer's client against servers at `bases`, one session an endpoint. */
  call(
    endpoints: readonly string[],
    bases: Bases,
    options?: Readonly<Record<string, string>>,
  ): Promise<Map<string, Steps>>;
}

export type JavaPeerName = 'cxf' | 'metro' | 'rampart';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const KEYS = path.join(ROOT, '.parley', 'live-keys');
const BUILD_JAVA = path.join(ROOT, 'test', 'interop', 'build-peer.mjs');
const BUILD_LIBERTY = path.join(ROOT, 'test', 'interop', 'live', 'build-liberty.mjs');
const BUILD_WCF = path.join(ROOT, 'test', 'interop', 'live', 'build-wcf.mjs');
const MAKE_KEYS = path.join(ROOT, 'test', 'interop', 'live', 'make-keys.mjs');
/** What a build script ends with when this machine lacks something. */
const NO_PEER = 2;
const READY_TIMEOUT_MS = 120_000;
const JAVA_OPTIONS = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xmx512m'];

/** The folder with the test keys of all live peers; makes them once. */
export function liveKeys(): string {
  run(MAKE_KEYS, KEYS);
  return KEYS;
}

/** A Java peer, or why there is none on this machine. */
export function javaPeer(name: JavaPeerName): LivePeer | string {
  const built = run(BUILD_JAVA, name);
  if (built.missing !== undefined) return built.missing;
  const keys = liveKeys();
  const base = name === 'rampart' ? '/axis2/services' : '';
  const repository = name === 'rampart' ? [`repository=${path.join(ROOT, '.parley', name, 'repository')}`] : [];
  const args = (role: string, ...rest: readonly string[]): string[] => [
    ...JAVA_OPTIONS,
    '-cp',
    built.output,
    `parley.interop.${name}.Main`,
    role,
    `keys=${keys}`,
    ...repository,
    ...rest,
  ];
  return {
    serve: async (endpoints, options = {}) => {
      const [http, https] = [await freePort(), await freePort()];
      const where = [`http=${http}`, `https=${https}`, `endpoints=${endpoints.join(',')}`];
      const child = start('java', args('server', ...where, ...pairs(options)));
      await ready(child, name);
      return {
        http: `http://127.0.0.1:${http}${base}`,
        https: `https://127.0.0.1:${https}${base}`,
        stop: () => stop(child),
      };
    },
    call: async (endpoints, { http, https }, options = {}) => {
      const where = [`http=${http}`, `https=${https}`, `endpoints=${endpoints.join(',')}`];
      return resultsOf(start('java', args('client', ...where, ...pairs(options))));
    },
  };
}

/** Microsoft's WCF. Its endpoints are its cases: each is a server, or a client, of its own; see wcf/src/Peer.cs. */
export function wcfPeer(): LivePeer | string {
  const built = run(BUILD_WCF);
  if (built.missing !== undefined) return built.missing;
  const env = { ...process.env, MONO_PATH: built.output, PEER_CERTS: liveKeys(), FX_TRACE: '1' };
  const mono = (...args: readonly string[]): ChildProcess =>
    start('mono', [path.join(built.output, 'Peer.exe'), ...args], env);
  return {
    serve: async ([endpoint = '', ...others]) => {
      if (others.length > 0) throw new Error('one case a server');
      const http = `http://localhost:${await freePort()}`;
      const child = mono('serve', endpoint, `${http}/${endpoint}`);
      await ready(child, endpoint);
      return { http, https: '', stop: () => stop(child) };
    },
    call: async (endpoints, { http }) => {
      const all = new Map<string, Steps>();
      for (const endpoint of endpoints) {
        const steps = await resultsOf(mono('call', endpoint, `${http}/${endpoint}`));
        for (const [name, each] of steps) all.set(name, each);
      }
      return all;
    },
  };
}

/** Open Liberty with CXF 2.6. Its client is a servlet of its server, which `call` starts for itself. */
export function libertyPeer(): LivePeer | string {
  const built = run(BUILD_LIBERTY);
  if (built.missing !== undefined) return built.missing;
  const serve = async (): Promise<RunningServer> => {
    const [http, https] = [await freePort(), await freePort()];
    const child = start('bash', [
      path.join(built.output, 'wlp', 'bin', 'server'),
      'run',
      configure(built.output, http, https),
    ]);
    await ready(child, 'Open Liberty', /CWWKF0011I/);
    return { http: `http://127.0.0.1:${http}`, https: `https://127.0.0.1:${https}`, stop: () => stop(child) };
  };
  return {
    serve,
    call: async (endpoints, bases, options = {}) => {
      const own = await serve();
      try {
        const query = new URLSearchParams({ endpoints: endpoints.join(','), ...bases, ...options });
        const answer = await fetch(`${own.http}/client?${query}`);
        return new Map(
          (await answer.text())
            .split('\n')
            .map(resultOf)
            .filter((result) => result !== undefined),
        );
      } finally {
        await own.stop();
      }
    },
  };
}

/** Writes a server of Liberty's that listens there; its name. */
function configure(folder: string, http: number, https: number): string {
  const name = `parley-${http}`;
  const server = path.join(folder, 'wlp', 'usr', 'servers', name);
  const made = path.join(folder, 'made');
  rmSync(server, { recursive: true, force: true });
  mkdirSync(path.join(server, 'apps'), { recursive: true });
  cpSync(path.join(made, 'server.xml'), path.join(server, 'server.xml'));
  cpSync(path.join(made, 'parley.war'), path.join(server, 'apps', 'parley.war'));
  const properties = { 'parley.http': http, 'parley.https': https, 'parley.keys': liveKeys() };
  writeFileSync(
    path.join(server, 'bootstrap.properties'),
    lines(Object.entries(properties).map((pair) => pair.join('='))),
  );
  const agent = [`-javaagent:${path.join(made, 'agent.jar')}`, `-Dparley.keys=${liveKeys()}`];
  const options = [
    ...agent,
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '--add-opens=java.base/java.lang=ALL-UNNAMED',
  ];
  writeFileSync(path.join(server, 'jvm.options'), lines(options));
  return name;
}

function pairs(options: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(options).map(([key, value]) => `${key}=${value}`);
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

interface Built {
  readonly output: string;
  readonly missing?: string;
}

function run(script: string, ...args: readonly string[]): Built {
  const built = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  if (built.status === NO_PEER) return { output: '', missing: built.stderr };
  if (built.status !== 0) throw new Error(built.stderr);
  return { output: built.stdout };
}

function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): ChildProcess {
  return spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Resolves when the peer says that it serves. What it prints later is read, so that it is never held up. */
async function ready(child: ChildProcess, name: string, sign = /^READY/): Promise<void> {
  const said: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const isReady = new Promise<void>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`${name} ${why}: ${said.slice(-20).join('\n')}`));
    timer = setTimeout(() => fail('is not ready'), READY_TIMEOUT_MS);
    for (const input of [child.stdout!, child.stderr!]) {
      readline.createInterface({ input }).on('line', (text) => {
        said.push(text);
        if (sign.test(text)) resolve();
      });
    }
    child.on('error', reject);
    child.on('close', () => fail('ended'));
  });
  await isReady.finally(() => clearTimeout(timer));
}

/** All but Liberty end when their input does. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const closed = once(child, 'close');
  child.stdin?.end();
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await closed;
  clearTimeout(timer);
}

/** Reads results until the peer ends. */
async function resultsOf(child: ChildProcess): Promise<Map<string, Steps>> {
  const results = new Map<string, Steps>();
  const complaints: string[] = [];
  child.stdin?.end();
  readline.createInterface({ input: child.stderr! }).on('line', (text) => complaints.push(text));
  for await (const line of readline.createInterface({ input: child.stdout! })) {
    const result = resultOf(line);
    if (result !== undefined) results.set(...result);
  }
  if (results.size === 0) throw new Error(`the peer gave no result: ${complaints.slice(-20).join('\n')}`);
  return results;
}

/** `RESULT NAME | step | step`, or WCF's `RESULT ok CASE`. */
function resultOf(line: string): [name: string, steps: Steps] | undefined {
  const wcf = /^RESULT (ok|fail) (\S+)(.*)$/.exec(line);
  if (wcf !== null) return [wcf[2]!, [wcf[1] === 'ok' ? 'all: ok' : `all:${wcf[3]}`]];
  if (!line.startsWith('RESULT ')) return undefined;
  const [name = '', ...steps] = line.slice('RESULT '.length).split(' | ');
  return [name, steps];
}
