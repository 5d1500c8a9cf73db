/** HTTP to a server and back, over a line that drops, doubles, delays and reorders requests and answers. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { LineFaults } from '../conversation/sequence/faulty-line.ts';

export interface FaultyProxy {
  readonly port: number;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

/** `target` may be another server each time. Requests to which `isSpared` go as they are. */
export async function faultyProxy(
  target: () => number,
  faults: LineFaults,
  chance: () => number,
  isSpared: (action: string) => boolean,
): Promise<FaultyProxy> {
  const delay = async (): Promise<void> => {
    if (chance() < faults.delay) await pause(chance() * faults.delayMs);
  };
  const proxy = http.createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const { 'content-type': type = '' } = request.headers;
    const lose = (): void => void request.socket.destroy();
    try {
      if (isSpared(type)) return give(response, await forward(target(), request.url ?? '', type, body));
      if (chance() < faults.drop) return lose();
      await delay();
      if (chance() < faults.double) void forward(target(), request.url ?? '', type, body).catch(() => undefined);
      const answer = await forward(target(), request.url ?? '', type, body);
      await delay();
      if (chance() < faults.drop) return lose();
      give(response, answer);
    } catch {
      lose();
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: (proxy.address() as AddressInfo).port,
    stop: async () => {
      proxy.close();
      proxy.closeAllConnections();
      await once(proxy, 'close');
    },
  };
}

function give(response: http.ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': body.length });
  response.end(body);
}

async function forward(port: number, path: string, type: string, body: Buffer): Promise<Answer> {
  const request = http.request({ port, path, method: 'POST', host: '127.0.0.1', headers: { 'content-type': type } });
  request.end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const octets = Buffer.concat(await response.toArray());
  return { status: response.statusCode ?? 500, type: response.headers['content-type'] ?? '', body: octets };
}
