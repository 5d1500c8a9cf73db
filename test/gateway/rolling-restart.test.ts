// Nodes behind a balancer are replaced one after the other, while clients call: no call fails, and each is done once.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import readline from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { usernameOverTls } from '@parley/conversation';
import { Secret } from '@parley/core';
import { connect } from '@parley/http';
import { createKeyEncryptionKeyFile } from '@parley/stores';
import { expect, test } from 'vitest';
import { PARLEY } from '../cli/run-parley.ts';
import { atEnd, ECHO, echo, folder, ingress, PASSWORD, plainService, read } from './gateway-fixture.ts';

interface Node {
  readonly child: ChildProcess;
  readonly port: number;
  readonly operationsPort: number;
}

async function startNode(where: string): Promise<Node> {
  const child = spawn(process.execPath, [PARLEY, 'serve'], { cwd: where, stdio: ['ignore', 'ignore', 'pipe'] });
  atEnd(() => void child.kill('SIGKILL'));
  for await (const line of readline.createInterface({ input: child.stderr })) {
    const { event, port, operationsPort } = JSON.parse(line) as { event: string } & Omit<Node, 'child'>;
    if (event !== 'listening') continue;
    child.stderr.resume();
    return { child, port, operationsPort };
  }
  throw new Error('it did not start');
}

/** Hands connections on to nodes that say that they are ready, in turn. */
async function balancer(nodes: ReadonlySet<Node>): Promise<number> {
  let ready: readonly Node[] = [];
  const look = async (): Promise<void> => {
    const answers = await Promise.all(
      [...nodes].map(async (node) => {
        const answer = await fetch(`http://127.0.0.1:${node.operationsPort}/readyz`).catch(() => undefined);
        return answer?.ok === true ? [node] : [];
      }),
    );
    ready = answers.flat();
  };
  const timer = setInterval(() => void look(), 50);
  await look();
  let turn = 0;
  const server = net.createServer((client) => {
    const node = ready[turn++ % ready.length];
    if (node === undefined) return client.destroy();
    const there = net.connect(node.port, '127.0.0.1');
    for (const [from, to] of [
      [client, there],
      [there, client],
    ] as const) {
      from.on('error', () => to.destroy());
      from.pipe(to);
    }
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => {
    clearInterval(timer);
    server.close();
  });
  return (server.address() as net.AddressInfo).port;
}

test('nodes are restarted one after the other, and no message is lost', { timeout: 60_000 }, async () => {
  const where = await folder();
  await createKeyEncryptionKeyFile(path.join(where, 'kek'));
  const got: { body: string }[] = [];
  const upstream = await plainService(echo(got as { action: string; body: string }[]));
  const more = 'contexts: { folder: contexts, key: kek }\noperations: { listen: { port: 0 } }\ndrainDelayMs: 500';
  writeFileSync(
    path.join(where, 'gateway.yaml'),
    ingress(upstream, more).replace('Ms: 500\n    begin', 'Ms: 20000\n    begin'),
  );
  const nodes = new Set([await startNode(where), await startNode(where)]);
  const url = `https://127.0.0.1:${await balancer(nodes)}/orders`;
  let isOver = false;
  const callers = [0, 1, 2].map(async (caller) => {
    const bootstrap = usernameOverTls.initiator({ username: 'alice', password: Secret.copyOf(Buffer.from(PASSWORD)) });
    const conversation = await connect(url, { bootstrap, tls: { ca: read(where, 'ca.pem') }, reestablish: false });
    const sent: string[] = [];
    for (let call = 0; !isOver; call++) {
      const text = `<${caller}-${call}>`.replace(/[<>]/g, '!');
      sent.push(text);
      const answer = await conversation.call('urn:app/Echo', Buffer.from(ECHO(text)));
      expect(answer?.fault).toBeUndefined();
      await pause(5);
    }
    await conversation.close();
    return sent;
  });
  const working = Promise.all(callers);
  for (const old of [...nodes]) {
    await Promise.race([pause(300), working]);
    nodes.add(await startNode(where));
    await pause(200);
    old.child.kill('SIGTERM');
    const [status] = (await Promise.race([once(old.child, 'exit'), working])) as [number];
    expect(status).toBe(0);
    nodes.delete(old);
  }
  isOver = true;
  const sent = (await working).flat();
  const done = got.map(({ body }) => /![\d-]+!/.exec(body)?.[0]);
  expect(done).toHaveLength(sent.length);
  expect(new Set(done)).toEqual(new Set(sent));
  expect(sent.length).toBeGreaterThan(30);
});
