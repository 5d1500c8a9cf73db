// Reliable conversations over a line that drops, doubles, delays and reorders, with either side killed and started again meanwhile.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ContextStore } from '@parley/conversation';
import { Responder } from '@parley/conversation';
import { Fault, Secret, type SecurityContext } from '@parley/core';
import { type Conversation, connect, HttpResponder, type Service } from '@parley/http';
import { KeyEncryptionKey, openLmdbContextStore } from '@parley/stores';
import { expect, test } from 'vitest';
import { seededChance } from '../conversation/sequence/faulty-line.ts';
import { faultyProxy } from './faulty-proxy.ts';
import { AMBIENT, echo, payload, serve, WAYS } from './http-fixture.ts';

/** All of it, or what `npm test` has time for. */
const RUNS_ALL = process.env['PARLEY_LIVE'] === 'all';
const MESSAGES = RUNS_ALL ? 10_000 : 150;
const KILLS = RUNS_ALL ? 10 : 3;
const TIMEOUT_MS = 1_200_000;
const AT_ONCE = 16;
const FAULTS = { drop: 0.2, double: 0.2, delay: 0.2, delayMs: 40 };
const PACE = { retransmitAfterMs: 30, retransmitAfterMaxMs: 400, inactivityMs: 600_000 };
const way = (): ReturnType<(typeof WAYS)[string]> => WAYS['the service’s certificate']!();

/** What the application has done: a book of its own, which outlives every process. */
class Ledger {
  readonly texts: string[] = [];
  /** Of messages that it had done, and was handed again: the process died before it could say so. */
  again = 0;

  readonly service: Service = ({ message, sequence }) => {
    const body = new TextDecoder().decode(message.body);
    const text = /<e:Echo[^>]*>([^<]*)</.exec(body)?.[1] ?? '';
    const number = sequence?.number ?? 0;
    if (number <= this.texts.length) {
      expect(this.texts[number - 1]).toBe(text);
      this.again++;
    } else {
      expect(number).toBe(this.texts.length + 1);
      this.texts.push(text);
    }
    return { action: 'urn:app/EchoResponse', payload: payload(`re ${text}`) };
  };
}

/** A server that can be killed, and comes again with what its store has. */
class MortalServer {
  readonly #directory: string;
  readonly #service: Service;
  #server: http.Server | undefined;
  #store: ContextStore | undefined;
  readonly refusals: string[] = [];

  constructor(directory: string, service: Service) {
    this.#directory = directory;
    this.#service = service;
  }

  get port(): number {
    return (this.#server?.address() as AddressInfo | null)?.port ?? 0;
  }

  async start(): Promise<void> {
    this.#store = await openStore(this.#directory);
    const responder = new Responder({
      store: this.#store,
      ambient: AMBIENT,
      bootstrap: way().server,
      sequences: { ...PACE, holdMs: 200 },
    });
    const endpoint = new HttpResponder({
      endpoints: { '/echo': { responder, service: this.#service } },
      onRefused: ({ failure }) => this.refusals.push(failure.code),
    });
    this.#server = http.createServer(endpoint.handler);
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async kill(): Promise<void> {
    const [server, store] = [this.#server, this.#store];
    this.#server = undefined;
    server?.close();
    server?.closeAllConnections();
    await store?.close();
  }
}

async function openStore(directory: string): Promise<ContextStore> {
  return await openLmdbContextStore({ directory, keyEncryptionKey: new KeyEncryptionKey(new Uint8Array(32).fill(7)) });
}

/** A server that is dead comes again. */
async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'peer.http-failed') throw error;
      await pause(20);
    }
  }
}

function copyOf(context: SecurityContext): SecurityContext {
  const keys = context.keys.map((key) => ({ ...key, secret: key.secret.lend((octets) => Secret.copyOf(octets)) }));
  return { ...context, keys };
}

test(`T87: ${MESSAGES} messages over a faulty line, either side killed ${KILLS} times: each done once, in order, and answered`, {
  timeout: TIMEOUT_MS,
}, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'parley-reliable-'));
  const chance = seededChance(11);
  const ledger = new Ledger();
  const server = new MortalServer(path.join(folder, 'server'), ledger.service);
  await server.start();
  const isTrust = (type: string): boolean => type.includes('/RST/SCT');
  const proxy = await faultyProxy(() => server.port, FAULTS, chance, isTrust);
  const url = `http://127.0.0.1:${proxy.port}/echo`;
  const answers = new Map<number, string>();
  const noted = (number: number, body: Uint8Array): void => {
    answers.set(number, /re ([^<]*)</.exec(new TextDecoder().decode(body))?.[1] ?? '');
  };
  let context: SecurityContext | undefined;
  let isOver = false;

  const killServer = async (): Promise<void> => {
    for (let count = 0; count < KILLS; count++) {
      await pause((count + 1) * (MESSAGES / KILLS) * 4 * chance() + 100);
      if (isOver) return;
      await server.kill();
      await pause(50);
      await server.start();
    }
  };
  const life = async (until: Promise<unknown>): Promise<void> => {
    const store = await openStore(path.join(folder, 'client'));
    const options = {
      ...way().client,
      ...(context && { context: copyOf(context) }),
      cancel: false,
      reliable: { ...PACE, records: store.records, attemptTimeoutMs: 1000 },
    };
    const conversation: Conversation = await persistently(() => connect(url, options));
    context ??= conversation.context && copyOf(conversation.context);
    const resumed = conversation.resume(({ message }, number) => noted(number, message.body));
    let next = (await conversation.taken()) + 1;
    const line = async (): Promise<void> => {
      while (next <= MESSAGES) {
        const number = next++;
        const answer = await conversation.call('urn:app/Echo', payload(`message ${number}`));
        noted(number, answer!.message.body);
      }
    };
    const work = Promise.all([resumed, ...Array.from({ length: AT_ONCE }, line)]).then(() => {
      isOver = true;
    });
    await Promise.race([until, work]);
    work.catch(() => undefined);
    await conversation.close();
    await store.close();
  };
  const killing = killServer();
  for (let count = 0; count < KILLS && !isOver; count++) await life(pause(MESSAGES * 3 * chance() + 300));
  while (!isOver) await life(new Promise(() => undefined));
  await killing;

  const all = Array.from({ length: MESSAGES }, (_, index) => `message ${index + 1}`);
  expect(ledger.texts).toEqual(all);
  expect(ledger.again).toBeLessThanOrEqual(KILLS);
  // An answer that was on its way into a client when that was killed is the only one that can be missing.
  for (const [number, text] of answers) expect(text).toBe(`message ${number}`);
  expect(answers.size).toBeGreaterThanOrEqual(MESSAGES - KILLS * AT_ONCE);
  await proxy.stop();
  await server.kill();
  await rm(folder, { recursive: true });
});

test.each([
  ['200512', '1.2'],
  ['200502', '1.1'],
] as const)('reliable by one switch: %s, SOAP %s', async (version, soapVersion) => {
  const service = await serve(way(), undefined, {}, echo, undefined, { sequences: {} });
  const conversation = await connect(service.url, { ...way().client, version, soapVersion, reliable: true });
  const texts = ['one', 'two', 'three'];
  const answers = await Promise.all(texts.map((text) => conversation.call('urn:app/Echo', payload(text))));
  answers.forEach((answer, index) => {
    expect(new TextDecoder().decode(answer?.message.body)).toContain(texts[index]);
  });
  await conversation.renew();
  const failed = await conversation.call('urn:app/Echo', payload('fail'));
  expect(failed?.fault?.faultCode).toBe(soapVersion === '1.2' ? 'Receiver' : 'Server');
  expect(conversation.reliableStats).toEqual({ messages: 4, transmissions: 4, unanswered: 0 });
  await conversation.close();
  expect(service.refusals.map(({ failure }) => failure.code)).toEqual(['internal.service-failed']);
  await service.stop();
});

test('a message without an answer is sent until it has arrived', async () => {
  const served: (number | undefined)[] = [];
  const quiet: Service = ({ sequence }) => {
    served.push(sequence?.number);
    return undefined;
  };
  const service = await serve(way(), undefined, {}, quiet, undefined, { sequences: { order: 'unordered' } });
  const conversation = await connect(service.url, { ...way().client, reliable: { windowMax: 2 } });
  await Promise.all(Array.from({ length: 9 }, () => conversation.send('urn:app/Tell', payload('news'))));
  expect([...new Set(served)].length).toBe(served.length);
  expect([...served].sort((left, right) => (left ?? 0) - (right ?? 0))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(await conversation.taken()).toBe(9);
  await conversation.close();
  expect(service.refusals).toEqual([]);
  await service.stop();
});

test('a sequence in which nothing is said is kept alive', async () => {
  const service = await serve(way(), undefined, {}, echo, undefined, { sequences: { inactivityMs: 800 } });
  const reliable = { inactivityMs: 800, keepAliveMs: 100 };
  const conversation = await connect(service.url, { ...way().client, reliable });
  await conversation.call('urn:app/Echo', payload('one'));
  await pause(1200);
  expect((await conversation.call('urn:app/Echo', payload('two')))?.fault).toBeUndefined();
  await conversation.close();
  expect(service.refusals).toEqual([]);
  await service.stop();
});

test('a sequence that the peer has lost ends its calls, and the next call begins another', async () => {
  const service = await serve(way(), undefined, {}, echo, undefined, { sequences: {} });
  const conversation = await connect(service.url, { ...way().client, reliable: { retransmitAfterMs: 20 } });
  await conversation.call('urn:app/Echo', payload('one'));
  await service.store.records.clear(`responder ${conversation.context?.identifier}`);
  const lost = await Promise.allSettled(
    ['two', 'three'].map((text) => conversation.call('urn:app/Echo', payload(text))),
  );
  expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(lost[0]).toMatchObject({ reason: { code: 'peer.soap-fault', detail: { faultCode: 'UnknownSequence' } } });
  const answers = await Promise.all(['four', 'five'].map((text) => conversation.call('urn:app/Echo', payload(text))));
  expect(answers.map((answer) => new TextDecoder().decode(answer?.message.body).includes('f'))).toEqual([true, true]);
  await conversation.close();
  await service.stop();
});
