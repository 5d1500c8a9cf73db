// A PostgreSQL server of Debian's, with a folder and a port of its own, whose writes outlive it.
// @ts-check
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

const VERSIONS = '/usr/lib/postgresql';

/** Where its programs are. */
function programs() {
  try {
    const latest = readdirSync(VERSIONS)
      .sort((left, right) => Number(left) - Number(right))
      .at(-1);
    return latest === undefined ? undefined : path.join(VERSIONS, latest, 'bin');
  } catch {
    return undefined;
  }
}

/** Why there is none on this machine. */
export function missingPostgres() {
  return programs() === undefined ? 'PostgreSQL needs its server (Debian: postgresql)' : undefined;
}

/** It does not run as root. */
function owner() {
  if (process.getuid?.() !== 0) return {};
  const id = (/** @type {string} */ option) => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

export async function startPostgres() {
  const bin = programs() ?? '';
  const folder = mkdtempSync(path.join(os.tmpdir(), 'parley-postgres-'));
  const user = owner();
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = path.join(folder, 'data');
  const make = ['-D', data, '-U', 'parley', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
  execFileSync(path.join(bin, 'initdb'), make, { ...user, stdio: 'ignore', cwd: folder });
  const port = await freePort();
  const start = async () => {
    const settings = [
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      `unix_socket_directories=${folder}`,
      '-c',
      'max_connections=60',
    ];
    const server = spawn(path.join(bin, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
      ...user,
      stdio: 'ignore',
      cwd: folder,
    });
    while (!(await answers(port))) {
      if (server.exitCode !== null) throw new Error('postgres did not start');
      await pause(50);
    }
    return server;
  };
  let server = await start();
  return {
    port,
    url: `postgres://parley@127.0.0.1:${port}/postgres`,
    /** All at once, as a machine that fails does. */
    async kill() {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGQUIT');
      await ended;
    },
    async restart() {
      server = await start();
    },
    async remove() {
      if (server.exitCode === null && server.signalCode === null) await this.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @param {number} port */
async function answers(port) {
  const client = new pg.Client({ connectionString: `postgres://parley@127.0.0.1:${port}/postgres` });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
