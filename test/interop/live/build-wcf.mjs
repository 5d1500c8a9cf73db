// Compiles Microsoft's WCF and the peer against it, once for each state of the sources, below .parley. Prints the folder; or
// says on standard error why there is no such peer on this machine, and ends with 2.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { buildAlone } from '../build-alone.mjs';

const SOURCES = fileURLToPath(new URL('wcf', import.meta.url));
const BUILT = fileURLToPath(new URL('../../../.parley/wcf', import.meta.url));
const STAMP = path.join(BUILT, 'built-from');
const TOOLS = ['mono', 'mcs', 'python3', 'xz', 'apt-get'];
const BUILD_TIMEOUT_MS = 400_000;

const missing = missingTool() ?? buildAlone(BUILT, build);
if (missing === undefined) process.stdout.write(path.join(BUILT, 'out'));
else {
  process.stderr.write(missing);
  process.exitCode = 2;
}

function missingTool() {
  const needed = isBuilt() ? ['mono'] : TOOLS;
  const absent = needed.filter((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).error !== undefined);
  return absent.length === 0 ? undefined : `WCF needs ${absent.join(', ')}`;
}

function build() {
  if (isBuilt()) return undefined;
  const made = spawnSync('bash', [path.join(SOURCES, 'build.sh'), BUILT], {
    encoding: 'utf8',
    timeout: BUILD_TIMEOUT_MS,
  });
  if (made.status !== 0) {
    const said = `${made.stdout ?? ''}${made.stderr ?? ''}`;
    // A mistake of ours in the peer is no reason to go on without it.
    if (/Peer\.cs.*: error/.test(said)) throw new Error(said);
    const line =
      said.split('\n').findLast((text) => /error|^E:/.test(text)) ?? made.error?.message ?? 'no reason given';
    return `WCF could not be fetched and compiled: ${line.slice(0, 300)}`;
  }
  writeFileSync(STAMP, fingerprint());
  return undefined;
}

function isBuilt() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint();
}

function fingerprint() {
  const hash = createHash('sha256');
  for (const name of readdirSync(SOURCES, { recursive: true }).sort()) {
    const file = path.join(SOURCES, name);
    if (/\.(cs|py|sh)$/.test(name)) hash.update(`${name}\n`).update(readFileSync(file));
  }
  return hash.digest('hex');
}
