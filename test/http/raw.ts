/** HTTP as strangers write it. */
import { once } from 'node:events';
import net from 'node:net';
import type { RunningService } from './http-fixture.ts';

/** Sends octets and gives all that comes back until the connection ends. */
export async function raw(
  service: Pick<RunningService, 'url'>,
  text: string | Uint8Array,
  end = false,
): Promise<string> {
  const { port } = new URL(service.url);
  const socket = net.connect(Number(port), '127.0.0.1');
  let got = '';
  socket.setEncoding('latin1').on('data', (data) => {
    got += data;
  });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (end) socket.end(text);
  else socket.write(text);
  const timer = setTimeout(() => socket.destroy(), 5000);
  await once(socket, 'close');
  clearTimeout(timer);
  return got;
}

/** A request, octet by octet, that ends its connection. */
export function post(body: string, headers: Readonly<Record<string, string>> = {}, target = '/echo'): string {
  const all = {
    Host: 'x',
    'Content-Type': 'application/soap+xml',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}
