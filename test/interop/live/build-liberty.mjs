// Fetches Open Liberty from Maven Central (292 MB, once) and compiles the peer for it, below .parley. Prints the folder; or
// says on standard error why there is no such peer on this machine, and ends with 2.
// 22.0.0.6 is the last line with CXF 2.6 and WSS4J 1.6, which nothing else here speaks for.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { buildAlone } from '../build-alone.mjs';

const VERSION = '22.0.0.6';
const JAVASSIST = '3.30.2-GA';
const SOURCES = fileURLToPath(new URL('liberty', import.meta.url));
const POLICIES = fileURLToPath(new URL('cxf/src/parley/interop/cxf/Policies.java', import.meta.url));
const BUILT = fileURLToPath(new URL('../../../.parley/liberty', import.meta.url));
const WLP = path.join(BUILT, 'wlp');
const STAMP = path.join(BUILT, 'built-from');
const APIS = ['jaxws.2.2', 'jws.1.0', 'jaxb.2.2', 'servlet.3.1'];

const missing = missingTool() ?? buildAlone(BUILT, () => fetchLiberty() ?? build());
if (missing === undefined) process.stdout.write(BUILT);
else {
  process.stderr.write(missing);
  process.exitCode = 2;
}

function missingTool() {
  const absent = ['java', 'javac', 'jar', 'mvn', 'unzip'].filter((tool) => spawnSync(tool, ['-h']).error !== undefined);
  return absent.length === 0 ? undefined : `Open Liberty needs ${absent.join(', ')}`;
}

function fetchLiberty() {
  if (existsSync(WLP)) return undefined;
  mkdirSync(BUILT, { recursive: true });
  const failed = fetchArtifact(`io.openliberty:openliberty-runtime:${VERSION}:zip`);
  if (failed !== undefined) return `Maven could not fetch Open Liberty: ${failed}`;
  const zip = path.join(BUILT, `openliberty-runtime-${VERSION}.zip`);
  const unpacked = path.join(BUILT, 'unpacked');
  rmSync(unpacked, { recursive: true, force: true });
  execFileSync('unzip', ['-q', zip, '-d', unpacked]);
  renameSync(path.join(unpacked, 'wlp'), WLP);
  rmSync(zip);
  return undefined;
}

function fetchArtifact(artifact) {
  const copied = spawnSync(
    'mvn',
    ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${BUILT}`],
    {
      encoding: 'utf8',
      timeout: 400_000,
    },
  );
  return copied.status === 0
    ? undefined
    : (/\[ERROR\] (.*)/.exec(copied.stdout ?? '')?.[1] ?? 'no reason given').slice(0, 300);
}

function build() {
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint()) return undefined;
  const failed = fetchArtifact(`org.javassist:javassist:${JAVASSIST}`);
  if (failed !== undefined) return `Maven could not fetch javassist: ${failed}`;
  const at = (...steps) => path.join(BUILT, 'made', ...steps);
  rmSync(at(), { recursive: true, force: true });
  for (const folder of ['generator', 'endpoints', 'war/WEB-INF/classes', 'agent'])
    mkdirSync(at(folder), { recursive: true });
  run('javac', ['-d', at('generator'), POLICIES, ...javaFiles(path.join(SOURCES, 'gen'))]);
  run('java', ['-cp', at('generator'), 'parley.interop.liberty.Generate', at('war'), at('endpoints')]);
  const specifications = path.join(WLP, 'dev', 'api', 'spec');
  const jars = readdirSync(specifications).filter((name) =>
    APIS.some((api) => name.startsWith(`com.ibm.websphere.javaee.${api}_`)),
  );
  const old = ['--release', '8', '-Xlint:-options', '-encoding', 'UTF-8'];
  const api = jars.map((name) => path.join(specifications, name)).join(path.delimiter);
  const application = [...javaFiles(path.join(SOURCES, 'app')), ...javaFiles(at('endpoints'))];
  run('javac', [...old, '-cp', api, '-d', at('war/WEB-INF/classes'), ...application]);
  run('jar', ['cf', at('parley.war'), '-C', at('war'), '.']);
  const javassist = path.join(BUILT, `javassist-${JAVASSIST}.jar`);
  run('javac', [...old, '-cp', javassist, '-d', at('agent'), ...javaFiles(path.join(SOURCES, 'agent'))]);
  run('jar', ['xf', javassist, 'javassist'], at('agent'));
  writeFileSync(at('manifest'), 'Premain-Class: parley.interop.liberty.Agent\n');
  run('jar', ['cfm', at('agent.jar'), at('manifest'), '-C', at('agent'), '.']);
  cpSync(path.join(SOURCES, 'server.xml'), at('server.xml'));
  writeFileSync(STAMP, fingerprint());
  return undefined;
}

function run(program, args, cwd = BUILT) {
  const ran = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`${program}: ${ran.stderr || ran.error?.message}`);
}

function javaFiles(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.java'))
    .map((name) => path.join(folder, name));
}

function fingerprint() {
  const hash = createHash('sha256').update(`${VERSION} ${JAVASSIST}`).update(readFileSync(POLICIES));
  for (const file of [...javaFiles(SOURCES).sort(), path.join(SOURCES, 'server.xml')]) hash.update(readFileSync(file));
  return hash.digest('hex');
}
