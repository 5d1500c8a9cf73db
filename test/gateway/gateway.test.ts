// From a plain client to a plain service, through a gateway before each; and what goes wrong on the way.

import { once } from 'node:events';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import path from 'node:path';
import tls from 'node:tls';
import type { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { usernameOverTls } from '@parley/conversation';
import { Secret } from '@parley/core';
import { userLine } from '@parley/gateway';
import type { ConnectOptions } from '@parley/http';
import { connect } from '@parley/http';
import { describe, expect, test } from 'vitest';
import type { Soap } from './gateway-fixture.ts';
import {
  ECHO,
  echo,
  egress,
  folder,
  gatewayOf,
  ingress,
  PASSWORD,
  plainCall,
  plainEnvelope,
  plainService,
  read,
} from './gateway-fixture.ts';

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

function clientOf(where: string, username = 'alice', password = PASSWORD): ConnectOptions {
  const bootstrap = usernameOverTls.initiator({ username, password: Secret.copyOf(octets(password)) });
  return { bootstrap, tls: { ca: read(where, 'ca.pem') } };
}

describe.each(['1.1', '1.2'] as const)('SOAP %s', (soap: Soap) => {
  test.each([0, 1])(
    'a plain client calls a plain service through two gateways, with %i workers each',
    async (workers) => {
      const where = await folder();
      const got: { action: string; body: string }[] = [];
      const before = await gatewayOf(where, ingress(await plainService(echo(got)), `workers: ${workers}`));
      const after = await gatewayOf(where, egress(before.gateway.port, soap, `workers: ${workers}`));
      const url = `http://127.0.0.1:${after.gateway.port}/plain`;
      const answers = await Promise.all(
        ['a', 'Grüße &amp; <!-- no --> ', ''].map((text) => plainCall(url, plainEnvelope(ECHO(text), soap), soap)),
      );
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(answers[1]!.text).toContain('>Grüße &amp;  <');
      expect(answers[0]!.type).toContain(soap === '1.1' ? 'text/xml' : 'application/soap+xml');
      for (const { action, body } of got) {
        expect(action).toBe('urn:app/Echo');
        expect(body).not.toMatch(/Security|wsse|Signature/);
      }
      const fault = await plainCall(url, plainEnvelope(ECHO('fail'), soap), soap);
      expect(fault).toMatchObject({ status: 500, text: expect.stringContaining('No such order') });
      expect([before.refusals, after.refusals]).toEqual([[], []]);
    },
  );
});

describe('what a plain service does wrong is a fault that says nothing, and a line for the operator', () => {
  const says = (status: number, headers: Record<string, string>, body: string | Buffer): RequestListener => {
    return (request, response) => {
      request.resume();
      response.writeHead(status, headers).end(body);
    };
  };
  const SOAP = { 'content-type': 'application/soap+xml' };
  const LIES: Readonly<Record<string, RequestListener>> = {
    'an HTML page with status 200': says(200, { 'content-type': 'text/html' }, '<html>secret</html>'),
    'no XML': says(200, SOAP, 'secret'),
    'another version of SOAP': says(200, SOAP, plainEnvelope(ECHO('secret'), '1.1')),
    'a DTD': says(200, SOAP, `<!DOCTYPE x [<!ENTITY a "secret">]>${plainEnvelope(ECHO('&a;'))}`),
    'two elements': says(200, SOAP, plainEnvelope(ECHO('secret') + ECHO('more'))),
    'a header that must be understood': says(
      200,
      SOAP,
      plainEnvelope(ECHO('secret'), '1.2', '<s:Header><x xmlns="urn:x" s:mustUnderstand="1"/></s:Header>'),
    ),
    compressed: says(200, { ...SOAP, 'content-encoding': 'gzip' }, gzipSync(plainEnvelope(ECHO('secret')))),
    'more than it may': says(200, SOAP, 'secret'.repeat(4_000_000)),
    'half of it': (request, response) => {
      request.resume();
      response.writeHead(200, { ...SOAP, 'content-length': 1000 }).write('secret');
      setTimeout(() => response.destroy(), 20);
    },
    slow: (request) => void request.resume(),
    'never there': (request) => void request.socket.destroy(),
  };

  test.each(Object.entries(LIES))('%s', async (_name, listener) => {
    const where = await folder();
    const { gateway, refusals } = await gatewayOf(where, ingress(await plainService(listener)));
    const conversation = await connect(`https://127.0.0.1:${gateway.port}/orders`, clientOf(where));
    const answer = await conversation.call('urn:app/Echo', octets(ECHO('x')));
    expect(answer?.fault).toMatchObject({ faultCode: 'Receiver' });
    expect(new TextDecoder().decode(answer?.message.body)).not.toContain('secret');
    expect(refusals).toMatchObject([{ status: 500, failure: { code: 'internal.service-failed' } }]);
    await conversation.close();
  });

  test('a service that was down is called when it is up', async () => {
    const where = await folder();
    const { gateway, refusals } = await gatewayOf(where, ingress('http://127.0.0.1:9/plain'));
    const conversation = await connect(`https://127.0.0.1:${gateway.port}/orders`, clientOf(where));
    expect((await conversation.call('urn:app/Echo', octets(ECHO('x'))))?.fault).toBeDefined();
    expect(refusals).toMatchObject([{ failure: { detail: { code: 'peer.http-failed' } } }]);
    await conversation.close();
  });
});

test('a secured service that is down is a fault for the plain client, and is reached when it is up', async () => {
  const where = await folder();
  const down = await gatewayOf(where, egress(9));
  const url = `http://127.0.0.1:${down.gateway.port}/plain`;
  expect(await plainCall(url, plainEnvelope(ECHO('x')))).toMatchObject({
    status: 500,
    text: expect.stringContaining('peer.http-failed'),
  });
  expect(await plainCall(url, 'hello')).toMatchObject({
    status: 500,
    text: expect.stringContaining('peer.xml-malformed'),
  });
  expect(down.refusals.map(({ failure }) => failure.code)).toEqual(['peer.http-failed', 'peer.xml-malformed']);
});

describe('files that change while it serves', () => {
  const settled = async (reloads: readonly unknown[], count: number): Promise<void> => {
    await expect.poll(() => reloads.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count);
  };

  test('users come, go and change their passwords; who has a context goes on', async () => {
    const where = await folder();
    const { gateway, reloads } = await gatewayOf(where, ingress(await plainService(echo())));
    const url = `https://127.0.0.1:${gateway.port}/orders`;
    const alice = await connect(url, clientOf(where));
    await expect(connect(url, clientOf(where, 'bob', 'another'))).rejects.toMatchObject({ code: 'peer.soap-fault' });
    writeFileSync(path.join(where, 'users.txt'), `# new\n${await userLine('bob', octets('another'))}\n`);
    await settled(reloads, 1);
    expect(reloads).toEqual([undefined]);
    const bob = await connect(url, clientOf(where, 'bob', 'another'));
    await expect(connect(url, clientOf(where))).rejects.toMatchObject({ code: 'peer.soap-fault' });
    expect((await alice.call('urn:app/Echo', octets(ECHO('still'))))?.fault).toBeUndefined();
    writeFileSync(path.join(where, 'users.txt'), 'this is no file of users\n');
    await settled(reloads, 2);
    expect(reloads[1]).toMatchObject({ code: 'caller.option-invalid', detail: { line: 1 } });
    expect((await bob.call('urn:app/Echo', octets(ECHO('still'))))?.fault).toBeUndefined();
    await (await connect(url, clientOf(where, 'bob', 'another'))).close();
    await Promise.all([alice.close(), bob.close()]);
  });

  test('certificates of TLS', async () => {
    const where = await folder();
    const { gateway, reloads } = await gatewayOf(where, ingress(await plainService(echo())));
    const shown = async (): Promise<string> => {
      const socket = tls.connect({ port: gateway.port, host: '127.0.0.1', ca: read(where, 'ca.pem') });
      await once(socket, 'secureConnect');
      const { CN } = socket.getPeerCertificate().subject;
      socket.destroy();
      return String(CN);
    };
    expect(await shown()).toBe('host.example');
    const alice = await connect(`https://127.0.0.1:${gateway.port}/orders`, clientOf(where));
    copyFileSync(path.join(where, 'other.key'), path.join(where, 'host.key'));
    copyFileSync(path.join(where, 'other.pem'), path.join(where, 'host.pem'));
    await expect.poll(shown, { timeout: 10_000 }).toBe('other.example');
    expect(reloads.length).toBeGreaterThanOrEqual(1);
    expect((await alice.call('urn:app/Echo', octets(ECHO('still'))))?.fault).toBeUndefined();
    await alice.close();
  });

  test('files that do not go together are taken into use not at all, and all when they do', async () => {
    const where = await folder();
    const { gateway, reloads } = await gatewayOf(where, ingress(await plainService(echo())));
    const url = `https://127.0.0.1:${gateway.port}/orders`;
    const comesIn = async (username: string, password: string): Promise<boolean> => {
      const conversation = await connect(url, clientOf(where, username, password)).catch(() => undefined);
      await conversation?.close();
      return conversation !== undefined;
    };
    // Another certificate without its key, and at the same time other users.
    copyFileSync(path.join(where, 'other.pem'), path.join(where, 'host.pem'));
    writeFileSync(path.join(where, 'users.txt'), `${await userLine('bob', octets('another'))}\n`);
    await expect
      .poll(() => reloads.map((failure) => failure?.code), { timeout: 30_000 })
      .toContain('caller.keys-invalid');
    expect([await comesIn('alice', PASSWORD), await comesIn('bob', 'another')]).toEqual([true, false]);
    copyFileSync(path.join(where, 'other.key'), path.join(where, 'host.key'));
    await expect.poll(() => comesIn('bob', 'another'), { timeout: 30_000 }).toBe(true);
    expect(await comesIn('alice', PASSWORD)).toBe(false);
    // What is gone, or cut in the middle, is nothing to serve by.
    for (const [file, code] of [
      ['users.txt', 'caller.input-unreadable'],
      ['host.key', 'caller.keys-invalid'],
    ] as const) {
      const before = reloads.length;
      if (file === 'users.txt') rmSync(path.join(where, file));
      else writeFileSync(path.join(where, file), '-----BEGIN PRIVATE KEY-----\nMIIE');
      await expect.poll(() => reloads.slice(before).length, { timeout: 30_000 }).toBeGreaterThan(0);
      expect(reloads.at(-1)?.code).toBe(code);
      expect(await comesIn('bob', 'another')).toBe(true);
    }
  });

  test('threads of endpoints that come to nothing end, however often that is tried', async () => {
    const where = await folder();
    const begun: Worker[] = [];
    const ended: Worker[] = [];
    const note = (worker: Worker): void => {
      begun.push(worker);
      worker.once('exit', () => ended.push(worker));
    };
    process.on('worker', note);
    const upstream = await plainService(echo());
    const { reloads } = await gatewayOf(
      where,
      `
listen: { port: 0 }
reloadMs: 20
workers: 1
secured:
  - path: /first
    upstream: ${upstream}
    suite: Basic256Sha256
    begin: { by: asymmetric-x509, certificate: host.pem, key: host.key, trust: ca.pem, known: other.pem }
  - path: /second
    upstream: ${upstream}
    suite: Basic256Sha256
    begin: { by: asymmetric-x509, certificate: other.pem, key: other.key, trust: ca.pem, known: host.pem }
`,
    );
    expect(begun).toHaveLength(2);
    for (let time = 1; time <= 3; time++) {
      writeFileSync(path.join(where, 'other.key'), `no key, ${time} times`.padEnd(40 + time));
      await settled(reloads, time);
    }
    expect(reloads.every((failure) => failure !== undefined)).toBe(true);
    expect(begun.length).toBeGreaterThanOrEqual(5);
    await expect.poll(() => begun.length - ended.length, { timeout: 30_000 }).toBe(2);
    process.off('worker', note);
  }, 60_000);

  test('trust anchors: who is no longer vouched for begins nothing', async () => {
    const where = await folder();
    const yaml = `
listen: { port: 0 }
reloadMs: 20
secured:
  - path: /orders
    upstream: ${await plainService(echo())}
    suite: Basic256Sha256
    begin: { by: asymmetric-x509, certificate: host.pem, key: host.key, trust: trusted.pem, known: other.pem }
`;
    copyFileSync(path.join(where, 'ca.pem'), path.join(where, 'trusted.pem'));
    const { gateway, reloads } = await gatewayOf(where, yaml);
    const client = await gatewayOf(
      where,
      `
listen: { port: 0 }
plain:
  - path: /plain
    service: http://127.0.0.1:${gateway.port}/orders
    suite: Basic256Sha256
    begin: { by: asymmetric-x509, certificate: other.pem, key: other.key, service: host.pem, trust: ca.pem }
`,
    );
    const url = `http://127.0.0.1:${client.gateway.port}/plain`;
    const answer = await plainCall(url, plainEnvelope(ECHO('x')));
    expect(client.refusals).toEqual([]);
    expect(answer.status).toBe(200);
    copyFileSync(path.join(where, 'host.pem'), path.join(where, 'trusted.pem'));
    await settled(reloads, 1);
    expect(reloads).toEqual([undefined]);
    expect((await plainCall(url, plainEnvelope(ECHO('goes on')))).status).toBe(200);
  });
});
