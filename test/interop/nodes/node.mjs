// A service on one of many nodes, until it is killed. What it was handed stands in the books of all of them, a line for each message.
// Runs on the built packages: node node.mjs <settings, as JSON>
// @ts-check
import { appendFileSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { systemAmbient as ambient, Responder, symmetricX509, TokenContextStore } from '@parley/conversation';
import { Certificate, DEFAULT_LIMITS, PrivateKey } from '@parley/core';
import { createPool } from '@parley/engine';
import { HttpResponder } from '@parley/http';
import { openPostgresContextStore, PostgresReplayCache } from '@parley/postgres';
import { openRedisContextStore, RedisReplayCache } from '@parley/redis';
import { KeyEncryptionKey } from '@parley/sealing';
import { createClient } from '@redis/client';
import pg from 'pg';

/** @type {{ sequences?: import('@parley/conversation').ResponderSequenceOptions, name: string, server: 'Redis' | 'PostgreSQL', serverPort: number, contexts: 'shared' | 'tokens', books: string, port: number, keys: string }} */
const settings = JSON.parse(process.argv[2] ?? '');
const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(7));

/** What all nodes share. */
async function redis() {
  const client = createClient({
    url: `redis://127.0.0.1:${settings.serverPort}`,
    socket: { reconnectStrategy: 50 },
  });
  client.on('error', () => undefined);
  await client.connect();
  return {
    contexts: await openRedisContextStore({ client, keyEncryptionKey }),
    replayCache: new RedisReplayCache({ client }),
  };
}

async function postgres() {
  const connectionString = `postgres://parley@127.0.0.1:${settings.serverPort}/postgres`;
  const pool = new pg.Pool({ connectionString, max: 6 });
  return {
    contexts: await openPostgresContextStore({ pool, keyEncryptionKey }),
    replayCache: new PostgresReplayCache({ pool }),
  };
}

const shared = settings.server === 'Redis' ? await redis() : await postgres();
const store =
  settings.contexts === 'shared'
    ? shared.contexts
    : new TokenContextStore({ keyEncryptionKey, service: 'echo', revocations: shared.contexts });

/** @param {string} name */
const pem = (name) => readFileSync(`${settings.keys}/${name}.pem`);
const [certificate] = Certificate.readPem(pem('bob'), DEFAULT_LIMITS);
if (certificate === undefined) throw new Error('no certificate');
const privateKey = PrivateKey.read({ format: 'pem', bytes: pem('bob-private') }, { uses: ['encryption'] });
const responder = new Responder({
  store,
  ambient,
  replayCache: shared.replayCache,
  ...(settings.sequences && { sequences: settings.sequences }),
  bootstrap: symmetricX509.responder({ ownKeys: [{ certificate, privateKey }] }),
  pool: (needs) => createPool({ ...needs, workers: 1 }),
});
const { handler } = new HttpResponder({
  endpoints: {
    '/echo': {
      responder,
      service: async ({ message, sequence }) => {
        const [, text = ''] = /<e:Echo[^>]*>([^<]*)</.exec(new TextDecoder().decode(message.body)) ?? [];
        appendFileSync(settings.books, `${text} ${settings.name}\n`);
        // Long enough that it is sent again meanwhile.
        if (sequence !== undefined) await pause(20);
        const payload = new TextEncoder().encode(`<e:Echo xmlns:e="urn:app">re ${text}</e:Echo>`);
        return { action: 'urn:app/EchoResponse', payload };
      },
    },
  },
  onRefused: ({ failure }) => process.stderr.write(`${failure.code} ${JSON.stringify(failure.detail)}\n`),
});
const server = http.createServer(handler);
server.listen(settings.port, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
