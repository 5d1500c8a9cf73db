// The gateway between live peers and programs that know nothing of security: CXF's client calls a plain service, a plain client
// calls CXF and WCF.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Gateway, readConfiguration, startGateway, userLine } from '@parley/gateway';
import { afterEach, describe, expect, test } from 'vitest';
import { ECHO, escaped } from './initiator-story.ts';
import { javaPeer } from './java-peer.ts';
import { liveKeys } from './live-keys.ts';
import { judge, stepsOf } from './live-rows.ts';
import { WCF_ECHO } from './wcf-endpoints.ts';
import { wcfPeer } from './wcf-peer.ts';

const TIMEOUT_MS = 120_000;
const PASSWORD = 'correct horse';
const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A gateway as `yaml` says it; `KEYS` is the folder with the keys of the peers. */
async function gatewayOf(yaml: string): Promise<{ gateway: Gateway; refusals: string[] }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-gateway-'));
  endings.push(() => rmSync(folder, { recursive: true }));
  writeFileSync(path.join(folder, 'users.txt'), await userLine('alice', Buffer.from(PASSWORD)));
  writeFileSync(path.join(folder, 'password.txt'), PASSWORD);
  const refusals: string[] = [];
  const text = yaml.replaceAll('KEYS', liveKeys());
  const gateway = await startGateway(readConfiguration(text, path.join(folder, 'gateway.yaml')), {
    onRefused: ({ failure }) => refusals.push(`${failure.code} ${JSON.stringify(failure.detail)}`),
  });
  endings.push(() => gateway.close());
  return { gateway, refusals };
}

/** The plain echo of the Java peers. */
async function plainEcho(): Promise<string> {
  const server = http.createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const got = Buffer.concat(pieces).toString();
      const [namespace] =
        /http:\/\/(?:schemas\.xmlsoap\.org\/soap\/envelope\/|www\.w3\.org\/2003\/05\/soap-envelope)/.exec(got) ?? [];
      const text = escaped(ECHO.read(got) ?? '');
      const payload = `<e:echoResponse xmlns:e="urn:peer:echo"><e:text>${text}</e:text></e:echoResponse>`;
      response.setHeader('content-type', String(request.headers['content-type']).replace(/; *action.*/, ''));
      response.end(`<s:Envelope xmlns:s="${namespace}"><s:Body>${payload}</s:Body></s:Envelope>`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/echo`;
}

/** What a client that knows nothing of security sends, and the text that comes back. */
async function plainCall(
  url: string,
  soap: '1.1' | '1.2',
  shape: typeof ECHO,
  text: string,
): Promise<string | undefined> {
  const [namespace, type] =
    soap === '1.1'
      ? ['http://schemas.xmlsoap.org/soap/envelope/', 'text/xml; charset=utf-8']
      : ['http://www.w3.org/2003/05/soap-envelope', `application/soap+xml; charset=utf-8; action="${shape.action}"`];
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': type, ...(soap === '1.1' && { soapaction: `"${shape.action}"` }) },
    body: `<s:Envelope xmlns:s="${namespace}"><s:Body>${shape.write(text)}</s:Body></s:Envelope>`,
  });
  return shape.read(await response.text());
}

describe('CXF', () => {
  const cxf = javaPeer('cxf');

  test.for([
    [
      'ut-sbe-13-12',
      'encrypt: body',
      'by: symmetric-x509, certificate: KEYS/server.pem, key: KEYS/server.key, users: users.txt',
    ],
    [
      'x509-es-13-11',
      'encrypt: body-and-signature',
      'by: symmetric-x509, certificate: KEYS/server.pem, key: KEYS/server.key',
    ],
  ] as const)('its client calls a plain service: %s', { timeout: TIMEOUT_MS }, async ([name, how, begin], { skip }) => {
    if (typeof cxf === 'string') return skip(cxf);
    const { gateway, refusals } = await gatewayOf(`
listen: { port: 0 }
secured:
  - path: /${name}
    upstream: ${await plainEcho()}
    peer: cxf
    ${how}
    unproven: same-principal
    renewGraceMs: 300000
    begin: { ${begin} }
`);
    const at = `http://127.0.0.1:${gateway.port}`;
    const steps = (await cxf.call([name], { http: at, https: at })).get(name) ?? [];
    const { complaints } = judge({ peer: 'cxf', direction: 'from-peer', endpoint: name, steps: stepsOf(steps) });
    expect([complaints, refusals.filter((line) => line.startsWith('internal.'))]).toEqual([[], []]);
    expect(steps.filter((step) => step.startsWith('call'))).not.toEqual([]);
  });

  test('a plain client calls its service, over TLS and not', { timeout: TIMEOUT_MS }, async ({ skip }) => {
    if (typeof cxf === 'string') return skip(cxf);
    const server = await cxf.serve(['tls-sbe-13-12', 'ut-es-13-11']);
    endings.push(() => server.stop());
    const { gateway, refusals } = await gatewayOf(`
listen: { port: 0 }
plain:
  - path: /tls
    service: ${server.https}/tls-sbe-13-12
    peer: cxf
    encrypt: body
    tls: { trust: KEYS/ca.pem }
    begin: { by: username-over-tls, username: alice, password: password.txt }
  - path: /ut
    service: ${server.http}/ut-es-13-11
    peer: cxf
    soap: "1.1"
    encrypt: body-and-signature
    begin: { by: symmetric-x509, service: KEYS/server.pem, username: alice, password: password.txt }
`);
    const at = `http://127.0.0.1:${gateway.port}`;
    expect([await plainCall(`${at}/tls`, '1.2', ECHO, 'Grüße & <tls>'), refusals]).toEqual(['Grüße & <tls>', []]);
    expect([await plainCall(`${at}/ut`, '1.1', ECHO, 'Grüße & <ut>'), refusals]).toEqual(['Grüße & <ut>', []]);
  });
});

describe('WCF', () => {
  const wcf = wcfPeer();

  test('a plain client calls its service', { timeout: TIMEOUT_MS }, async ({ skip }) => {
    if (typeof wcf === 'string') return skip(wcf);
    const name = 'ws2007,user,sc';
    const server = await wcf.serve([name]);
    endings.push(() => server.stop());
    const { gateway, refusals } = await gatewayOf(`
listen: { port: 0 }
plain:
  - path: /wcf
    service: ${server.http}/${name}
    peer: wcf-message
    begin: { by: symmetric-x509, service: KEYS/server.pem, username: alice, password: password.txt }
`);
    const at = `http://127.0.0.1:${gateway.port}/wcf`;
    expect([await plainCall(at, '1.2', WCF_ECHO, 'Grüße & <wcf>'), refusals]).toEqual(['Grüße & <wcf>', []]);
  });
});
