// `build-peer.mjs wss4j` or `wss4j-saml`: fetches WSS4J from Maven Central and compiles the peer, once for each state of its
// sources; it is kept below .parley.
// Prints the class path; or says on standard error why there is no peer on this machine, and ends with 2.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** Folders with the sources of each project. */
const SOURCES = { wss4j: ['wss4j'], 'wss4j-saml': ['wss4j', 'wss4j-saml'] };
const [name] = process.argv.slice(2);
if (!Object.hasOwn(SOURCES, name)) throw new Error(`one of ${Object.keys(SOURCES).join(', ')}`);
const PEERS = fileURLToPath(new URL('.', import.meta.url));
const PROJECT = path.join(PEERS, name);
const BUILT = fileURLToPath(new URL(`../../.parley/${name}`, import.meta.url));
const STAMP = path.join(BUILT, 'built-from');
const JAVA_MIN = 17;
const MAVEN_TIMEOUT_MS = 180_000;

const missing = missingTool() ?? build();
if (missing === undefined) {
  process.stdout.write([path.join(BUILT, 'classes'), path.join(BUILT, 'lib', '*')].join(path.delimiter));
} else {
  process.stderr.write(missing);
  process.exitCode = 2;
}

function missingTool() {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const version = Number(/version "(\d+)/.exec(java.stderr ?? '')?.[1] ?? 0);
  if (version < JAVA_MIN) return `WSS4J needs Java ${JAVA_MIN} or newer`;
  return isBuilt() || spawnSync('mvn', ['-v']).status === 0
    ? undefined
    : 'WSS4J needs Maven, which fetches and compiles it';
}

/** Compiles when the sources have changed. Gives what went wrong. */
function build() {
  if (isBuilt()) return undefined;
  const maven = spawnSync('mvn', ['-q', '-B', 'clean', 'compile'], {
    cwd: PROJECT,
    encoding: 'utf8',
    timeout: MAVEN_TIMEOUT_MS,
  });
  if (maven.status !== 0) {
    const said = /\[ERROR\] (.*)/.exec(maven.stdout ?? '')?.[1] ?? maven.error?.message ?? 'no reason given';
    // A mistake of ours is no reason to go on without the peer.
    if (said.startsWith('COMPILATION')) throw new Error(maven.stdout);
    return `Maven could not fetch WSS4J: ${said.slice(0, 300)}`;
  }
  writeFileSync(STAMP, fingerprint());
  return undefined;
}

function isBuilt() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint();
}

function fingerprint() {
  const hash = createHash('sha256').update(readFileSync(path.join(PROJECT, 'pom.xml')));
  for (const source of SOURCES[name]) {
    const files = path.join(PEERS, source, 'src', 'parley', 'interop');
    for (const file of readdirSync(files).sort()) hash.update(`${file}\n`).update(readFileSync(path.join(files, file)));
  }
  return hash.digest('hex');
}
