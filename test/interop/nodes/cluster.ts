// Three nodes that are started again when they end, the server that they share, the line to it, and a balancer before them.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ResponderSequenceOptions } from '@parley/conversation';
import { missingPostgres, startPostgres } from '../postgres/postgres-server.mjs';
import { missingRedis, startProxy, startRedis } from '../redis/redis-server.mjs';

export const KEYS = fileURLToPath(new URL('../../../benchmarks/messages/keys', import.meta.url));
const PROGRAM = fileURLToPath(new URL('./node.mjs', import.meta.url));
const NODES = 3;

/** What nodes share, and where contexts are: there, or in their tokens. */
export interface Kind {
  readonly server: 'Redis' | 'PostgreSQL';
  readonly contexts: 'shared' | 'tokens';
  /** Takes sequences; each message takes the application a moment. */
  readonly sequences?: ResponderSequenceOptions;
}

/** A program that is started again whenever it ends. */
class Node {
  readonly #settings: object;
  readonly refusals: string[] = [];
  #child: ChildProcess | undefined;
  #starting: Promise<void> | undefined;
  #isOver = false;
  port = 0;

  constructor(settings: object) {
    this.#settings = settings;
  }

  /** Whether it listens. */
  get isUp(): boolean {
    return this.#starting === undefined && !this.#isOver;
  }

  /** Resolves when it listens, or is over. One that is starting already is not started twice: two of them would want one port. */
  async start(): Promise<void> {
    this.#starting ??= this.#started().finally(() => {
      this.#starting = undefined;
    });
    await this.#starting;
  }

  async #started(): Promise<void> {
    while (!this.#isOver) {
      const settings = JSON.stringify({ ...this.#settings, port: this.port });
      const child = spawn(process.execPath, [PROGRAM, settings], { stdio: ['ignore', 'pipe', 'pipe'] });
      this.#child = child;
      createInterface({ input: child.stderr }).on('line', (line) => this.refusals.push(line));
      const ended = once(child, 'exit');
      const said = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
      const port = await Promise.race([said.then(([line]) => Number(line)), ended.then(() => undefined)]);
      if (port !== undefined) {
        this.port = port;
        return;
      }
      // Its server is away, or it was killed before it listened.
      await pause(100);
    }
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.kill();
    // One that was between two tries is not started any more.
    await this.#starting;
  }
}

export class Cluster {
  readonly nodes: readonly Node[];
  readonly #folder: string;
  readonly #server: Awaited<ReturnType<typeof startRedis>>;
  readonly #line: Awaited<ReturnType<typeof startProxy>>;
  readonly #cut: { isCut: boolean };
  readonly #balancer: net.Server;

  private constructor(
    kind: Kind,
    server: Awaited<ReturnType<typeof startRedis>>,
    line: Awaited<ReturnType<typeof startProxy>>,
    cut: { isCut: boolean },
  ) {
    this.#server = server;
    this.#line = line;
    this.#cut = cut;
    this.#folder = mkdtempSync(path.join(os.tmpdir(), 'parley-nodes-'));
    const settings = { ...kind, serverPort: line.port, books: path.join(this.#folder, 'books'), keys: KEYS };
    this.nodes = Array.from({ length: NODES }, (_, index) => new Node({ ...settings, name: `node${index}` }));
    this.#balancer = this.#balance();
  }

  static async start(kind: Kind): Promise<Cluster> {
    const server = kind.server === 'Redis' ? await startRedis() : await startPostgres();
    const cut = { isCut: false };
    const line = await startProxy(server.port, () => cut.isCut);
    const cluster = new Cluster(kind, server, line, cut);
    // The first makes what is shared.
    for (const node of cluster.nodes) await node.start();
    cluster.#balancer.listen(0, '127.0.0.1');
    await once(cluster.#balancer, 'listening');
    return cluster;
  }

  /** Where the balancer is, or one node. */
  url(node?: number): URL {
    const port = node === undefined ? (this.#balancer.address() as net.AddressInfo).port : this.nodes[node]?.port;
    return new URL(`http://127.0.0.1:${port}/echo`);
  }

  /** What nodes were handed: texts, and by which. */
  delivered(): readonly { readonly text: string; readonly node: string }[] {
    const books = path.join(this.#folder, 'books');
    const lines = existsSync(books) ? readFileSync(books, 'utf8').split('\n').slice(0, -1) : [];
    return lines.map((line) => {
      const [text = '', node = ''] = line.split(' ');
      return { text, node };
    });
  }

  async killServer(forMs: number): Promise<void> {
    await this.#server.kill();
    await pause(forMs);
    await this.#server.restart();
  }

  /** What is asked arrives, and no reply comes back. */
  async cutLine(forMs: number): Promise<void> {
    this.#cut.isCut = true;
    this.#line.cutAll();
    await pause(forMs);
    this.#cut.isCut = false;
  }

  async end(): Promise<void> {
    this.#balancer.close();
    await Promise.all(this.nodes.map(async (node) => await node.end()));
    await this.#line.close();
    await this.#server.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Each connection goes to the next node that takes it. */
  #balance(): net.Server {
    let turn = 0;
    const connect = (client: net.Socket, triesLeft: number): void => {
      const there = net.connect(this.nodes[turn++ % NODES]?.port ?? 0, '127.0.0.1');
      const refused = (): void => (triesLeft > 0 ? connect(client, triesLeft - 1) : void client.destroy());
      there.once('error', refused);
      there.once('connect', () => {
        there.off('error', refused);
        client.on('error', () => there.destroy()).on('close', () => there.destroy());
        there.on('error', () => client.destroy()).on('close', () => client.destroy());
        client.pipe(there);
        there.pipe(client);
      });
    };
    return net.createServer((client) => {
      client.on('error', () => undefined);
      connect(client, NODES - 1);
    });
  }
}

export function missing({ server }: Kind): string | undefined {
  return server === 'Redis' ? missingRedis() : missingPostgres();
}
