import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { keysText } from '@parley/log';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parley } from '../../cli/run-parley.ts';
import { contextsOf, kindOf, messageAt } from './kit-messages.mjs';
import { openBus } from './nats-bus.mjs';
import { missingNats, startNats } from './nats-server.mjs';
import { startRelay } from './relay-process.ts';

const MESSAGES = 120;
const missing = missingNats();
const folder = mkdtempSync(path.join(os.tmpdir(), 'parley-relay-'));

describe('parley relay', () => {
  let broker: Awaited<ReturnType<typeof startNats>>;
  beforeAll(async () => {
    if (missing === undefined) broker = await startNats();
  });
  afterAll(async () => {
    if (missing === undefined) await broker.remove();
    rmSync(folder, { recursive: true });
  });

  test('opens what comes, hands on what is proven, keeps dead letters, and ends with nothing under way', {
    timeout: 120_000,
  }, async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const startMs = Date.now();
    const bus = await openBus({ port: broker.port });
    await bus.create();
    writeFileSync(path.join(folder, 'keys.json'), keysText(contextsOf(startMs)));
    const address = `nats://127.0.0.1:${broker.port}`;
    const configuration = `
from: ${address}/IN/parley
to: ${address}/out.elsewhere
deadLetters: ${address}/dead.letters
do: verify
keys: keys.json
profile: cxf
policy: { limits: { messageBytesMax: 262144 } }
workers: 1
`;
    const file = path.join(folder, 'relay.yaml');
    writeFileSync(file, configuration);
    const indices = Array.from({ length: MESSAGES }, (_, index) => index);
    await bus
      .producer()
      .send(indices.map((index) => ({ ...messageAt(index, startMs), headers: {}, id: `in-${index}` })));
    const { child, ended } = startRelay(['--config', file, '--open', '--to', `${address}/out.results`]);
    while ((await bus.left()) > 0) await pause(100);
    child.kill('SIGTERM');
    const { status, lines } = await ended;
    const good = indices.filter((index) => kindOf(index) === 'good');
    expect(lines.at(0)).toEqual({ event: 'relaying' });
    expect(lines.at(-1)).toMatchObject({ event: 'ended', results: good.length });
    expect(status).toBe(0);
    const arrived = await bus.arrived('OUT');
    expect(arrived.map((headers) => headers['parley-message-id'])).toEqual(good.map((index) => `urn:uuid:m${index}`));
    expect((await bus.arrived('DEAD')).length).toBe(MESSAGES - good.length);
    await bus.close();
  });
});

describe('what is wrong with an address is said, without what may be secret in it', () => {
  const there = ['--open', '--to', 'nats://h/s', '--dead-letters', 'nats://h/d'];
  test.each([
    ['no bus', 'ftp://u:hidden@h/x', 'nats, kafka, rabbitmq, amqp'],
    ['no address', 'hidden', 'scheme://host:port/name'],
    ['no consumer', 'nats://u:hidden@h/STREAM', 'STREAM/CONSUMER'],
    ['a setting that there is not', 'kafka://u:hidden@h/t?grupo=1', 'group'],
  ])('%s', { timeout: 60_000 }, async (_, from, want) => {
    const { status, said } = await startRelay(['--from', from, ...there]).ended;
    expect(status).toBe(2);
    expect(said).toContain('caller.option-invalid');
    expect(said).toContain(want);
    expect(said).not.toContain('hidden');
  });

  test('a client that is not installed is named, with what installs it', { timeout: 60_000 }, async () => {
    const hook = `export async function resolve(name, context, next) {
      if (name === 'kafkajs') throw Object.assign(new Error("Cannot find package 'kafkajs'"), { code: 'ERR_MODULE_NOT_FOUND' });
      return await next(name, context);
    }`;
    const url = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;
    const register = `import { register } from 'node:module'; register(${JSON.stringify(url(hook))});`;
    const { status, said } = await startRelay(['--from', 'kafka://h/t', ...there], ['--import', url(register)]).ended;
    expect(status).toBe(2);
    expect(said).toContain('npm install kafkajs');
  });
});

describe('what is wrong with what is to be done is said before anything is connected', () => {
  const nowhere = [
    '--from',
    'nats://127.0.0.1:1/S/c',
    '--to',
    'nats://127.0.0.1:1/t',
    '--dead-letters',
    'nats://127.0.0.1:1/d',
  ];
  test.each([
    ['seal, under nothing', ['--seal'], 'seal'],
    ['nothing', [], '--open'],
    ['two things', ['--open', '--verify'], '--verify'],
  ])('%s', { timeout: 60_000 }, async (_, words, want) => {
    const { status, said } = await startRelay([...nowhere, ...words]).ended;
    expect(status).toBe(2);
    expect(said).toContain('caller.option-invalid');
    expect(said).toContain(want);
  });
});

test('the schema names all that the file may say', { timeout: 60_000 }, async () => {
  const { status, stdout } = await parley(['relay', '--schema']);
  const { properties, additionalProperties } = JSON.parse(stdout);
  expect([status, additionalProperties]).toEqual([0, false]);
  const names = ['from', 'to', 'deadLetters', 'do', 'at', 'workers', 'seal', 'keys', 'contexts', 'profile', 'policy'];
  expect(Object.keys(properties)).toEqual(expect.arrayContaining(names));
});
