// What those who run a gateway are told, and tell it.
import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { inspect } from 'node:util';
import { usernameOverTls } from '@parley/conversation';
import { Secret } from '@parley/core';
import { askGateway } from '@parley/gateway';
import type { ConnectOptions, Conversation } from '@parley/http';
import { connect } from '@parley/http';
import { createKeyEncryptionKeyFile, keyEncryptionKeyFromFile, openLmdbContextStore } from '@parley/stores';
import { Agent, request } from 'undici';
import { describe, expect, test } from 'vitest';
import { parley } from '../cli/run-parley.ts';
import { atEnd, ECHO, echo, folder, gatewayOf, ingress, PASSWORD, plainService, read } from './gateway-fixture.ts';
import { told } from './telemetry-fixture.ts';

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const SOCKET = 'operations: { listen: { port: 0 }, socket: run/parley.sock }';

function clientOf(where: string, password = PASSWORD): ConnectOptions {
  const bootstrap = usernameOverTls.initiator({ username: 'alice', password: Secret.copyOf(octets(password)) });
  return { bootstrap, tls: { ca: read(where, 'ca.pem') }, reestablish: false };
}

async function conversing(where: string, port: number): Promise<Conversation> {
  const conversation = await connect(`https://127.0.0.1:${port}/orders`, clientOf(where));
  atEnd(() => conversation.close().catch(() => undefined));
  return conversation;
}

async function all(...given: Parameters<typeof askGateway>): Promise<Record<string, unknown>[]> {
  const answers: Record<string, unknown>[] = [];
  for await (const answer of askGateway(...given)) answers.push({ ...answer });
  return answers;
}

test('it says that it lives, that it is ready, and what it counted', async () => {
  const where = await folder();
  const { telemetry, registry: metrics } = told();
  const yaml = ingress(await plainService(echo()), SOCKET);
  const { gateway } = await gatewayOf(where, yaml, { telemetry, metrics });
  const conversation = await conversing(where, gateway.port);
  await conversation.call('urn:app/Echo', octets(ECHO('x')));
  await conversation.renew();
  await expect(connect(`https://127.0.0.1:${gateway.port}/orders`, clientOf(where, 'wrong'))).rejects.toThrow();
  const get = (name: string) => fetch(`http://127.0.0.1:${gateway.operationsPort}${name}`);
  expect(await (await get('/healthz')).json()).toEqual({ alive: true });
  expect(await (await get('/readyz')).json()).toEqual({ ready: true });
  expect((await get('/other')).status).toBe(404);
  const text = await (await get('/metrics')).text();
  for (const line of [
    'parley_requests_total{endpoint="/orders",outcome="issued"} 1',
    'parley_requests_total{endpoint="/orders",outcome="message"} 1',
    'parley_requests_total{endpoint="/orders",outcome="renewed"} 1',
    'parley_refused_total{endpoint="/orders",code="peer.authentication-failed",quota=""} 1',
    'parley_contexts_live{endpoint="/orders"} 1',
    'parley_http_answers_total{endpoint="/orders",status="200",code=""} 3',
    'parley_http_request_seconds_count{endpoint="/orders"} 4',
  ])
    expect(text.split('\n')).toContain(line);
  await conversation.close();
  expect(await (await get('/metrics')).text()).toContain('parley_contexts_live{endpoint="/orders"} 0');
});

test('T104: probes are answered where it serves, say nothing more, and change nothing', async () => {
  const where = await folder();
  const { registry: metrics, telemetry } = told();
  const begin = 'begin: { by: symmetric-x509, certificate: host.pem, key: host.key }';
  const yaml = ingress(await plainService(echo()))
    .replace(/tls: .*\n/, '')
    .replace(/begin: .*/, begin);
  const { gateway } = await gatewayOf(where, yaml, { telemetry, metrics });
  const at = `http://127.0.0.1:${gateway.port}`;
  expect(await (await fetch(`${at}/readyz`)).json()).toEqual({ ready: true });
  expect((await fetch(`${at}/healthz`, { method: 'HEAD' })).status).toBe(200);
  for (const [name, method] of [
    ['/metrics', 'GET'],
    ['/readyz', 'POST'],
    ['/drain', 'POST'],
  ] as const)
    expect([400, 404, 405, 415]).toContain((await fetch(at + name, { method })).status);
  expect(gateway.stats.refused).toBe(3);
});

test('it is not ready while its store does not answer, and is when it does', async () => {
  const where = await folder();
  await createKeyEncryptionKeyFile(path.join(where, 'kek'));
  const store = 'contexts: { folder: contexts, key: kek }';
  const { gateway } = await gatewayOf(where, ingress(await plainService(echo()), `${store}\n${SOCKET}`));
  const ready = async () => (await fetch(`http://127.0.0.1:${gateway.operationsPort}/readyz`)).json();
  expect(await ready()).toEqual({ ready: true });
  const data = path.join(where, 'contexts', 'data.mdb');
  await rename(data, `${data}.away`);
  await expect
    .poll(ready, { timeout: 5000 })
    .toEqual({ ready: false, reason: expect.stringMatching(/^internal\.store-/) });
  await rename(`${data}.away`, data);
  await expect.poll(ready, { timeout: 5000 }).toEqual({ ready: true });
});

describe('the socket', () => {
  test('lists, shows and cancels contexts, in a durable store, and on the command line', async () => {
    const where = await folder();
    await createKeyEncryptionKeyFile(path.join(where, 'kek'));
    const yaml = ingress(await plainService(echo()), `contexts: { folder: contexts, key: kek }\n${SOCKET}`);
    const { gateway } = await gatewayOf(where, yaml);
    const conversation = await conversing(where, gateway.port);
    const socket = path.join(where, 'run', 'parley.sock');
    const identifier = String(conversation.context?.identifier);
    expect(await all(socket, 'list')).toMatchObject([{ identifier, state: 'live', principal: 'alice', keys: 1 }]);
    expect(await all(socket, 'status')).toMatchObject([{ requests: 1, refused: 0, inWork: 0 }]);
    await expect(all(socket, 'show', 'urn:uuid:none')).rejects.toMatchObject({ code: 'caller.input-invalid' });
    const shown = await parley(['admin', 'show', 'run/parley.sock', identifier], { directory: where });
    expect(shown).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('principal=alice') });
    const cancelled = await parley(['admin', 'cancel', 'run/parley.sock', identifier, 'urn:uuid:none', '--json'], {
      directory: where,
    });
    expect(cancelled).toMatchObject({ status: 1, stderr: '' });
    expect(
      cancelled.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { identifier, cancelled: true },
      { identifier: 'urn:uuid:none', cancelled: false },
    ]);
    await expect(conversation.call('urn:app/Echo', octets(ECHO('x')))).rejects.toMatchObject({
      code: 'peer.soap-fault',
    });
    expect(await all(socket, 'list')).toMatchObject([{ identifier, state: 'cancelled', keys: 0 }]);
  });

  test("T105: is its owner's alone, and so is its folder", async () => {
    const where = await folder();
    const yaml = ingress(await plainService(echo()), SOCKET);
    await gatewayOf(where, yaml);
    const run = path.join(where, 'run');
    const socket = path.join(run, 'parley.sock');
    expect([run, socket].map((name) => lstatSync(name).mode & 0o777)).toEqual([0o700, 0o600]);
    for (const [name, mode] of [
      [socket, 0o660],
      [run, 0o750],
    ] as const) {
      chmodSync(name, mode);
      await expect(all(socket, 'list')).rejects.toMatchObject({ code: 'caller.store-permissions' });
      chmodSync(name, name === run ? 0o700 : 0o600);
    }
    expect(await all(socket, 'list')).toEqual([]);
    await expect(gatewayOf(where, yaml)).rejects.toMatchObject({
      code: 'caller.option-invalid',
      detail: { option: 'socket', reason: 'somebody listens at it' },
    });
  });

  test('T105: is not made where others could reach it, nor in place of something else', async () => {
    const where = await folder();
    const upstream = await plainService(echo());
    mkdirSync(path.join(where, 'open'), { mode: 0o755 });
    mkdirSync(path.join(where, 'own'), { mode: 0o700 });
    writeFileSync(path.join(where, 'own', 'file'), 'precious');
    const serve = (socket: string) => gatewayOf(where, ingress(upstream, `operations: { socket: ${socket} }`));
    await expect(serve('open/parley.sock')).rejects.toMatchObject({ code: 'caller.store-permissions' });
    await expect(serve('own/file')).rejects.toMatchObject({ code: 'caller.option-invalid' });
    expect(read(where, 'own/file')).toBe('precious');
  });

  test('one that a killed process left behind is replaced', async () => {
    const where = await folder();
    const run = path.join(where, 'run');
    mkdirSync(run, { mode: 0o700 });
    const socket = path.join(run, 'parley.sock');
    const script = `require('net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`;
    expect(() => execFileSync(process.execPath, ['-e', script])).toThrow();
    expect(lstatSync(socket).isSocket()).toBe(true);
    await gatewayOf(where, ingress(await plainService(echo()), SOCKET));
    expect(await all(socket, 'list')).toEqual([]);
  });

  test('drain: it is not ready any more, answers what is in work, and ends', async () => {
    const where = await folder();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked: () => void = () => undefined;
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const upstream = await plainService((request, response) => {
      asked();
      void held.then(() => echo()(request, response));
    });
    const yaml = ingress(upstream, SOCKET).replace('upstreamTimeoutMs: 500', 'upstreamTimeoutMs: 20000');
    const { gateway } = await gatewayOf(where, yaml);
    const conversation = await conversing(where, gateway.port);
    const answer = conversation.call('urn:app/Echo', octets(ECHO('slow')));
    await isAsked;
    const drained = all(path.join(where, 'run', 'parley.sock'), 'drain');
    const ready = async () => (await fetch(`http://127.0.0.1:${gateway.operationsPort}/readyz`)).status;
    await expect.poll(ready).toBe(503);
    release();
    expect((await answer)?.fault).toBeUndefined();
    expect(await drained).toEqual([{ drained: true }]);
    await gateway.untilDrained();
  });
});

test('T74: no secret, password or word of a message is in a metric, a span, a line of a log or an answer of the socket', async () => {
  const where = await folder();
  await createKeyEncryptionKeyFile(path.join(where, 'kek'));
  const { telemetry, registry: metrics, lines, spans } = told();
  const store = 'contexts: { folder: contexts, key: kek }';
  const upstream = await plainService(echo());
  const { gateway } = await gatewayOf(where, ingress(upstream, `workers: 1\n${store}\n${SOCKET}`), {
    telemetry,
    metrics,
  });
  const conversation = await conversing(where, gateway.port);
  const PAYLOAD = 'plainly-visible-payload';
  await conversation.call('urn:app/Echo', octets(ECHO(PAYLOAD)));
  await conversation.call('urn:app/Echo', octets(ECHO(`fail<!-- ${PAYLOAD} -->`)));
  await conversation.renew();
  await conversation.call('urn:app/Echo', octets(ECHO(PAYLOAD)));
  const url = `https://127.0.0.1:${gateway.port}/orders`;
  await expect(connect(url, clientOf(where, `${PASSWORD}-wrong`))).rejects.toThrow();
  const dispatcher = new Agent({ connect: { ca: read(where, 'ca.pem') } });
  atEnd(() => dispatcher.destroy());
  const type = { 'content-type': 'application/soap+xml' };
  for (const body of [`<x>${PAYLOAD}</x>`, PAYLOAD, '<!DOCTYPE x>'])
    await request(url, { method: 'POST', body, headers: type, dispatcher }).then(({ body: answer }) => answer.text());
  const socket = path.join(where, 'run', 'parley.sock');
  const answers = [...(await all(socket, 'list')), ...(await all(socket, 'status'))];
  expect(answers).toHaveLength(2);
  const names = new Set(spans.map(({ name }) => name));
  expect(names).toEqual(new Set(['parley.request', 'parley.receive', 'parley.service', 'parley.secure']));
  expect(new Set(lines.map(({ event }) => event))).toEqual(new Set(['issued', 'renewed', 'refused']));
  const shown = [
    await metrics.metrics(),
    inspect([lines, spans, answers], { depth: 12 }),
    JSON.stringify([lines, spans]),
  ];
  const secrets: Uint8Array[] = [octets(PASSWORD), octets(`${PASSWORD}-wrong`), octets(PAYLOAD)];
  await gateway.close();
  const kek = await keyEncryptionKeyFromFile(path.join(where, 'kek'));
  const kept = await openLmdbContextStore({ directory: path.join(where, 'contexts'), keyEncryptionKey: kek });
  for await (const identifier of kept.list())
    for (const { secret } of (await kept.get(identifier))?.keys ?? [])
      secrets.push(secret.lend((bytes) => Uint8Array.from(bytes)));
  await kept.close();
  secrets.push(kek.secret.lend((bytes) => Uint8Array.from(bytes)));
  expect(secrets.length).toBeGreaterThanOrEqual(6);
  for (const secret of secrets)
    for (const spelling of spellings(secret)) for (const text of shown) expect(text).not.toContain(spelling);
});

function spellings(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes);
  const list = [...bytes.subarray(0, 8)];
  return [
    buffer.toString('latin1'),
    buffer.toString('hex').slice(0, 16),
    buffer.toString('base64').slice(0, 10),
    buffer.toString('base64url').slice(0, 10),
    list.join(','),
    list.join(', '),
  ];
}
