/** What a peer does that never comes to an end of it: the time of a message and its answer is over all the same, and a signal ends it. */
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { type ConnectOptions, connect, post } from '@parley/http';
import { Agent } from 'undici';
import { describe, expect, test } from 'vitest';
import { payload, serve, WAYS } from './http-fixture.ts';

/** More than buffers of a connection take. */
const LONG = new Uint8Array(32_000_000);
const SHORT = new TextEncoder().encode('<x/>');
const OK = 'HTTP/1.1 200 OK\r\ncontent-type: application/soap+xml\r\n';
const OFTEN_MS = 5;
/** Long past the end of the tests. */
const HOUR_MS = 3_600_000;

interface Stage {
  readonly scheme?: 'https';
  readonly octets?: Uint8Array;
  readonly connect?: { readonly lookup: () => void };
  /** What is sent at first, and then again and again. */
  readonly first?: string;
  readonly again?: string;
  readonly isDeaf?: boolean;
  /** Whether there is no connection yet. */
  readonly isMadeLater?: boolean;
}

const STAGES: Readonly<Record<string, Stage>> = {
  'its name is looked up': { connect: { lookup: () => undefined } },
  'it answers no hello of TLS': { scheme: 'https', isMadeLater: true },
  'it says half a hello of TLS': {
    scheme: 'https',
    isMadeLater: true,
    first: '\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03',
  },
  'it takes nothing in': { octets: LONG, isDeaf: true },
  'it answers nothing': {},
  'the headers of its answer trickle': { first: OK, again: 'x-more: of it\r\n' },
  'it says again and again that it will answer': { again: 'HTTP/1.1 103 Early Hints\r\n\r\n' },
  'the Body of its answer does not come': { first: `${OK}content-length: 1000\r\n\r\n` },
  'the Body of its answer trickles': { first: `${OK}content-length: 100000000\r\n\r\n`, again: ' ' },
  'chunks of its answer trickle': { first: `${OK}transfer-encoding: chunked\r\n\r\n`, again: '1\r\n \r\n' },
};

/** Runs `story` with what posts to such a peer; all its connections are closed in the end. */
async function withPeer(
  stage: Stage,
  story: (posting: (timeoutMs: number, signal?: AbortSignal) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const open = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    open.add(socket);
    if (stage.isDeaf !== true) socket.resume();
    socket.on('error', () => undefined);
    if (stage.first !== undefined) socket.write(stage.first, 'latin1');
    const timer = setInterval(() => socket.write(stage.again ?? ''), OFTEN_MS);
    socket.on('close', () => {
      clearInterval(timer);
      open.delete(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  const url = new URL(`${stage.scheme ?? 'http'}://${stage.connect ? 'service.example' : '127.0.0.1'}:${port}/`);
  const agent = new Agent({ connect: { timeout: HOUR_MS, ...stage.connect } });
  const message = { octets: stage.octets ?? SHORT, soapVersion: '1.2', soapAction: 'urn:app/Echo' } as const;
  try {
    await story(
      async (answerTimeoutMs, signal) =>
        await post(url, message, agent, { answerTimeoutMs, answerBytesMax: 1_000_000_000 }, signal),
    );
    // A peer that reads nothing learns nothing of it; a connection that is not made yet, the library ends at its own time.
    for (const socket of open) if (stage.isMadeLater) socket.destroy();
    for (const socket of open) socket.resume();
    // The library may have made another, which nothing was sent on.
    const inUse = (): number => [...open].filter(({ bytesRead }) => bytesRead > 0).length;
    await expect.poll(inUse, { timeout: 30_000 }).toBe(0);
  } finally {
    server.close();
    await agent.destroy();
  }
}

describe.each(Object.keys(STAGES))('T65: %s', (name) => {
  test('its time is over', async () => {
    await withPeer(STAGES[name]!, async (posting) => {
      const detail = { reason: 'timeout', sent: 'perhaps', max: 150 };
      await expect(posting(150)).rejects.toMatchObject({ code: 'peer.http-failed', detail });
    });
  });

  test('a signal ends it', async () => {
    await withPeer(STAGES[name]!, async (posting) => {
      const caller = new AbortController();
      const posted = posting(HOUR_MS, caller.signal);
      setTimeout(() => caller.abort(), 100);
      await expect(posted).rejects.toMatchObject({ code: 'caller.aborted' });
    });
  });
});

describe('a call whose answer trickles', () => {
  /** Serves until it is told to trickle. */
  async function conversing(options: Partial<ConnectOptions>, story: Story): Promise<void> {
    const way = WAYS['the service’s certificate']!();
    const service = await serve(way);
    let isTrickling = false;
    const server = http.createServer((request, response) => {
      if (!isTrickling) return service.http.handler(request, response);
      request.resume();
      response.writeHead(200, { 'content-type': 'application/soap+xml' });
      const timer = setInterval(() => response.write(' '), OFTEN_MS);
      response.on('close', () => clearInterval(timer));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const conversation = await connect(`http://127.0.0.1:${port}/echo`, { ...way.client, ...options });
    try {
      await story(conversation, (trickles) => {
        isTrickling = trickles;
      });
    } finally {
      isTrickling = false;
      await conversation.close();
      server.close();
      await service.stop();
    }
  }
  type Story = (conversation: Awaited<ReturnType<typeof connect>>, trickle: (on: boolean) => void) => Promise<void>;

  test('comes to its end, a renewal, too, and the conversation goes on', async () => {
    await conversing({ answerTimeoutMs: 2000 }, async (conversation, trickle) => {
      trickle(true);
      const late = { code: 'peer.http-failed', detail: { reason: 'timeout' } };
      const all = [conversation.call('urn:app/Echo', payload('slow')), conversation.renew()];
      for (const each of await Promise.allSettled(all))
        expect(each).toMatchObject({ status: 'rejected', reason: late });
      trickle(false);
      expect((await conversation.call('urn:app/Echo', payload('on')))?.fault).toBeUndefined();
    });
  });

  test('ends by its own signal, and no other does', async () => {
    await conversing({ answerTimeoutMs: HOUR_MS }, async (conversation, trickle) => {
      trickle(true);
      const [one, other] = [new AbortController(), new AbortController()];
      const first = conversation.call('urn:app/Echo', payload('one'), { signal: one.signal });
      const second = conversation.call('urn:app/Echo', payload('other'), { signal: other.signal });
      let isOver = false;
      second
        .catch(() => undefined)
        .finally(() => {
          isOver = true;
        });
      one.abort();
      await expect(first).rejects.toMatchObject({ code: 'caller.aborted' });
      expect(isOver).toBe(false);
      other.abort();
      await expect(second).rejects.toMatchObject({ code: 'caller.aborted' });
    });
  });
});

test.each(['its time', 'a signal'])(
  'a conversation that does not come to be leaves nothing to wait for: %s',
  async (what) => {
    const server = net.createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const caller = new AbortController();
    const asked = connect(`https://127.0.0.1:${port}/`, {
      ...WAYS['username over TLS']!().client,
      tls: { timeout: HOUR_MS },
      answerTimeoutMs: what === 'its time' ? 100 : HOUR_MS,
      signal: caller.signal,
    });
    if (what === 'a signal') setTimeout(() => caller.abort(), 100);
    const code = what === 'a signal' ? 'caller.aborted' : 'peer.http-failed';
    await expect(asked).rejects.toMatchObject({ code });
    server.close();
  },
);
