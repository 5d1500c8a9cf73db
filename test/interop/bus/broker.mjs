// A broker in a process of its own, on a port of its own, that can be killed and started again with what it has stored.
// @ts-check
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort } from './free-port.mjs';

/**
 * @typedef {object} Launch
 * @property {string} command
 * @property {readonly string[]} args
 * @property {string} ready what it says, on either of its outputs, when it serves
 * @property {NodeJS.ProcessEnv} [env]
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
      server.kill('SIGKILL');
      await new Promise((resolve) => server.once('exit', resolve));
    },
    async restart() {
      server = await launched(launch);
    },
    async remove() {
      if (server.exitCode === null && server.signalCode === null) await this.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @param {Launch} launch */
async function launched({ command, args, ready, env }) {
  const server = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let said = '';
  // One that never serves ends, and with what it said.
  const late = setTimeout(() => server.kill('SIGKILL'), READY_WITHIN_MS);
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

const READY_WITHIN_MS = 60_000;
