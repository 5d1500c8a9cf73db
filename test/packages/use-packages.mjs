// A program of somebody who installed the packages: what each is for, once.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { passwordMatches, Responder, systemAmbient, usernameOverTls } from '@parley/conversation';
import { contextOf, contextSource, Secret, unwrap } from '@parley/core';
import { createPool, open, policyOf, seal, sealProfile } from '@parley/engine';
import { connect, HttpResponder } from '@parley/http';
import { createKeyEncryptionKeyFile, openLmdbContextStore } from '@parley/stores';

const say = (line) => process.stdout.write(`${line}\n`);
const octetsOf = (text) => new TextEncoder().encode(text);
const { fillRandom } = systemAmbient;
const atMs = Date.now();

const context = contextOf({ identifier: 'urn:uuid:1', secret: Secret.filledBy(32, fillRandom) });
const envelope = octetsOf(
  '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><Ping xmlns="urn:m"/></s:Body></s:Envelope>',
);
const request = { ...sealProfile('cxf', 'request'), context, atMs, timestampLifetimeMs: 300_000, fillRandom };
const { octets } = unwrap(seal(envelope, request));
unwrap(open(octets, { atMs, policy: policyOf('cxf'), contexts: contextSource([context]) }));
const pool = createPool({ workers: 1, policy: policyOf('cxf'), contexts: { get: () => Promise.resolve(context) } });
for (const reply of await pool.verifyBatch([{ message: octets, atMs }])) unwrap(reply);
await pool.close();
say('sealed and opened, inline and on a pool');

// What CommonJS gets.
if (createRequire(import.meta.url)('@parley/engine').open !== open) throw new Error('require gives another module');

const folder = mkdtempSync(path.join(tmpdir(), 'parley-use-'));
const password = octetsOf('correct horse');
const store = await openLmdbContextStore({
  directory: path.join(folder, 'contexts'),
  keyEncryptionKey: await createKeyEncryptionKeyFile(path.join(folder, 'kek')),
});
const authenticate = (attempt) => (passwordMatches(attempt, password) ? attempt.username : undefined);
const responder = new Responder({
  store,
  ambient: systemAmbient,
  bootstrap: usernameOverTls.responder({ authenticate }),
});
const service = () => ({ action: 'urn:m/Pong', payload: octetsOf('<Pong xmlns="urn:m"/>') });
const { handler } = new HttpResponder({ endpoints: { '/': { responder, service } }, isSecure: () => true });
const server = http.createServer(handler).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const bootstrap = usernameOverTls.initiator({ username: 'alice', password: Secret.copyOf(password) });
const conversation = await connect(`http://127.0.0.1:${server.address().port}/`, { bootstrap, secure: true });
await conversation.call('urn:m/Ping', octetsOf('<Ping xmlns="urn:m"/>'));
await conversation.close();
server.close();
await store.close();
say('issued over HTTP');

// The command by its file, with this very Node.
const command = fileURLToPath(new URL('node_modules/@parley/cli/bin/parley.js', import.meta.url));
const parley = (...args) => execFileSync(process.execPath, [command, ...args], { cwd: folder, encoding: 'utf8' });
parley('demo', 'demo', '--messages', '2');
const summary = JSON.parse(
  parley('verify', 'demo/log.ndjson', '--contexts', 'demo/contexts', '--json', '--workers', '0'),
);
say(`${summary.valid} of ${summary.messages} valid, by the command line`);
rmSync(folder, { recursive: true, force: true });
