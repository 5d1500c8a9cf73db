// Where gateways ask each other: whoever comes there and asks nothing takes no place from them, and no key outlives its use.
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import { MemoryReplayCache } from '@parley/conversation';
import { Secret } from '@parley/core';
import { KeyEncryptionKey } from '@parley/sealing';
import { afterEach, expect, test, vi } from 'vitest';
import { ended, openServers } from '../../packages/gateway/src/gateway/listening.ts';
import { ReplayNodes } from '../../packages/gateway/src/keeping/replay-nodes.ts';
import { SealedQuestions } from '../../packages/gateway/src/keeping/sealed-questions.ts';
import { atEnd } from './gateway-fixture.ts';

const NOW = Date.UTC(2030, 0, 1);
const SECRET = new Uint8Array(32).fill(1);
const question = (key: string) => ({ scope: 'urn:a', key, untilMs: NOW + 60_000, nowMs: NOW, share: { owner: 'a' } });
const questions = () => new SealedQuestions([new KeyEncryptionKey(SECRET)], 'orders');

afterEach(() => vi.restoreAllMocks());

function nodeOf(self: string, nodes: Record<string, string>): ReplayNodes {
  const memory = new MemoryReplayCache();
  const settings = { self, nodes, memory, nowMs: () => NOW, onClocksApart: () => undefined };
  const node = new ReplayNodes({ ...settings, questions: questions() });
  atEnd(() => node.close());
  return node;
}

/** The door of node `b`, and its address. */
async function door(): Promise<{ readonly server: Server; readonly address: string }> {
  const node = nodeOf('b', { a: 'http://127.0.0.1:1', b: 'http://127.0.0.1:1' });
  const replays = { self: 'b', nodes: { b: 'http://127.0.0.1:1' }, listen: { port: 0 } };
  const opened = await openServers({ listen: { port: 0 }, replays }, undefined, () => undefined, { nodes: node });
  const server = opened.nodes!;
  atEnd(async () => void (await Promise.all([opened.server, server].map(ended))));
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const connectionsOf = (server: Server): Promise<number> =>
  new Promise((resolve) => server.getConnections((_, count) => resolve(count)));

async function hold(address: string, count: number, octets = ''): Promise<net.Socket[]> {
  const sockets = Array.from({ length: count }, () => {
    const socket = net.connect(Number(new URL(address).port), '127.0.0.1').on('error', () => undefined);
    atEnd(() => void socket.destroy());
    socket.write(octets);
    return socket;
  });
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  return sockets;
}

test.each(['', 'POST /parley-replays HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n', 'GET / HTTP/1.1\r\n'])(
  'T113: who connects, and says %j, keeps no node away, however many they are',
  async (octets) => {
    const { server, address } = await door();
    const asker = nodeOf('a', { a: 'http://127.0.0.1:1', b: address });
    const asks = async (): Promise<Set<unknown>> => {
      const all = Array.from({ length: 100 }, (_, number) =>
        asker.cache.insertIfAbsent('urn:a', `${octets} ${number}`, NOW + 60_000, NOW),
      );
      return new Set(await Promise.all(all));
    };
    expect(await asks()).toEqual(new Set([true]));
    const ofNodes = await connectionsOf(server);
    expect(ofNodes).toBeGreaterThan(0);
    expect(ofNodes).toBeLessThanOrEqual(32);
    await hold(address, 300, octets);
    await expect.poll(() => connectionsOf(server)).toBeLessThanOrEqual(ofNodes + 64);
    expect(await asks()).toEqual(new Set([false]));
    expect(await connectionsOf(server)).toBeGreaterThanOrEqual(ofNodes);
  },
);

test('T113: the keys of nodes that ask no more are wiped, and an answer to them is sealed all the same', () => {
  const here = questions();
  const askers = Array.from({ length: 80 }, () => questions());
  const wiped = vi.spyOn(Secret.prototype, 'wipe');
  const asked = askers.map((asker, number) => asker.ask(question(`${number}`), 'b'));
  const taken = asked.map(({ octets }) => here.take(octets, 'b'));
  expect(wiped).toHaveBeenCalledTimes(80 - 64);
  for (const [number, { sealed }] of taken.entries()) expect(asked[number]!.read(sealed(true))).toBe(true);
  wiped.mockClear();
  here.wipe();
  expect(wiped).toHaveBeenCalledTimes(64);
  for (const asker of askers) asker.wipe();
  expect(wiped).toHaveBeenCalledTimes(64 + 80);
});

test('T113: what is nobody’s question leaves no key behind', () => {
  const here = questions();
  const { octets } = questions().ask(question('1'), 'b');
  const wiped = vi.spyOn(Secret.prototype, 'wipe');
  for (const at of [0, 20, octets.length - 1]) {
    const changed = Uint8Array.from(octets, (octet, index) => (index === at ? octet ^ 1 : octet));
    expect(() => here.take(changed, 'b')).toThrow();
  }
  expect(wiped).toHaveBeenCalledTimes(3);
  // And of who is known it drops none.
  here.take(octets, 'b');
  const damaged = Uint8Array.from(octets);
  damaged[octets.length - 1]! ^= 1;
  expect(() => here.take(damaged, 'b')).toThrow();
  expect(wiped).toHaveBeenCalledTimes(3);
});
