// A program that is bundled, its worker beside it.
import process from 'node:process';
import { contextOf, unwrap } from '@parley/core';
import { createPool, policyOf, seal, sealProfile } from '@parley/engine';

const say = (line) => process.stdout.write(`${line}\n`);
const atMs = Date.now();
const context = contextOf({ identifier: 'urn:uuid:1', secret: new Uint8Array(32) });
const envelope = new TextEncoder().encode(
  '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><Ping xmlns="urn:m"/></s:Body></s:Envelope>',
);
const fillRandom = (out) => crypto.getRandomValues(out);
const request = { ...sealProfile('cxf', 'request'), context, atMs, timestampLifetimeMs: 300_000, fillRandom };
const { octets } = unwrap(seal(envelope, request));
const contexts = { get: () => Promise.resolve(context) };
const workerUrl = new URL('./worker.js', import.meta.url);
try {
  const pool = createPool({ workers: 1, policy: policyOf('cxf'), contexts, workerUrl });
  unwrap(await pool.open({ message: octets, atMs }));
  await pool.close();
  say('opened on a bundled worker');
} catch (error) {
  say(`${error.code} ${error.detail.option} ${error.detail.path}: ${error.detail.reason}`);
}
