// Gateways that share a server: any of them serves any message, and what one ends has ended at all.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { usernameOverTls } from '@parley/conversation';
import { Secret } from '@parley/core';
import { readConfiguration } from '@parley/gateway';
import { type Conversation, connect } from '@parley/http';
import { openPkcs11KeyWrapper } from '@parley/pkcs11';
import { createKeyEncryptionKeyFile, createWrappedKeyFile, keyEncryptionKeyFromFile } from '@parley/sealing';
import { beforeEach, describe, expect, test } from 'vitest';
import { codeOf } from '../conversation/sample-context.ts';
import { unusedPort } from '../doors/unused-port.ts';
import { driver, LIBRARY, missingSoftHsm, PIN, SoftHsm } from '../interop/pkcs11/softhsm.ts';
import { missingPostgres, startPostgres } from '../interop/postgres/postgres-server.mjs';
import { missingRedis, startRedis } from '../interop/redis/redis-server.mjs';
import { atEnd, ECHO, echo, folder, gatewayOf, ingress, PASSWORD, plainService, read } from './gateway-fixture.ts';

/** A port whose connections go to one of several, which can be exchanged. */
async function turning(first: number): Promise<{ readonly port: number; to(port: number): Promise<void> }> {
  let target = first;
  const open = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const there = net.connect(target, '127.0.0.1');
    for (const [from, to] of [
      [client, there],
      [there, client],
    ] as const) {
      open.add(from);
      from.on('error', () => to.destroy()).on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => void server.close());
  const to = async (port: number): Promise<void> => {
    target = port;
    for (const socket of open) socket.destroy();
    open.clear();
    // Until the client has seen it.
    await pause(100);
  };
  return { port: (server.address() as net.AddressInfo).port, to };
}

async function conversing(where: string, port: number): Promise<Conversation> {
  const bootstrap = usernameOverTls.initiator({ username: 'alice', password: Secret.copyOf(Buffer.from(PASSWORD)) });
  const options = { bootstrap, tls: { ca: read(where, 'ca.pem') }, reestablish: false };
  const conversation = await connect(`https://127.0.0.1:${port}/orders`, options);
  atEnd(() => conversation.close().catch(() => undefined));
  return conversation;
}

const calls = async (conversation: Conversation): Promise<boolean> =>
  (await conversation.call('urn:app/Echo', Buffer.from(ECHO('x'))))?.fault === undefined;

const SERVERS = [
  { name: 'Redis', missing: missingRedis(), start: startRedis, url: (port: number) => `redis://127.0.0.1:${port}/1` },
  {
    name: 'PostgreSQL',
    missing: missingPostgres(),
    start: startPostgres,
    url: (port: number) => `postgres://parley@127.0.0.1:${port}/postgres`,
  },
];

describe.each(SERVERS)('over $name', ({ missing, start, url }) => {
  beforeEach((context) => {
    if (missing !== undefined) context.skip(missing);
  });

  test('any gateway serves any message; one of another name knows nothing of it; readiness says when the server is away', {
    timeout: 60_000,
  }, async () => {
    const server = await start();
    atEnd(() => server.remove());
    const where = await folder();
    await createKeyEncryptionKeyFile(path.join(where, 'kek'));
    const store = `contexts: { server: "${url(server.port)}", key: kek, name: orders, witness: witness }`;
    const yaml = ingress(await plainService(echo()), `${store}\noperations: { listen: { port: 0 } }`);
    const first = await gatewayOf(where, yaml);
    const second = await gatewayOf(where, yaml);
    const line = await turning(first.gateway.port);
    const conversation = await conversing(where, line.port);
    for (const { gateway } of [first, second, first]) {
      await line.to(gateway.port);
      expect(await calls(conversation)).toBe(true);
    }
    await conversation.renew();
    await line.to(second.gateway.port);
    expect(await calls(conversation)).toBe(true);
    // The same, to a gateway that has another name there: it has no such context.
    const other = await gatewayOf(where, yaml.replace('orders, witness: witness', 'others, witness: others'));
    await line.to(other.gateway.port);
    await expect(calls(conversation)).rejects.toThrow();
    expect(other.refusals.at(-1)?.failure.code).toBe('peer.bad-context');
    const ready = (): Promise<number> =>
      fetch(`http://127.0.0.1:${second.gateway.operationsPort}/readyz`).then(({ status }) => status);
    expect(await ready()).toBe(200);
    await server.kill();
    await expect.poll(ready, { timeout: 15_000 }).toBe(503);
    await server.restart();
    await expect.poll(ready, { timeout: 15_000 }).toBe(200);
  });
});

describe('what is refused', () => {
  const wrong: Readonly<Record<string, readonly [string, RegExp]>> = {
    'neither place': ['contexts: { key: kek }', /either folder or server/],
    'both places': ['contexts: { folder: c, server: "redis://h", key: kek }', /either folder or server/],
    'another server': ['contexts: { server: "mysql://h", key: kek }', /server/],
    'a password of a folder': ['contexts: { folder: c, password: p, key: kek }', /password is for a server/],
    'a name of a folder': ['contexts: { folder: c, name: n, key: kek }', /name is for a server, or for tokens/],
    'tokens that are somewhere': [
      'contexts: { folder: c, tokens: { revocations: none }, key: kek }\nreplays: { folder: r }',
      /kept nowhere/,
    ],
    'tokens whose revocations are nowhere': [
      'contexts: { tokens: { revocations: shared }, key: kek }\nreplays: { folder: r }',
      /either folder or server/,
    ],
    'tokens whose revocations nobody decided on': ['contexts: { tokens: {}, key: kek }', /revocations/],
    'tokens, and replays of one node': [
      'contexts: { tokens: { revocations: none }, key: kek }',
      /any gateway with the key/,
    ],
    'nodes without a key': ['replays: { self: a, nodes: { a: "http://h:1", b: "http://h:2" } }', /need the key/],
    'nodes, and none of them this': [
      'contexts: { folder: c, key: kek }\nreplays: { self: c, nodes: { a: "http://h:1", b: "http://h:2" } }',
      /self is one of nodes/,
    ],
    'nodes, and not which': [
      'contexts: { folder: c, key: kek }\nreplays: { nodes: { a: "http://h:1", b: "http://h:2" } }',
      /self is one of nodes/,
    ],
    'a node alone': ['contexts: { folder: c, key: kek }\nreplays: { self: a, nodes: { a: "http://h:1" } }', /nodes/],
    'a node at an address that is none': [
      'contexts: { folder: c, key: kek }\nreplays: { self: a, nodes: { a: "https://h:1", b: "http://h:2/x" } }',
      /must be an address of http, without a path/,
    ],
    'what is for nodes': ['contexts: { folder: c, key: kek }\nreplays: { folder: r, self: a }', /are for nodes/],
    'nodes beside a server': [
      'contexts: { server: "redis://h", key: kek }\nreplays: { self: a, nodes: { a: "http://h:1", b: "http://h:2" } }',
      /nodes share/,
    ],
    'a name that is none': ['contexts: { server: "redis://h", name: "A-B", key: kek }', /name/],
    'replays that nodes do not share': [
      'contexts: { server: "redis://h", key: kek }\nreplays: { folder: r }',
      /nodes share/,
    ],
    'replays nowhere': ['replays: { entriesMax: 10 }', /folder is missing/],
    'another key service': ['contexts: { folder: c, key: kek, keyService: "vault:x" }', /keyService/],
  };
  test.each(Object.entries(wrong))('%s', (_, [more, reason]) => {
    expect(() => readConfiguration(ingress('http://127.0.0.1:1/', more), 'gateway.yaml')).toThrow(reason);
  });

  test.each(['redis', 'postgres'])(
    'a server of %s that is not there, at once, and without the password',
    async (scheme) => {
      const where = await folder();
      await createKeyEncryptionKeyFile(path.join(where, 'kek'));
      const server = `${scheme}://user:hidden-word@127.0.0.1:${await unusedPort()}/0`;
      const started = gatewayOf(where, ingress('http://127.0.0.1:1/', `contexts: { server: "${server}", key: kek }`));
      const error: unknown = await started.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'internal.store-unavailable' });
      expect(`${String(error)}${JSON.stringify(error)}`).not.toContain('hidden-word');
    },
  );
});

test('a file that an address names, and that is not there, is said to be missing, and no server is blamed', async () => {
  const where = await folder();
  await createKeyEncryptionKeyFile(path.join(where, 'kek'));
  const missing = path.join(where, 'ca-of-the-server.pem');
  const url = `postgres://parley@127.0.0.1:1/postgres?sslmode=verify-full&sslrootcert=${missing}`;
  const started = gatewayOf(where, ingress('http://127.0.0.1:1/', `contexts: { server: "${url}", key: kek }`));
  await expect(started).rejects.toMatchObject({
    code: 'caller.option-invalid',
    detail: { path: missing, reason: expect.stringContaining('ENOENT') },
  });
});

test('T107: the key of its store is wrapped by a token', async (context) => {
  const missing = missingSoftHsm();
  if (missing !== undefined || driver === undefined) return context.skip(missing);
  const hsm = new SoftHsm();
  atEnd(() => hsm.remove());
  hsm.addToken('parley');
  hsm.addKey('parley', 'kek.2026');
  const where = await folder();
  writeFileSync(path.join(where, 'pin'), PIN);
  const pin = new TextEncoder().encode(PIN);
  const opened = { driver: new driver.PKCS11(), library: LIBRARY, token: 'parley', key: 'kek.2026', pin };
  const wrapper = await openPkcs11KeyWrapper(opened);
  await createWrappedKeyFile(path.join(where, 'kek'), wrapper);
  wrapper.close();
  const uri = `pkcs11:token=parley;object=kek.2026?module-path=${LIBRARY}&pin-source=file:${where}/pin`;
  const store = `contexts: { folder: contexts, key: kek, keyService: "${uri}" }`;
  const upstream = await plainService(echo());
  const { gateway } = await gatewayOf(where, ingress(upstream, store));
  expect(await calls(await conversing(where, gateway.port))).toBe(true);
  expect(await codeOf(keyEncryptionKeyFromFile(path.join(where, 'kek')))).toBe('caller.keys-invalid');
  expect(await codeOf(gatewayOf(where, ingress(upstream, 'contexts: { folder: other, key: kek }')))).toBe(
    'caller.keys-invalid',
  );
});
