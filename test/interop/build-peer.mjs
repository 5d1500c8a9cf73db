// `build-peer.mjs NAME`: fetches what a Java peer is made of from Maven Central and compiles it, once for each state of its
// sources; it is kept below .parley.
// Prints the class path; or says on standard error why there is no peer on this machine, and ends with 2.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { buildAlone } from './build-alone.mjs';

/** Of each peer: what it is, the folder of its pom.xml, and further folders with sources. */
const PEERS = {
  wss4j: { product: 'WSS4J', folder: 'wss4j' },
  'wss4j-saml': { product: 'WSS4J', folder: 'wss4j-saml', sources: ['wss4j'] },
  cxf: { product: 'Apache CXF', folder: 'live/cxf' },
  'cxf-jms': { product: 'Apache CXF', folder: 'live/cxf-jms', sources: ['live/cxf'] },
  metro: { product: 'Metro', folder: 'live/metro' },
  artemis: { product: 'Apache Artemis', folder: 'bus/artemis' },
  kafka: { product: 'Apache Kafka', folder: 'bus/kafka' },
  rampart: { product: 'Rampart', folder: 'live/rampart', finish: packRahas },
};
const [name] = process.argv.slice(2);
if (!Object.hasOwn(PEERS, name)) throw new Error(`one of ${Object.keys(PEERS).join(', ')}`);
const { product, folder, sources = [], finish = () => undefined } = PEERS[name];
const HERE = fileURLToPath(new URL('.', import.meta.url));
const PROJECT = path.join(HERE, folder);
const BUILT = fileURLToPath(new URL(`../../.parley/${name}`, import.meta.url));
const STAMP = path.join(BUILT, 'built-from');
const JAVA_MIN = 17;
const MAVEN_TIMEOUT_MS = 240_000;

const missing = missingTool() ?? buildAlone(BUILT, build);
if (missing === undefined) {
  process.stdout.write([path.join(BUILT, 'classes'), path.join(BUILT, 'lib', '*')].join(path.delimiter));
} else {
  process.stderr.write(missing);
  process.exitCode = 2;
}

function missingTool() {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const version = Number(/version "(\d+)/.exec(java.stderr ?? '')?.[1] ?? 0);
  if (version < JAVA_MIN) return `${product} needs Java ${JAVA_MIN} or newer`;
  return isBuilt() || spawnSync('mvn', ['-v']).status === 0
    ? undefined
    : `${product} needs Maven, which fetches and compiles it`;
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
    return `Maven could not fetch ${product}: ${said.slice(0, 300)}`;
  }
  finish();
  writeFileSync(STAMP, fingerprint());
  return undefined;
}

/** Axis2's module of Rampart's trust service is not on Central; its classes are, so a module.xml is enough. */
function packRahas() {
  const module = path.join(BUILT, 'repository', 'modules', 'rahas-1.7.1.mar');
  execFileSync('jar', ['cf', module, '-C', path.join(PROJECT, 'rahas'), 'META-INF']);
}

function isBuilt() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint();
}

function fingerprint() {
  const hash = createHash('sha256');
  for (const each of [folder, ...sources]) {
    const root = path.join(HERE, each);
    const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const file of files.map((entry) => path.join(entry.parentPath ?? entry.path, entry.name)).sort()) {
      hash.update(`${path.relative(root, file)}\n`).update(readFileSync(file));
    }
  }
  return hash.digest('hex');
}
