// A service on one of many nodes, until it is killed. What it was handed stands in the books of all of them, a line for each message.
// Runs on the built packages, as one file: node node.mjs <settings, as JSON>
// @ts-check
import { appendFileSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import {
  systemAmbient as ambient,
  DividedReplayCache,
  MemoryReplayCache,
  peerProfile,
  Responder,
  symmetricX509,
  TokenContextStore,
} from '@parley/conversation';
import { Certificate, DEFAULT_LIMITS, PrivateKey } from '@parley/core';
import { createPool } from '@parley/engine';
import { HttpResponder } from '@parley/http';
import { openPostgresContextStore, PostgresReplayCache } from '@parley/postgres';
import { openRedisContextStore, RedisReplayCache } from '@parley/redis';
import { KeyEncryptionKey } from '@parley/sealing';
import { createClient } from '@redis/client';
import pg from 'pg';

/** @type {{ sequences?: import('@parley/conversation').ResponderSequenceOptions, name: string, workerUrl: string, server: 'Redis' | 'PostgreSQL' | 'none', serverPort: number, ports: Record<string, number>, cxfKeys?: string, contexts: 'shared' | 'tokens', books: string, port: number, keys: string }} */
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

/** Nobody's server: the nodes ask each other, and what one remembered is gone when it dies. */
async function nobodys() {
  const lostUntilMs = Date.now() + POLICY.timestampAgeMaxMs + 2 * POLICY.clockSkewMs;
  const memory = new MemoryReplayCache({ lostUntilMs });
  const { name: self, ports } = settings;
  /** @type {import('@parley/conversation').DividedReplayOptions['ask']} */
  const ask = async (other, question) => {
    const answer = await fetch(`http://127.0.0.1:${ports[other]}${REPLAYS}`, {
      method: 'POST',
      body: JSON.stringify(question),
    });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return (await answer.text()) === 'true';
  };
  divided = new DividedReplayCache({ self, nodes: Object.keys(ports), memory, ask });
  return { contexts: undefined, replayCache: divided };
}

const SHARED = { Redis: redis, PostgreSQL: postgres, none: nobodys };
const REPLAYS = '/replays';
/** All clocks here are one. */
const POLICY = { timestampAgeMaxMs: 300_000, clockSkewMs: 100 };
/** @type {DividedReplayCache | undefined} */
let divided;
const { contexts, replayCache } = await SHARED[settings.server]();
const store =
  settings.contexts === 'shared' && contexts !== undefined
    ? contexts
    : new TokenContextStore({ keyEncryptionKey, service: 'echo', revocations: contexts ?? 'none' });

/** @param {string} file */
const own = (file, key = file.replace(/[.]pem$/, '.key')) => {
  const [certificate] = Certificate.readPem(readFileSync(file), DEFAULT_LIMITS);
  if (certificate === undefined) throw new Error('no certificate');
  const privateKey = PrivateKey.read({ format: 'pem', bytes: readFileSync(key) }, { uses: ['encryption'] });
  return { ownKeys: [{ certificate, privateKey }] };
};

/** What was handed over stands in the books. @param {string} text */
const write = (text) => appendFileSync(settings.books, `${text} ${settings.name}\n`);
/** @param {string} xml */
const octets = (xml) => new TextEncoder().encode(xml);
/** @param {{ body: Uint8Array }} message @param {RegExp} of */
const textIn = (message, of) => of.exec(new TextDecoder().decode(message.body))?.[1] ?? '';

const common = { store, ambient, replayCache };
const responder = new Responder({
  ...common,
  ...(settings.sequences && { sequences: settings.sequences }),
  profile: peerProfile('parley', 'Basic256', settings.server === 'none' ? { policy: POLICY } : {}),
  bootstrap: symmetricX509.responder(own(`${settings.keys}/bob.pem`, `${settings.keys}/bob-private.pem`)),
  pool: (needs) => createPool({ ...needs, workers: 1, workerUrl: settings.workerUrl }),
});

/** @param {string} keys @returns {import('@parley/http').Endpoint} */
const forCxf = (keys) => ({
  responder: new Responder({
    ...common,
    bootstrap: symmetricX509.responder(own(`${keys}/server.pem`)),
    profile: peerProfile('cxf', 'Basic256', { encrypt: 'body' }),
  }),
  service: ({ message }) => {
    const text = textIn(message, /<(?:\w+:)?text[^>]*>([^<]*)</);
    write(text);
    const payload = octets(`<e:echoResponse xmlns:e="urn:peer:echo"><e:text>${text}</e:text></e:echoResponse>`);
    return { action: 'urn:peer:echo:Echo:echoResponse', payload };
  },
});

const { handler } = new HttpResponder({
  endpoints: {
    '/echo': {
      responder,
      service: async ({ message, sequence }) => {
        const text = textIn(message, /<e:Echo[^>]*>([^<]*)</);
        write(text);
        // Long enough that it is sent again meanwhile.
        if (sequence !== undefined) await pause(20);
        const payload = octets(`<e:Echo xmlns:e="urn:app">re ${text}</e:Echo>`);
        return { action: 'urn:app/EchoResponse', payload };
      },
    },
    ...(settings.cxfKeys && { '/x509-sbe-13-12': forCxf(settings.cxfKeys) }),
  },
  onRefused: ({ failure }) => process.stderr.write(`${failure.code} ${JSON.stringify(failure.detail)}\n`),
});
/** What another node asks this one. @type {http.RequestListener} */
const asked = async (request, response) => {
  try {
    response.end(String(await divided?.answer(JSON.parse(await text(request)), Date.now())));
  } catch {
    response.writeHead(500).end();
  }
};
const server = http.createServer((request, response) =>
  request.url === REPLAYS ? asked(request, response) : handler(request, response),
);
server.listen(settings.port, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
