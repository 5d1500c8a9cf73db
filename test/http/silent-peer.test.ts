/** A peer that takes a request of trust and says nothing has given no context. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { usernameOverTls } from '@parley/conversation';
import { Secret } from '@parley/core';
import { connect } from '@parley/http';
import { expect, test } from 'vitest';

test.each([200, 202, 204])('an empty answer with status %i establishes nothing', async (status) => {
  const server = http.createServer((request, response) => {
    request.resume();
    response.writeHead(status).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const bootstrap = usernameOverTls.initiator({
      username: 'alice',
      password: Secret.copyOf(new TextEncoder().encode('correct horse')),
    });
    const connected = connect(`http://127.0.0.1:${port}/service`, { bootstrap, secure: true });
    await expect(connected).rejects.toMatchObject({ code: 'peer.http-answer' });
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
