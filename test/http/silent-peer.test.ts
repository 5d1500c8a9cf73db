/** A peer that takes a request of trust and says nothing has given no context. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type InitiatorBootstrap, usernameOverTls } from '@parley/conversation';
import { Secret } from '@parley/core';
import { connect } from '@parley/http';
import { Agent } from 'undici';
import { describe, expect, test } from 'vitest';

type Listener = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** Runs `story` with the address of a server that does this. */
async function served(listener: Listener, story: (url: string) => Promise<void>): Promise<void> {
  const server = http.createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    await story(`http://127.0.0.1:${port}/service`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const bootstrap = (): InitiatorBootstrap =>
  usernameOverTls.initiator({
    username: 'alice',
    password: Secret.copyOf(new TextEncoder().encode('correct horse')),
  });

test.each([200, 202, 204])('an empty answer with status %i establishes nothing', async (status) => {
  const answer: Listener = (request, response) => {
    request.resume();
    response.writeHead(status).end();
  };
  await served(answer, async (url) => {
    const connected = connect(url, { bootstrap: bootstrap(), secure: true });
    await expect(connected).rejects.toMatchObject({ code: 'peer.http-answer' });
  });
});

/** Long past the end of this test: nothing but the signal can end the waiting. */
const answerTimeoutMs = 3_600_000;
const STAGES: Readonly<Record<string, (response: http.ServerResponse) => void>> = {
  'before the headers of the answer': () => undefined,
  'before its Body': (response) => response.writeHead(200, { 'content-type': 'application/soap+xml' }).flushHeaders(),
  'in its Body': (response) => response.writeHead(200, { 'content-type': 'application/soap+xml' }).write('<s:Envelope'),
};

describe.each(['issued', 'propagated'] as const)('a signal ends the waiting for a context that is %s', (establish) => {
  test.each(Object.keys(STAGES))('%s, and the connection with it', async (stage) => {
    for (const owned of [true, false]) {
      const signal = new AbortController();
      const held: http.ServerResponse[] = [];
      const hold: Listener = (request, response) => {
        held.push(response);
        request.resume().on('end', () => {
          STAGES[stage]!(response);
          setImmediate(() => signal.abort());
        });
      };
      const dispatcher = new Agent();
      await served(hold, async (url) => {
        const asking = { bootstrap: bootstrap(), secure: true, establish, answerTimeoutMs, signal: signal.signal };
        const connected = connect(url, { ...asking, ...(!owned && { dispatcher }) });
        await expect(connected).rejects.toMatchObject({ code: 'caller.aborted' });
        for (const response of held) if (!response.closed) await once(response, 'close');
      });
      await dispatcher.close();
    }
  });

  test('before anything is sent', async () => {
    const refuse: Listener = () => expect.unreachable();
    await served(refuse, async (url) => {
      const connected = connect(url, { bootstrap: bootstrap(), secure: true, establish, signal: AbortSignal.abort() });
      await expect(connected).rejects.toMatchObject({ code: 'caller.aborted' });
    });
  });
});
