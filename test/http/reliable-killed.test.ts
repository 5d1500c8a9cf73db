// Reliable conversations of two processes over a line that drops, doubles, delays and reorders, with either killed and started again
// meanwhile.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { seededChance } from '../conversation/sequence/faulty-line.ts';
import { missingPostgres, startPostgres } from '../interop/postgres/postgres-server.mjs';
import { missingRedis, startRedis } from '../interop/redis/redis-server.mjs';
import { faultyProxy } from './faulty-proxy.ts';

/** All of it, or what `npm test` has time for. */
const RUNS_ALL = process.env['PARLEY_LIVE'] === 'all';
const MESSAGES = RUNS_ALL ? 10_000 : 120;
const KILLS = RUNS_ALL ? 10 : 2;
const TIMEOUT_MS = RUNS_ALL ? 5_400_000 : 180_000;
const AT_ONCE = 16;
const FAULTS = { drop: 0.2, double: 0.2, delay: 0.2, delayMs: 40 };
const PACE = JSON.stringify({ retransmitAfterMs: 30, retransmitAfterMaxMs: 400, inactivityMs: 600_000 });

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const key = (name: string): string => file(`../../benchmarks/messages/keys/${name}.pem`);
const linesOf = (name: string): readonly string[] =>
  existsSync(name) ? readFileSync(name, 'utf8').split('\n').slice(0, -1) : [];

/** A program that is killed, and begins again. */
class Mortal {
  readonly #start: () => ChildProcess;
  #child: ChildProcess | undefined;
  readonly complaints: string[] = [];

  constructor(program: string, words: () => readonly string[]) {
    this.#start = () => spawn(process.execPath, [file(program), ...words()], { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Resolves with the first line that it says, or when it has ended. */
  async start(): Promise<string> {
    const child = this.#start();
    this.#child = child;
    createInterface({ input: child.stderr! }).on('line', (line) => this.complaints.push(line));
    const said = once(createInterface({ input: child.stdout! }), 'line') as Promise<[string]>;
    return await Promise.race([said.then(([line]) => line), once(child, 'exit').then(() => '')]);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

/** Where both sides keep their state: in folders of `folder`, or in one server. */
interface Places {
  readonly name: string;
  readonly missing?: string | undefined;
  start(folder: string): Promise<{ readonly placeOf: (side: string) => string; readonly remove: () => Promise<void> }>;
}

const LMDB: Places = {
  name: 'LMDB',
  start: async (folder) => ({ placeOf: (side) => path.join(folder, side), remove: async () => undefined }),
};
const SERVERS: readonly Places[] = [
  {
    name: 'PostgreSQL',
    missing: missingPostgres(),
    start: async () => {
      const server = await startPostgres();
      return { placeOf: () => server.url, remove: () => server.remove() };
    },
  },
  {
    name: 'Redis',
    missing: missingRedis(),
    start: async () => {
      const server = await startRedis();
      return { placeOf: () => `redis://127.0.0.1:${server.port}`, remove: () => server.remove() };
    },
  },
];
const PLACES: readonly Places[] = RUNS_ALL ? [LMDB, ...SERVERS] : [LMDB];

/** Calls `strike` `KILLS` times, spread over what is done of all messages. */
async function strikes(done: () => number, chance: () => number, strike: () => Promise<unknown>): Promise<void> {
  for (let count = 0; count < KILLS; count++) {
    const dueAt = ((count + chance()) / KILLS) * MESSAGES * 0.95;
    while (done() < dueAt) await pause(20);
    await strike();
  }
}

test.for(PLACES)(
  `T87: ${MESSAGES} messages over a faulty line, either process killed ${KILLS} times: each done once, in order, and answered: $name`,
  {
    timeout: TIMEOUT_MS,
  },
  async ({ missing, start }, { skip }) => {
    if (missing !== undefined) skip(missing);
    const folder = await mkdtemp(path.join(tmpdir(), 'parley-reliable-'));
    const [books, answers] = [path.join(folder, 'books'), path.join(folder, 'answers')];
    const { placeOf, remove } = await start(folder);
    const chance = seededChance(11);
    let port = 0;
    const service = new Mortal('reliable-service.mjs', () => [
      placeOf('service'),
      books,
      `${port}`,
      key('bob-private'),
      key('bob'),
      PACE,
    ]);
    port = Number((await service.start()).split(' ')[1]);
    const isTrust = (type: string): boolean => type.includes('/RST/SCT');
    const proxy = await faultyProxy(() => port, FAULTS, chance, isTrust);
    const url = `http://127.0.0.1:${proxy.port}/echo`;
    const caller = new Mortal('reliable-caller.mjs', () => [
      placeOf('caller'),
      answers,
      url,
      key('bob'),
      PACE,
      `${MESSAGES}`,
      `${AT_ONCE}`,
    ]);
    const done = (): number => {
      // One that ended by a failure of its own does no more.
      expect([...service.complaints, ...caller.complaints]).toEqual([]);
      return linesOf(books).length;
    };
    let ended = caller.start();
    await Promise.all([
      strikes(done, chance, async () => {
        await service.kill();
        await service.start();
      }),
      strikes(done, chance, async () => {
        await caller.kill();
        ended = caller.start();
      }),
    ]);
    expect([await ended, caller.complaints]).toEqual([expect.stringContaining('stats {'), []]);

    const lines = linesOf(books);
    const all = Array.from({ length: MESSAGES }, (_, index) => `did message ${index + 1}`);
    expect(lines.filter((line) => !line.startsWith('again '))).toEqual(all);
    expect(lines.length - all.length).toBeLessThanOrEqual(KILLS);
    // An answer that was on its way into a caller when that was killed is the only one that can be missing.
    const answered = new Map(linesOf(answers).map((line) => line.split(' message ') as [string, string]));
    for (const [number, text] of answered) expect(text).toBe(number);
    expect(answered.size).toBeGreaterThanOrEqual(MESSAGES - KILLS * AT_ONCE);
    await proxy.stop();
    await service.kill();
    await remove();
    await rm(folder, { recursive: true });
  },
);
