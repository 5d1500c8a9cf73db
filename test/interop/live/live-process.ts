// Peers as processes of their own: built, started, awaited, read, stopped.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Steps } from './live-peer.ts';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What a build script ends with when this machine lacks something. */
const NO_PEER = 2;
const READY_TIMEOUT_MS = 120_000;

/** What a build script printed; or why there is nothing to build. */
export interface Built {
  readonly output: string;
  readonly missing?: string;
}

/** Runs a script of ours, by its path in the repository. */
export function build(script: string, ...args: readonly string[]): Built {
  const built = spawnSync(process.execPath, [path.join(ROOT, script), ...args], { encoding: 'utf8' });
  if (built.status === NO_PEER) return { output: '', missing: built.stderr };
  if (built.status !== 0) throw new Error(built.stderr);
  return { output: built.stdout };
}

export function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): ChildProcess {
  return spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Resolves when the peer says that it serves. What it prints later is read, so that it is never held up. */
export async function ready(child: ChildProcess, name: string, sign = /^READY/): Promise<void> {
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
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const closed = once(child, 'close');
  child.stdin?.end();
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await closed;
  clearTimeout(timer);
}

/** Reads results until the peer ends. */
export async function resultsOf(child: ChildProcess): Promise<Map<string, Steps>> {
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
export function resultOf(line: string): [name: string, steps: Steps] | undefined {
  const wcf = /^RESULT (ok|fail) (\S+)(.*)$/.exec(line);
  if (wcf !== null) return [wcf[2]!, [wcf[1] === 'ok' ? 'all: ok' : `all:${wcf[3]}`]];
  if (!line.startsWith('RESULT ')) return undefined;
  const [name = '', ...steps] = line.slice('RESULT '.length).split(' | ');
  return [name, steps];
}
