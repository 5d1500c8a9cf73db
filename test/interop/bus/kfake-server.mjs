// franz-go's kfake, a Kafka broker in memory, built once with Go; kept below .parley.
// @ts-check
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAlone } from '../build-alone.mjs';
import { startBroker } from './broker.mjs';

const SOURCE = fileURLToPath(new URL('./kfake', import.meta.url));
const FOLDER = fileURLToPath(new URL('../../../.parley/kfake-20260918', import.meta.url));
const SERVER = path.join(FOLDER, 'kfake');
const BUILD_TIMEOUT_MS = 300_000;

/** Why there is none on this machine. */
export function missingKfake() {
  return buildAlone(FOLDER, () => {
    if (existsSync(SERVER)) return undefined;
    mkdirSync(FOLDER, { recursive: true });
    cpSync(SOURCE, FOLDER, { recursive: true });
    const options = /** @type {const} */ ({ cwd: FOLDER, encoding: 'utf8', timeout: BUILD_TIMEOUT_MS });
    const { status } = spawnSync('go', ['build', '-o', SERVER, '.'], options);
    return status === 0 ? undefined : 'kfake needs Go 1.26, which builds it';
  });
}

/** A broker that knows nothing any more once it is killed. */
export async function startKfake() {
  return await startBroker((port) => ({ command: SERVER, args: [String(port)], ready: 'kfake serves' }));
}
