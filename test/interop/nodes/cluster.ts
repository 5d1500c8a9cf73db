// Three nodes that are started again when they end, the server that they share, if they do, the line to it, and a balancer before them.
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
import { freePort } from '../live/live-process.ts';
import { missingPostgres, startPostgres } from '../postgres/postgres-server.mjs';
import { missingRedis, startProxy, startRedis } from '../redis/redis-server.mjs';
import { type BundledNode, bundledNode } from './bundled-node.ts';

export const KEYS = fileURLToPath(new URL('../../../benchmarks/messages/keys', import.meta.url));
const NODES = 3;

/** What nodes share, and where contexts are: there, or in their tokens. Without a server, nodes ask each other for replays. */
export interface Kind {
  readonly server: 'Redis' | 'PostgreSQL' | 'none';
  readonly contexts: 'shared' | 'tokens';
  /** The folder of keys for an endpoint beside the other, which is as CXF has it. */
  readonly cxfKeys?: string;
  /** Takes sequences; each message takes the application a moment. */
  readonly sequences?: ResponderSequenceOptions;
}

/** A program that is started again whenever it ends. */
class Node {
  readonly #program: string;
  readonly #settings: object;
  readonly refusals: string[] = [];
  #child: ChildProcess | undefined;
  #starting: Promise<void> | undefined;
  #isOver = false;
  port: number;

  /** `port`: 0 for one that is free. */
  constructor(program: string, settings: object, port: number) {
    this.#program = program;
    this.#settings = settings;
    this.port = port;
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
      const child = spawn(process.execPath, [this.#program, settings], { stdio: ['ignore', 'pipe', 'pipe'] });
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
  readonly #shared: Shared | undefined;
  readonly #balancer: net.Server;
  readonly #bundle: BundledNode;

  private constructor(kind: Kind, bundle: BundledNode, shared: Shared | undefined, ports: readonly number[]) {
    this.#bundle = bundle;
    this.#shared = shared;
    this.#folder = mkdtempSync(path.join(os.tmpdir(), 'parley-nodes-'));
    const where = { serverPort: shared?.line.port ?? 0, ports: Object.fromEntries(ports.map(named)) };
    const { program, workerUrl } = bundle;
    const settings = { ...kind, ...where, workerUrl, books: path.join(this.#folder, 'books'), keys: KEYS };
    this.nodes = ports.map((port, index) => new Node(program, { ...settings, name: `node${index}` }, port));
    this.#balancer = this.#balance();
  }

  static async start(kind: Kind): Promise<Cluster> {
    // Whoever asks each other knows where the others are before they are there.
    const wanted = Array.from({ length: NODES }, () => (kind.server === 'none' ? freePort() : 0));
    const cluster = new Cluster(kind, await bundledNode(), await sharedBy(kind), await Promise.all(wanted));
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

  /** The server that nodes share, if they do. */
  async killServer(forMs: number): Promise<void> {
    await this.#shared?.server.kill();
    await pause(forMs);
    await this.#shared?.server.restart();
  }

  /** What is asked arrives, and no reply comes back. */
  async cutLine(forMs: number): Promise<void> {
    if (this.#shared === undefined) return;
    this.#shared.isCut = true;
    this.#shared.line.cutAll();
    await pause(forMs);
    this.#shared.isCut = false;
  }

  async end(): Promise<void> {
    this.#balancer.close();
    await Promise.all(this.nodes.map(async (node) => await node.end()));
    await this.#shared?.line.close();
    await this.#shared?.server.remove();
    rmSync(this.#folder, { recursive: true, force: true });
    this.#bundle.remove();
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

/** A server, and the line to it. */
interface Shared {
  readonly server: Awaited<ReturnType<typeof startRedis>>;
  readonly line: Awaited<ReturnType<typeof startProxy>>;
  isCut: boolean;
}

async function sharedBy(kind: Kind): Promise<Shared | undefined> {
  if (kind.server === 'none') return undefined;
  const server = kind.server === 'Redis' ? await startRedis() : await startPostgres();
  const line = await startProxy(server.port, () => shared.isCut);
  const shared: Shared = { server, line, isCut: false };
  return shared;
}

function named(port: number, index: number): readonly [string, number] {
  return [`node${index}`, port];
}

export function missing({ server }: Kind): string | undefined {
  if (server === 'none') return undefined;
  return server === 'Redis' ? missingRedis() : missingPostgres();
}
