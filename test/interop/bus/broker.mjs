// A broker in a process of its own, on a port of its own, that can be killed and started again with what it has stored.
// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { endedWithUs } from './ended-with-us.mjs';
import { freePort } from './free-port.mjs';

/**
 * @typedef {object} Launch
 * @property {string} command
 * @property {readonly string[]} args
 * @property {string} ready what it says, on either of its outputs, when it serves
 * @property {NodeJS.ProcessEnv} [env]
 * @property {readonly string[]} [removal] ends what it leaves behind when it is killed for good
 */

/**
 * @param {(port: number, folder: string) => Launch} launchOf how it is started, in that folder, which is there
 */
export async function startBroker(launchOf) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'parley-broker-'));
  const port = await freePort();
  const launch = launchOf(port, folder);
  let server = await launched(launch, folder);
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
      server = await launched(launch, folder);
    },
    async remove() {
      if (server.exitCode === null && server.signalCode === null) await this.kill();
      const [command, ...args] = launch.removal ?? [];
      if (command !== undefined) spawnSync(command, args, { env: { ...process.env, ...launch.env } });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * @param {Launch} launch
 * @param {string} folder
 */
async function launched({ command, args, ready, env, removal = [] }, folder) {
  const server = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    detached: true,
  });
  if (server.pid !== undefined) server.once('exit', endedWithUs(server.pid, folder, removal, env));
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
