// What bad input costs in memory: nothing that stays, and never more at one time than the bounds say. Counted after collections, not in time.
import { once } from 'node:events';
import net from 'node:net';
import v8 from 'node:v8';
import vm from 'node:vm';
import { connect } from '@parley/http';
import { expect, test } from 'vitest';
import { payload, serve, WAYS } from '../http-fixture.ts';
import { post, raw } from '../raw.ts';

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc') as () => void;

const KIB = 1024;
const MIB = 1024 * KIB;
const WAY = WAYS['the service’s certificate']!;
const ENVELOPE = 'http://www.w3.org/2003/05/soap-envelope';
const SECURITY = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const CONVERSATION = 'http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512';
const envelope = (header: string, body = ''): string =>
  `<s:Envelope xmlns:s="${ENVELOPE}"><s:Header>${header}</s:Header><s:Body>${body}</s:Body></s:Envelope>`;
const security = (content: string): string => `<o:Security xmlns:o="${SECURITY}">${content}</o:Security>`;

/** Of its own each time: what is remembered of one is of no use to the next. */
const BAD: readonly ((index: number) => string)[] = [
  (index) => post('', {}, `/elsewhere${index}`),
  (index) => `DELETE /echo?${index} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  (index) => post('<x/>', { 'Content-Type': `text/x-${index}` }),
  (index) => post(`no XML ${index}`),
  (index) => post(`<x${index}/>`),
  (index) => post(envelope('', `<deep${index}>`.repeat(500))),
  (index) => post(envelope(`<h${index} xmlns="urn:${index}"/>`, 'x'.repeat(50 * KIB))),
  (index) => post(envelope(security(`<x xmlns="urn:${index}"/>`))),
  (index) =>
    post(
      envelope(
        security(
          `<c:SecurityContextToken xmlns:c="${CONVERSATION}"><c:Identifier>urn:uuid:${index}</c:Identifier></c:SecurityContextToken>`,
        ),
      ),
    ),
  (index) => post(`<!DOCTYPE x${index}><x/>`),
  (index) => post(`\ufeff<?xml version="1.0" encoding="utf-16"?><x${index}/>`),
  (index) => post(envelope(Array.from({ length: 300 }, (_, at) => `<a${at} xmlns="urn:${index}:${at}"/>`).join(''))),
];

const held = (): number => {
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

test('T65: of a thousand bad requests nothing stays', async () => {
  const service = await serve(WAY());
  const send = async (from: number, to: number): Promise<void> => {
    for (let index = from; index < to; index += BAD.length)
      await Promise.all(BAD.map((bad, kind) => raw(service, bad(index + kind))));
    service.refusals.length = 0;
  };
  // What is kept for good, such as scratch, is there after some.
  await send(0, 240);
  const before = held();
  await send(240, 1440);
  // Kept as they came, they would be some seven times as much.
  expect(held() - before).toBeLessThan(1 * MIB);
  await service.stop();
});

test('T65: of handshakes that are refused, and conversations that begin and end, nothing stays but what is remembered', async () => {
  const service = await serve(WAY(), undefined, {}, undefined, undefined, { contextsPerPrincipalMax: 8 });
  const converse = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done++) {
      const conversation = await connect(service.url, WAY().client);
      await conversation.call('urn:app/Echo', payload(`call ${done}`));
      await conversation.close();
    }
    service.refusals.length = 0;
  };
  await converse(20);
  const before = held();
  await converse(60);
  // A replay memory of about two entries a message.
  expect(held() - before).toBeLessThan(1 * MIB);
  await service.stop();
});

test('T65: bodies that never end hold no more than their share of memory, however many there are', async () => {
  const incompleteBytesMax = 16 * MIB;
  const service = await serve(WAY(), undefined, { incompleteBytesMax, bodyBytesMax: 4 * MIB });
  const half = Buffer.alloc(MIB, 'x');
  const head = post('', { 'Content-Length': String(2 * MIB) });
  const before = held();
  let peak = 0;
  const sockets: net.Socket[] = [];
  for (let count = 0; count < 80; count++) {
    const socket = net.connect(Number(new URL(service.url).port), '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(head);
    await new Promise<void>((written) => socket.write(half, () => written()));
    sockets.push(socket.resume());
    if (count % 8 === 7) peak = Math.max(peak, held() - before);
  }
  // Eighty of them would be five times as much; what is on its way comes on top.
  expect(peak).toBeLessThan(incompleteBytesMax + 8 * MIB);
  expect(peak).toBeGreaterThan(incompleteBytesMax / 2);
  for (const socket of sockets) socket.destroy();
  await expect.poll(() => held() - before, { timeout: 10_000 }).toBeLessThan(1 * MIB);
  await service.stop();
});
