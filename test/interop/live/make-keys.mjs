// A CA, a server's and a client's certificate for the live peers, as each of them reads them: PEM for Parley, PKCS#12 and Java key
// stores for the Java peers, PKCS#12 of the old kind and PVK for Mono. Once for each state of this file, below .parley. Prints
// the folder; or says on standard error what is missing on this machine, and ends with 2.
// Test keys only; the password of all of them is `password`.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const IMPORT = ['-importcert', '-noprompt', '-storepass', 'password'];
const ALL = fileURLToPath(new URL('../../../.parley/live-keys/', import.meta.url));
const VERSION = createHash('sha256')
  .update(readFileSync(new URL(import.meta.url)))
  .digest('hex')
  .slice(0, 16);
const MADE = path.join(ALL, VERSION);
let folder;

const missing = ['openssl', 'keytool'].filter(
  (tool) => spawnSync(tool, ['help'], { stdio: 'ignore' }).error !== undefined,
);
if (existsSync(MADE) || missing.length === 0) {
  if (!existsSync(MADE)) makeAtOnce();
  process.stdout.write(MADE);
} else {
  process.stderr.write(`the keys of live peers need ${missing.join(', ')}`);
  process.exitCode = 2;
}

/** Whoever is first gives them to all that are started beside it. */
function makeAtOnce() {
  mkdirSync(ALL, { recursive: true });
  folder = mkdtempSync(path.join(ALL, 'making-'));
  try {
    make();
    renameSync(folder, MADE);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (!existsSync(MADE)) throw error;
  }
}

function make() {
  openssl(
    ...'req -x509 -newkey rsa:2048 -nodes -days 3650 -keyout ca.key -out ca.pem -subj'.split(' '),
    '/CN=Parley Test CA',
    ...'-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign'.split(' '),
  );
  for (const [name, subject] of Object.entries({
    server: '/O=Parley/CN=localhost',
    client: '/O=Parley/CN=parley-client',
  })) {
    certificate(name, subject);
  }
  store('trust.p12', ['ca', 'server']);
  // CXF finds the certificate it encrypts for beside its own key.
  keytool(...IMPORT, '-storetype', 'PKCS12', '-keystore', 'client.p12', '-alias', 'server', '-file', 'server.pem');
  for (const [name, other] of [
    ['server', 'client'],
    ['client', 'server'],
  ])
    oldStore(name, other);
  // The key of TLS, for Mono's listener.
  openssl(...'rsa -in server.key -outform PVK -pvk-none -out server.pvk'.split(' '));
}

function certificate(name, subject) {
  openssl(...`req -newkey rsa:2048 -nodes -keyout ${name}.key -out ${name}.csr -subj`.split(' '), subject);
  const extensions = [
    'basicConstraints=CA:FALSE',
    'keyUsage=critical,digitalSignature,keyEncipherment,dataEncipherment',
    'subjectAltName=DNS:localhost,IP:127.0.0.1',
    'subjectKeyIdentifier=hash',
    'authorityKeyIdentifier=keyid',
  ];
  writeFileSync(path.join(folder, `${name}.ext`), `${extensions.join('\n')}\n`);
  openssl(
    ...`x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -extfile ${name}.ext -out ${name}.pem`.split(
      ' ',
    ),
  );
  openssl(...`x509 -in ${name}.pem -outform der -out ${name}.cer`.split(' '));
  const both = `pkcs12 -export -name ${name} -inkey ${name}.key -in ${name}.pem -certfile ca.pem -passout pass:password`;
  openssl(...`${both} -out ${name}.p12`.split(' '));
  // Mono reads no PKCS#12 that is encrypted with AES.
  openssl(...`${both} -legacy -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 -out ${name}.pfx`.split(' '));
}

function store(file, names) {
  for (const name of names) {
    keytool(...IMPORT, '-storetype', 'PKCS12', '-keystore', file, '-alias', name, '-file', `${name}.pem`);
  }
}

/** Java key stores, which is what WSS4J 1.6 reads. */
function oldStore(name, other) {
  const into = ['-storetype', 'JKS', '-keystore', `${name}.jks`];
  keytool(
    ...`-importkeystore -srckeystore ${name}.p12 -srcstoretype PKCS12 -srcstorepass password -srcalias ${name}`.split(
      ' ',
    ),
    ...`-destkeystore ${name}.jks -deststoretype JKS -deststorepass password -destkeypass password -destalias ${name}`.split(
      ' ',
    ),
  );
  for (const alias of ['ca', other]) keytool(...IMPORT, ...into, '-alias', alias, '-file', `${alias}.pem`);
}

function openssl(...args) {
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
}

function keytool(...args) {
  execFileSync('keytool', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
}
