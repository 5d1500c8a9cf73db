/** The server that is measured, in a process of its own: an echo, secured at one path and not at the other. */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { MemoryContextStore, peerProfile, Responder, symmetricX509, systemAmbient } from '@parley/conversation';
import { Certificate, DEFAULT_LIMITS, PrivateKey } from '@parley/core';
import { createPool } from '@parley/engine';
import { HttpResponder } from '@parley/http';

const [keys = '', workers = '2'] = process.argv.slice(2);
const [certificate] = Certificate.readPem(readFileSync(`${keys}/server.pem`), DEFAULT_LIMITS);
if (certificate === undefined) throw new Error('no certificate');
const privateKey = PrivateKey.read(
  { format: 'pem', bytes: readFileSync(`${keys}/server.key`) },
  { uses: ['encryption'] },
);
const threads = Number(workers);
const responder = new Responder({
  store: new MemoryContextStore(),
  ambient: systemAmbient,
  profile: peerProfile('cxf', 'Basic256', { encrypt: 'body' }),
  bootstrap: symmetricX509.responder({ ownKeys: [{ certificate, privateKey }] }),
  ...(threads > 0 && { pool: (needs) => createPool({ ...needs, workers: threads }) }),
});
const TEXT = /<(\w+:)?text>[^<]*<\/(\w+:)?text>/;

/** The answer of the echo to `request`. */
function answerTo(request: Uint8Array): string {
  const [text = ''] = TEXT.exec(new TextDecoder().decode(request)) ?? [];
  return `<e:echoResponse xmlns:e="urn:peer:echo">${text}</e:echoResponse>`;
}

const encoder = new TextEncoder();
const endpoints = new HttpResponder({
  endpoints: {
    '/secured': {
      responder,
      service: ({ message }) => ({
        action: 'urn:peer:echo:Echo:echoResponse',
        payload: encoder.encode(answerTo(message.body)),
      }),
    },
    '/plain': {
      plain: async ({ octets }) => ({
        status: 200,
        octets: encoder.encode(
          `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>${answerTo(octets)}</s:Body></s:Envelope>`,
        ),
      }),
    },
  },
  onRefused: ({ failure }) => process.stderr.write(`${failure.code} ${JSON.stringify(failure.detail)}\n`),
});
const server = http.createServer(endpoints.handler).listen(0, '127.0.0.1', () => {
  process.stdout.write(`READY ${(server.address() as AddressInfo).port}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
