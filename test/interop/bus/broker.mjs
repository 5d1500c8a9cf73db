// A broker in a process of its own, on a port of its own, that can be killed and started again with what it has stored.
// @ts-check
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { freePort } from './free-port.mjs';

/**
 * @typedef {object} Launch
 * @property {string} command
 * @property {readonly string[]} args
 * @property {string} ready what it says, on either of its outputs, when it serves
 * @property {NodeJS.ProcessEnv} [env]
 * @property {() => void} [removed] ends what it leaves behind when it is killed for good
 */

/**
 * @param {(port: number, folder: string) => Launch} launchOf how it is started, in that folder, which is there
 */
export async function startBroker(launchOf) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'parley-broker-'));
  const port = await freePort();
  const launch = launchOf(port, folder);
  let server = await launched(launch);
  return {
    port,
    get pid() {
      return server.pid;
    },
    async kill() {
      killWhole(server);
      await new Promise((resolve) => server.once('exit', resolve));
    },
    async restart() {
      server = await launched(launch);
    },
    async remove() {
      if (server.exitCode === null && server.signalCode === null) await this.kill();
      launch.removed?.();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @param {Launch} launch */
async function launched({ command, args, ready, env }) {
  const server = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    detached: true,
  });
  let said = '';
  // One that never serves ends, and with what it said.
  const late = setTimeout(() => killWhole(server), READY_WITHIN_MS);
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', () => reject(new Error(said)));
    /** @param {Buffer} chunk */
    const hear = (chunk) => {
      // What it says once it is ready nobody reads.
      if (said.includes(ready)) return;
      said += chunk;
      if (said.includes(ready)) resolve(undefined);
    };
    server.stdout.on('data', hear);
    server.stderr.on('data', hear);
  });
  clearTimeout(late);
  return server;
}

/**
 * With what a script that starts it has started.
 * @param {import('node:child_process').ChildProcess} server
 */
function killWhole({ pid }) {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}

const READY_WITHIN_MS = 60_000;
