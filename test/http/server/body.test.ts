// What a body leaves behind when it is all there.
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpResponder } from '@parley/http';
import { expect, test } from 'vitest';

test('a request is let go of with the last octet of its body, before it says that it is closed', async () => {
  const { handler } = new HttpResponder({
    endpoints: { '/': { plain: async (call) => ({ status: 200, octets: call.octets }) } },
  });
  const listeners = (request: http.IncomingMessage): number =>
    ['data', 'error', 'close'].reduce((sum, name) => sum + request.listenerCount(name), 0);
  const counts: number[] = [];
  const server = http.createServer((request, response) => {
    counts.push(listeners(request));
    handler(request, response);
    request.on('end', () => counts.push(listeners(request)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const headers = { 'content-type': 'application/soap+xml' };
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: '<x/>' });
  expect(await answer.text()).toBe('<x/>');
  const [before, after] = counts;
  expect(after).toBe(before);
  server.close();
});
