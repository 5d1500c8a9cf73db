// `parley serve`, `parley call` and `parley user`, as programs.
import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { promisify } from 'node:util';
import { usernameOverTls } from '@parley/conversation';
import { Secret } from '@parley/core';
import { readConfiguration, Users } from '@parley/gateway';
import { connect } from '@parley/http';
import { createKeyEncryptionKeyFile } from '@parley/stores';
import fc from 'fast-check';
import { Agent, type Dispatcher, request } from 'undici';
import { describe, expect, test } from 'vitest';
import { PARLEY, parley } from '../cli/run-parley.ts';
import { atEnd, ECHO, echo, folder, ingress, PASSWORD, plainService, read } from './gateway-fixture.ts';

interface Served {
  readonly port: number;
  readonly child: ChildProcess;
  readonly lines: { readonly event: string; readonly code?: string }[];
}

/** `parley serve` until it listens. */
async function serve(where: string, ...words: readonly string[]): Promise<Served> {
  const child = spawn(process.execPath, [PARLEY, 'serve', ...words], { cwd: where, stdio: ['ignore', 'pipe', 'pipe'] });
  atEnd(() => void child.kill('SIGKILL'));
  const lines: { event: string; port?: number; code?: string }[] = [];
  const port = await new Promise<number>((resolve, reject) => {
    child.on('close', (status) => reject(new Error(`ended with ${status}`)));
    readline.createInterface({ input: child.stderr }).on('line', (line) => {
      if (!line.startsWith('{')) return reject(new Error(line));
      const event = JSON.parse(line) as (typeof lines)[number];
      lines.push(event);
      if (event.event === 'listening') resolve(event.port ?? 0);
    });
  });
  return { port, child, lines };
}

test('serves, is called, and ends when it is told to', async () => {
  const where = await folder();
  writeFileSync(path.join(where, 'gateway.yaml'), ingress('http://127.0.0.1:9/nowhere'));
  writeFileSync(path.join(where, 'body.xml'), ECHO('by hand'));
  const upstream = await plainService(echo());
  const { port, child, lines } = await serve(where, '--upstream', upstream);
  const words = ['call', `https://127.0.0.1:${port}/orders`, '--trust', 'ca.pem', '--username', 'alice'];
  const more = ['--password', 'password.txt', '--action', 'urn:app/Echo', '--body'];
  const once1 = await parley([...words, ...more, 'body.xml'], { directory: where });
  expect(once1).toMatchObject({ status: 0, stdout: expect.stringContaining('>by hand<'), stderr: '' });
  const many = await parley([...words, ...more, '-', '--repeat', '5'], { directory: where, stdin: ECHO('many') });
  expect(many).toMatchObject({ status: 0, stderr: expect.stringMatching(/^5 calls in [\d.]+ s: \d+ a second/) });
  const failed = await parley([...words, ...more, '-', '--repeat', '3'], { directory: where, stdin: ECHO('fail') });
  expect(failed).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('No such order'),
    stderr: expect.stringContaining('; 3 of them answered by a fault'),
  });
  writeFileSync(path.join(where, 'password.txt'), 'wrong');
  const refused = await parley([...words, ...more, 'body.xml'], { directory: where });
  expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('peer.soap-fault') });
  await expect.poll(() => lines.some(({ code }) => code === 'peer.authentication-failed')).toBe(true);
  child.kill('SIGTERM');
  const [status] = (await once(child, 'close')) as [number];
  expect(status).toBe(0);
});

test('the guide, line by line', async () => {
  const where = await folder();
  const guide = readFileSync(new URL('../../docs/gateway.md', import.meta.url), 'utf8');
  const [, before = ''] = /```yaml\n(.*?)```/s.exec(guide) ?? [];
  const [, shell = ''] = /```sh\n(.*?)```/s.exec(guide) ?? [];
  const [making, adding, serving = '', calling] = shell.replaceAll('\\\n', '').trim().split('\n');
  const got: { action: string; body: string }[] = [];
  const upstream = await plainService(echo(got));
  const yaml = before.replace('host: 0.0.0.0, port: 8443', 'port: 0').replace('http://127.0.0.1:8080/orders', upstream);
  expect(yaml).toContain(upstream);
  writeFileSync(path.join(where, 'gateway.yaml'), yaml);
  writeFileSync(path.join(where, 'order.xml'), ECHO('by the guide'));
  rmSync(path.join(where, 'users.txt'));
  const sh = async (line = ''): Promise<string> => {
    const script = `parley() { "${process.execPath}" "${PARLEY}" "$@"; }; ${line}`;
    return (await promisify(execFile)('bash', ['-ec', script], { cwd: where })).stdout;
  };
  await sh(making);
  await sh(adding);
  const { port } = await serve(where, ...serving.split(' ').slice(2));
  const answer = await sh(calling?.replace('host:8443', `localhost:${port}`));
  expect(answer).toContain('>by the guide<');
  expect(got.map(({ action }) => action)).toEqual(['urn:orders/Place']);
});

test('a gateway that is killed and started again has lost no context', async () => {
  const where = await folder();
  await createKeyEncryptionKeyFile(path.join(where, 'kek'));
  const upstream = await plainService(echo());
  writeFileSync(path.join(where, 'gateway.yaml'), ingress(upstream, 'contexts: { folder: contexts, key: kek }'));
  const first = await serve(where);
  const yaml = read(where, 'gateway.yaml').replace('port: 0', `port: ${first.port}`);
  writeFileSync(path.join(where, 'gateway.yaml'), yaml);
  const password = Secret.copyOf(Buffer.from(PASSWORD));
  const bootstrap = usernameOverTls.initiator({ username: 'alice', password });
  const options = { bootstrap, tls: { ca: read(where, 'ca.pem') }, reestablish: false };
  const conversation = await connect(`https://127.0.0.1:${first.port}/orders`, options);
  const call = async (): Promise<unknown> =>
    (await conversation.call('urn:app/Echo', Buffer.from(ECHO('x'))))?.message.identifier;
  const identifier = await call();
  for (let round = 0; round < 2; round++) {
    const running = round === 0 ? first : await serve(where);
    expect(await call()).toBe(identifier);
    running.child.kill('SIGKILL');
    await once(running.child, 'close');
    await expect(call()).rejects.toMatchObject({ code: 'peer.http-failed' });
  }
  await serve(where);
  await conversation.renew();
  expect(await call()).toBe(identifier);
  await conversation.close();
});

test('T57: what a gateway has taken it does not take again when it was killed and started again', async () => {
  const where = await folder();
  await createKeyEncryptionKeyFile(path.join(where, 'kek'));
  const got: { action: string; body: string }[] = [];
  const upstream = await plainService(echo(got));
  const more = 'contexts: { folder: contexts, key: kek }\nreplays: { folder: replays }';
  writeFileSync(path.join(where, 'gateway.yaml'), ingress(upstream, more));
  const first = await serve(where);
  const sent: Dispatcher.DispatchOptions[] = [];
  const tls = { ca: read(where, 'ca.pem') };
  const dispatcher = new Agent({ connect: tls }).compose((dispatch) => (options, handler) => {
    sent.push(options);
    return dispatch(options, handler);
  });
  const password = Secret.copyOf(Buffer.from(PASSWORD));
  const bootstrap = usernameOverTls.initiator({ username: 'alice', password });
  const conversation = await connect(`https://127.0.0.1:${first.port}/orders`, {
    bootstrap,
    dispatcher,
    cancel: false,
  });
  await conversation.call('urn:app/Echo', Buffer.from(ECHO('once')));
  await conversation.close();
  first.child.kill('SIGKILL');
  await once(first.child, 'close');
  const { port } = await serve(where);
  const { headers, body } = sent.at(-1)!;
  const again = await request(`https://127.0.0.1:${port}/orders`, {
    method: 'POST',
    headers: headers as Record<string, string>,
    body: body as Uint8Array,
    dispatcher: new Agent({ connect: tls }),
  });
  expect(again.statusCode).toBe(500);
  await again.body.dump();
  expect(got).toHaveLength(1);
});

test('a file of users: added, changed, left alone when it is something else', async () => {
  const where = await folder();
  const file = path.join(where, 'more.txt');
  expect(await parley(['user', file, 'bob'], { stdin: 'one\n' })).toMatchObject({ status: 0, stderr: '' });
  expect(await parley(['user', file, 'eve'], { stdin: 'two' })).toMatchObject({ status: 0 });
  expect(await parley(['user', file, 'bob'], { stdin: 'three\r\n' })).toMatchObject({ status: 0 });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const text = readFileSync(file, 'utf8');
  expect(text).not.toMatch(/one|two|three/);
  const users = new Users(text, file);
  const proves = async (username: string, password: string): Promise<string | undefined> =>
    await users.authenticate({ kind: 'text', username, password: Secret.copyOf(Buffer.from(password)) });
  expect(await proves('bob', 'three')).toBe('bob');
  expect(await proves('eve', 'two')).toBe('eve');
  expect(await proves('bob', 'one')).toBeUndefined();
  expect(await proves('nobody', 'three')).toBeUndefined();
  expect(await parley(['user', path.join(where, 'host.pem'), 'bob'], { stdin: 'x' })).toMatchObject({ status: 2 });
  expect(await parley(['user', file, 'a:b'], { stdin: 'x' })).toMatchObject({ status: 2 });
  expect(await parley(['user', file, 'bob'], { stdin: '' })).toMatchObject({ status: 2 });
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('a file of users is taken as it is: through a link, and only if all of it can be read', async () => {
  const where = await folder();
  const file = path.join(where, 'users.txt');
  const others = { [`${file}.new`]: 'mine', [path.join(where, 'latin1')]: Buffer.from('# M\xfcller\n', 'latin1') };
  for (const [name, contents] of Object.entries(others)) writeFileSync(name, contents);
  const linked = path.join(where, 'linked');
  symlinkSync(file, linked);
  expect(await parley(['user', file, 'bob'], { stdin: 'one' })).toMatchObject({ status: 0 });
  expect(await parley(['user', linked, 'eve'], { stdin: 'two' })).toMatchObject({ status: 0 });
  expect(lstatSync(linked).isSymbolicLink()).toBe(true);
  expect(readFileSync(file, 'utf8')).toMatch(/^alice:[^\n]+\nbob:[^\n]+\neve:[^\n]+\n$/);
  for (const odd of [where, path.join(where, 'latin1'), path.join(file, 'x')])
    expect(await parley(['user', odd, 'bob'], { stdin: 'one' })).toMatchObject({ status: 2 });
  for (const [name, contents] of Object.entries(others)) expect(readFileSync(name)).toEqual(Buffer.from(contents));
});

describe('a configuration that does not fit says where, and what', () => {
  const right = ingress('http://127.0.0.1:9/plain');
  test.each([
    ['no YAML', 'listen: {', 1, '', /./],
    ['nothing', '', 1, '/', /group of settings/],
    ['an alias to nothing', '*anchor', 1, '', /alias/i],
    ['a key twice', `${right}\nlisten: { port: 1 }`, 12, '', /unique/],
    ['no endpoint', 'listen: { port: 0 }', 1, '/', /no endpoint/],
    ['a port that is none', right.replace('port: 0', 'port: 70000'), 2, '/listen/port', /65535/],
    [
      'a setting that there is not',
      right.replace('upstreamTimeoutMs', 'upstreamTimeout'),
      9,
      '/secured/0/upstreamTimeout',
      /no such/,
    ],
    [
      'a URL that is none',
      right.replace('http://127', 'ftp://127'),
      8,
      '/secured/0/upstream',
      /^must be an address of http/,
    ],
    ['a way to begin that there is not', right.replace('username-over-tls', 'magic'), 10, '/secured/0/begin', /by/],
    ['a way to begin without its files', right.replace(', users: users.txt', ''), 10, '/secured/0/begin', /users/],
    ['its files under another name', right.replace('users:', 'user:'), 10, '/secured/0/begin/user', /no such/],
    ['a peer that there is not', `${right}    peer: axis\n`, 11, '/secured/0/peer', /one of parley, cxf/],
    ['a path twice', right + right.slice(right.indexOf('  - path')), 1, '/', /two endpoints/],
  ])('%s', (_name, yaml, line, place, reason) => {
    expect(() => readConfiguration(yaml, 'gateway.yaml')).toThrow(
      expect.objectContaining({
        code: 'caller.option-invalid',
        detail: expect.objectContaining({ file: 'gateway.yaml', line, place, reason: expect.stringMatching(reason) }),
      }),
    );
  });

  test('whatever a file holds, it is taken or refused, and nothing else happens', () => {
    const values = fc.oneof(fc.string(), fc.json(), fc.constant(right));
    fc.assert(
      fc.property(values, fc.nat(400), fc.string({ maxLength: 5 }), (text, at, more) => {
        try {
          readConfiguration(text.slice(0, at) + more + text.slice(at), 'gateway.yaml');
        } catch (error) {
          expect(error).toMatchObject({ code: 'caller.option-invalid' });
        }
      }),
      { numRuns: 200 },
    );
  });

  test('and ends the program', async () => {
    const where = await folder();
    writeFileSync(path.join(where, 'gateway.yaml'), right.replace('port: 0', 'port: x'));
    expect(await parley(['serve'], { directory: where })).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^parley: caller\.option-invalid: wrong usage: gateway\.yaml:2: \/listen\/port: /),
    });
    const schema = await parley(['serve', '--schema']);
    expect(JSON.parse(schema.stdout)).toMatchObject({ title: 'Parley gateway', required: ['listen'] });
  });
});

test.each([
  ['contexts: { folder: misspelt/contexts, key: kek }', 'contexts.folder'],
  ['contexts: { folder: contexts, key: kek, witness: misspelt/witness }', 'contexts.witness'],
  ['contexts: { folder: contexts, key: kek }\nreplays: { folder: users.txt/replays }', 'replays.folder'],
])('what is kept is kept in folders that are there: %s', async (more, option) => {
  const where = await folder();
  await createKeyEncryptionKeyFile(path.join(where, 'kek'));
  writeFileSync(path.join(where, 'gateway.yaml'), ingress('http://127.0.0.1:9/nowhere', more));
  const { status, stderr } = await parley(['serve'], { directory: where });
  expect(status).toBe(2);
  expect(stderr).toMatch(/caller\.store-missing: .*there is no folder .* to make it in/);
  expect(stderr).toContain(option);
});
