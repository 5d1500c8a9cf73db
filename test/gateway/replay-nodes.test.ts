// Gateways without a server: contexts travel in their tokens, and each remembers a part of what was taken, for all.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import readline from 'node:readline';
import { MemoryReplayCache, usernameOverTls } from '@parley/conversation';
import { Fault, Secret } from '@parley/core';
import { connect } from '@parley/http';
import { createKeyEncryptionKeyFile, KeyEncryptionKey } from '@parley/sealing';
import { Agent, type Dispatcher, request } from 'undici';
import { describe, expect, test } from 'vitest';
import type { GatewayConfiguration } from '../../packages/gateway/src/configuration/configuration.ts';
import { Files } from '../../packages/gateway/src/credentials/pem-files.ts';
import { ended, openServers } from '../../packages/gateway/src/gateway/listening.ts';
import { keepingOf } from '../../packages/gateway/src/keeping/keeping.ts';
import { ReplayNodes } from '../../packages/gateway/src/keeping/replay-nodes.ts';
import { SealedQuestions } from '../../packages/gateway/src/keeping/sealed-questions.ts';
import { PARLEY } from '../cli/run-parley.ts';
import { unusedPort } from '../doors/unused-port.ts';
import { atEnd, ECHO, echo, folder, ingress, PASSWORD, plainService, read } from './gateway-fixture.ts';

const NAMES = ['north', 'east', 'south'] as const;

interface Node {
  readonly port: number;
  kill(): Promise<void>;
}

/** `parley serve`, until it listens. */
async function serve(where: string, config: string): Promise<Node> {
  const child = spawn(process.execPath, [PARLEY, 'serve', '--config', config], {
    cwd: where,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  atEnd(() => void child.kill('SIGKILL'));
  for await (const line of readline.createInterface({ input: child.stderr })) {
    const { event, port } = JSON.parse(line) as { event: string; port: number };
    if (event !== 'listening') continue;
    child.stderr.resume();
    const kill = async (): Promise<void> => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    };
    return { port, kill };
  }
  throw new Error('it did not start');
}

test('T57: three of them, with no store at all: any serves any message, and each is taken once', {
  timeout: 60_000,
}, async () => {
  const where = await folder();
  await createKeyEncryptionKeyFile(path.join(where, 'kek'));
  const got: { action: string; body: string }[] = [];
  const upstream = await plainService(echo(got));
  const ports = await Promise.all(NAMES.map(() => unusedPort()));
  const nodes = NAMES.map((name, at) => `${name}: "http://127.0.0.1:${ports[at]}"`).join(', ');
  const configured = NAMES.map((self) => {
    const keeping = `contexts: { tokens: { revocations: none }, key: kek, name: orders }\nreplays: { self: ${self}, nodes: { ${nodes} } }`;
    // All clocks here are one.
    writeFileSync(path.join(where, `${self}.yaml`), `${ingress(upstream, keeping)}    clockSkewMs: 100\n`);
    return `${self}.yaml`;
  });
  const served = await Promise.all(configured.map((config) => serve(where, config)));
  let turn = 0;
  const sent: Dispatcher.DispatchOptions[] = [];
  const agent = new Agent({ connect: { ca: read(where, 'ca.pem') } });
  atEnd(() => agent.destroy());
  // Each request to the next of them.
  const dispatcher = agent.compose((dispatch) => (options, handler) => {
    sent.push(options);
    return dispatch({ ...options, origin: `https://127.0.0.1:${served[turn++ % 3]?.port}` }, handler);
  });
  const bootstrap = usernameOverTls.initiator({ username: 'alice', password: Secret.copyOf(Buffer.from(PASSWORD)) });
  const options = { bootstrap, dispatcher, reestablish: false, cancel: false };
  const conversation = await expect
    .poll(() => connect('https://gateways.example/orders', options).catch(() => undefined), { timeout: 20_000 })
    .toBeDefined()
    .then(() => connect('https://gateways.example/orders', options));
  const first = sent.length;
  for (let count = 0; count < 12; count++) {
    const answer = await conversation.call('urn:app/Echo', Buffer.from(ECHO(`call ${count}`)));
    expect(answer?.fault).toBeUndefined();
  }
  const messages = sent.slice(first);
  const again = async ({ headers, body }: Dispatcher.DispatchOptions, port: number): Promise<number> => {
    const url = `https://127.0.0.1:${port}/orders`;
    const words = headers as Record<string, string>;
    const answer = await request(url, { method: 'POST', headers: words, body: body as Uint8Array, dispatcher: agent });
    await answer.body.dump();
    return answer.statusCode;
  };
  const shown = served.flatMap(({ port }) => messages.map((message) => again(message, port)));
  expect(new Set(await Promise.all(shown))).toEqual(new Set([500]));
  expect(got).toHaveLength(12);
  // One that is gone takes with it what it remembered: that is refused, and all else is served.
  await served[1]?.kill();
  const [alive] = served;
  const outcomes = new Set<boolean>();
  turn = 0;
  for (let count = 0; count < 24; count++) {
    turn = 0;
    const answer = await conversation.call('urn:app/Echo', Buffer.from(ECHO(`late ${count}`))).catch(() => undefined);
    outcomes.add(answer !== undefined && answer.fault === undefined);
  }
  expect(outcomes).toEqual(new Set([true, false]));
  expect(await again(messages[0]!, alive!.port)).toBe(500);
  await conversation.close().catch(() => undefined);
  expect(new Set(got.map(({ body }) => body)).size).toBe(got.length);
});

const HOUR_MS = 3_600_000;

test('T57: a folder knows nothing of what others remembered under another list of nodes, and refuses it', async () => {
  const where = await folder();
  await createKeyEncryptionKeyFile(path.join(where, 'kek'));
  const taken = async (nodes: readonly string[], messageMs: number, key: string): Promise<boolean> => {
    const configuration: GatewayConfiguration = {
      listen: { port: 0 },
      contexts: { tokens: { revocations: 'none' }, key: 'kek' },
      replays: {
        self: 'north',
        nodes: Object.fromEntries(nodes.map((name) => [name, 'http://127.0.0.1:1'])),
        folder: 'seen',
      },
    };
    const listeners = { meter: undefined, onClocksApart: () => undefined };
    const lifetimes = { messageMs, newMessageMs: messageMs, contextMs: HOUR_MS };
    const keeping = await keepingOf(configuration, new Files(where), lifetimes, listeners);
    const nowMs = Date.now();
    const isTaken = await keeping.replayCache.insertIfAbsent('urn:uuid:1', key, nowMs + HOUR_MS / 2, nowMs);
    await keeping.close();
    return isTaken;
  };
  expect(await taken(['north'], HOUR_MS, 'new')).toBe(false);
  expect(await taken(['north'], HOUR_MS, 'early')).toBe(false);
  // What may have been taken before the list was this one is over.
  expect(await taken(['north'], 0, 'a')).toBe(true);
  expect(await taken(['north'], HOUR_MS, 'b')).toBe(true);
  expect(await taken(['north'], HOUR_MS, 'a')).toBe(false);
  const own = ['c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];
  const outcomes = new Set<unknown>();
  for (const key of own) outcomes.add(await taken(['north', 'east'], HOUR_MS, key).catch(() => 'asked'));
  expect(outcomes).toEqual(new Set([false, 'asked']));
  // A file that cannot be read is of no list.
  expect(await taken(['north'], 0, 'm')).toBe(true);
  writeFileSync(path.join(where, 'seen', 'nodes.json'), '{');
  expect(await taken(['north'], HOUR_MS, 'n')).toBe(false);
});

test('who asks slowly is waited for no longer than for a question', async () => {
  const configuration: GatewayConfiguration = {
    listen: { port: 0 },
    replays: { self: 'a', nodes: { a: 'http://127.0.0.1:1' }, listen: { port: 0 } },
  };
  const handler: http.RequestListener = () => undefined;
  const { server, nodes } = await openServers(configuration, undefined, handler, {
    nodes: { handler, admit: () => undefined },
  });
  // Node swaps the two where that of the headers is the longer one.
  expect(nodes?.requestTimeout).toBe(10_000);
  expect(nodes?.headersTimeout).toBeLessThanOrEqual(10_000);
  await Promise.all([server, nodes!].map(ended));
});

const NOW = Date.UTC(2030, 0, 1);
const KEYS = [
  new KeyEncryptionKey(new Uint8Array(32).fill(1)),
  new KeyEncryptionKey(new Uint8Array(32).fill(2)),
] as const;

/** Two nodes that know each other's address, with the keys given. */
async function pair(keys: readonly (readonly [KeyEncryptionKey, ...KeyEncryptionKey[]])[], clocks = [NOW, NOW]) {
  const apart: number[] = [];
  const handlers: http.RequestListener[] = [];
  const ports: number[] = [];
  for (const at of [0, 1]) {
    const server = http.createServer((incoming, response) => handlers[at]!(incoming, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    atEnd(() => void server.close());
    ports.push((server.address() as AddressInfo).port);
  }
  const nodes = Object.fromEntries(['a', 'b'].map((name, at) => [name, `http://127.0.0.1:${ports[at]}`]));
  const both = ['a', 'b'].map((self, at) => {
    const memory = new MemoryReplayCache({ entriesMax: 1000 });
    const questions = new SealedQuestions(keys[at]!, 'orders');
    const node = new ReplayNodes({
      self,
      nodes,
      memory,
      questions,
      nowMs: () => clocks[at]!,
      onClocksApart: (ms) => apart.push(ms),
    });
    handlers.push(node.handler);
    atEnd(() => node.close());
    return node;
  });
  return { both, ports, apart };
}

const outcome = async (asked: boolean | Promise<boolean>): Promise<string> =>
  Promise.resolve(asked).then(String, (error: unknown) => (error instanceof Fault ? error.code : 'other'));

describe('what nodes say to each other', () => {
  const asks = async ({ both }: Awaited<ReturnType<typeof pair>>, count = 16): Promise<Set<string>> => {
    const all = new Set<string>();
    for (let number = 0; number < count; number++)
      for (const { cache } of both)
        all.add(await outcome(cache.insertIfAbsent('urn:a', `${number}`, NOW + 60_000, NOW, { owner: 'alice' })));
    return all;
  };

  test('is known under one key, and while it is exchanged under either', async () => {
    const [old, anew] = KEYS;
    expect(await asks(await pair([[old], [old]]))).toEqual(new Set(['true', 'false']));
    expect(
      await asks(
        await pair([
          [anew, old],
          [old, anew],
        ]),
      ),
    ).toEqual(new Set(['true', 'false']));
  });

  test('under another key is nothing', async () => {
    expect(await asks(await pair([[KEYS[0]], [KEYS[1]]]))).toEqual(new Set(['true', 'internal.store-unavailable']));
  });

  test('a clock that is far off is told of, and forgets nothing of the others', async () => {
    const { both, apart } = await pair([[KEYS[0]], [KEYS[0]]], [NOW + 3_600_000, NOW]);
    const [wrong, right] = both;
    for (let number = 0; number < 16; number++) {
      const untilMs = NOW + 4_200_000;
      expect(await wrong!.cache.insertIfAbsent('urn:w', `${number}`, untilMs, NOW + 3_600_000)).toBe(true);
    }
    expect(apart).toContain(3_600_000);
    const taken = await Promise.all(
      Array.from({ length: 16 }, (_, number) =>
        outcome(right!.cache.insertIfAbsent('urn:r', `${number}`, NOW + 60_000, NOW)),
      ),
    );
    expect(taken).toContain('true');
  });

  test('T113: nobody else can ask, answer, ask another, or answer with another answer', async () => {
    const questions = new SealedQuestions([KEYS[0]], 'orders');
    const question = { scope: 'urn:a', key: 'k', untilMs: NOW + 1, nowMs: NOW, share: { owner: 'alice' } };
    const asked = questions.ask(question, 'b');
    const other = questions.ask(question, 'b');
    const taken = questions.take(asked.octets, 'b');
    expect(taken.question).toEqual(question);
    expect(asked.read(taken.sealed(true))).toBe(true);
    expect(asked.read(taken.sealed(false))).toBe(false);
    expect(() => other.read(taken.sealed(true))).toThrow('internal.store-unavailable');
    expect(() => questions.take(asked.octets, 'a')).toThrow(Fault);
    expect(() => new SealedQuestions([KEYS[0]], 'others').take(asked.octets, 'b')).toThrow(Fault);
    expect(() => new SealedQuestions([KEYS[1]], 'orders').take(asked.octets, 'b')).toThrow(Fault);
    for (let at = 0; at < asked.octets.length; at++) {
      const changed = Uint8Array.from(asked.octets, (octet, index) => (index === at ? octet ^ 1 : octet));
      expect(() => questions.take(changed, 'b')).toThrow(Fault);
      expect(() => questions.take(asked.octets.subarray(0, at), 'b')).toThrow(Fault);
    }
    const answer = taken.sealed(true);
    for (let at = 0; at < answer.length; at++) {
      const changed = Uint8Array.from(answer, (octet, index) => (index === at ? octet ^ 1 : octet));
      expect(() => asked.read(changed)).toThrow('internal.store-unavailable');
    }
  });

  test('whoever comes with something else learns nothing', async () => {
    const { ports } = await pair([[KEYS[0]], [KEYS[0]]]);
    const at = (place: string) => `http://127.0.0.1:${ports[0]}${place}`;
    const tries: readonly (readonly [string, RequestInit])[] = [
      ['/', {}],
      ['/parley-replays', {}],
      ['/parley-replays', { method: 'POST', body: '' }],
      ['/parley-replays', { method: 'POST', body: JSON.stringify({ scope: 'urn:a' }) }],
      ['/parley-replays', { method: 'POST', body: new Uint8Array(100_000) }],
      ['/other', { method: 'POST', body: new Uint8Array(100) }],
    ];
    for (const [place, init] of tries) {
      const answer = await fetch(at(place), init);
      expect([answer.status, await answer.text()]).toEqual([400, '']);
    }
  });
});
