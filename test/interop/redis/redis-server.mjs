// A Redis server of Debian's, with a folder and a port of its own, whose writes outlive it; and a proxy that cuts connections.
// @ts-check
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const SLOTS = 16_384;
const MASTERS = 3;

/** Why there is none on this machine. */
export function missingRedis() {
  const found = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  return found.status === 0 ? undefined : 'Redis needs its server (Debian: redis-server)';
}

/**
 * @param {string[]} more arguments
 */
export async function startRedis(...more) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'parley-redis-'));
  const port = await freePort();
  let server = await started(port, folder, more);
  return {
    port,
    async kill() {
      server.kill('SIGKILL');
      await new Promise((resolve) => server.once('exit', resolve));
    },
    async restart() {
      server = await started(port, folder, more);
    },
    async remove() {
      if (server.exitCode === null && server.signalCode === null) await this.kill();
      // What it started to write its log anew may not have ended with it.
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
}

/**
 * Three servers that share the slots of one cluster, and as many replicas of each as are wanted.
 * @param {number} replicas
 */
export async function startCluster(replicas = 0) {
  const ask = (/** @type {number} */ port, /** @type {(string | number)[]} */ ...words) =>
    execFileSync('redis-cli', ['-p', port, ...words].map(String), { encoding: 'utf8' });
  const buses = await Promise.all(Array.from({ length: MASTERS * (1 + replicas) }, () => freePort()));
  /** @type {Awaited<ReturnType<typeof startRedis>>[]} */
  const servers = [];
  const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--repl-diskless-sync-delay', '0'];
  for (const bus of buses) servers.push(await startRedis(...settings, '--cluster-port', String(bus)));
  const [first] = servers;
  for (const [index, { port }] of servers.entries()) {
    const [from, to] = [Math.ceil((index * SLOTS) / MASTERS), Math.ceil(((index + 1) * SLOTS) / MASTERS)];
    if (index < MASTERS) ask(port, 'CLUSTER', 'ADDSLOTSRANGE', from, to - 1);
    if (port !== first?.port) ask(port, 'CLUSTER', 'MEET', '127.0.0.1', first?.port ?? 0, buses[0] ?? 0);
  }
  const isWhole = (/** @type {{ port: number }} */ { port }) => {
    const info = ask(port, 'CLUSTER', 'INFO');
    return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${servers.length}`);
  };
  while (!servers.every(isWhole)) await pause(50);
  const masters = servers.slice(0, MASTERS);
  const ids = masters.map(({ port }) => ask(port, 'CLUSTER', 'MYID').trim());
  for (const [index, { port }] of servers.slice(MASTERS).entries())
    ask(port, 'CLUSTER', 'REPLICATE', ids[index % MASTERS] ?? '');
  const isFollowed = (/** @type {{ port: number }} */ { port }) =>
    ask(port, 'INFO', 'replication').split('state=online').length > replicas;
  while (!masters.every(isFollowed)) await pause(50);
  return {
    masters,
    ids,
    ask,
    ports: servers.map(({ port }) => port),
    async remove() {
      await Promise.all(servers.map((server) => server.remove()));
    },
  };
}

/**
 * @param {number} port
 * @param {string} folder
 * @param {string[]} more
 */
async function started(port, folder, more) {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...more];
  const server = spawn('redis-server', [...args, '--appendonly', 'yes', '--appendfsync', 'always'], {
    stdio: 'ignore',
  });
  for (;;) {
    if (server.exitCode !== null) throw new Error('redis-server did not start');
    if (await answers(port)) return server;
    await pause(20);
  }
}

/**
 * Whether it answers to PING, and has read what it wrote.
 * @param {number} port
 */
function answers(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString().startsWith('+PONG'));
    });
    socket.once('error', () => resolve(false));
  });
}

/**
 * Passes on to a server what comes, and what it replies; `cut` decides of each reply whether the connections are cut before it.
 * @param {number} target
 * @param {() => boolean} cut
 */
export async function startProxy(target, cut) {
  /** @type {Set<net.Socket>} */
  const sockets = new Set();
  const proxy = net.createServer((client) => {
    const server = net.connect(target, '127.0.0.1');
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.on('data', (data) => void server.write(data));
    server.on('data', (data) => {
      if (cut()) client.destroy();
      else client.write(data);
    });
  });
  proxy.listen(0, '127.0.0.1');
  await new Promise((resolve) => proxy.once('listening', resolve));
  const address = proxy.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    /** Cuts all that are open. */
    cutAll() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      const closed = new Promise((resolve) => proxy.close(resolve));
      this.cutAll();
      await closed;
    },
  };
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
