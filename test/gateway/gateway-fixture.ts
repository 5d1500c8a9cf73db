/** Gateways, plain services and a folder with their files, on the loopback. */
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fault } from '@parley/core';
import type { Gateway, GatewayOptions } from '@parley/gateway';
import { readConfiguration, startGateway, userLine } from '@parley/gateway';
import type { Refusal } from '@parley/http';
import { afterEach } from 'vitest';

const KEYS = fileURLToPath(new URL('./keys/', import.meta.url));
export const PASSWORD = 'correct horse';
const endings: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** Ends with the test. */
export function atEnd(end: () => Promise<void> | void): void {
  endings.push(end);
}

/** A folder with the keys of the tests and the user alice. */
export async function folder(): Promise<string> {
  const made = mkdtempSync(path.join(tmpdir(), 'parley-gateway-'));
  atEnd(() => rmSync(made, { recursive: true, force: true }));
  cpSync(KEYS, made, { recursive: true });
  writeFileSync(path.join(made, 'users.txt'), `${await userLine('alice', Buffer.from(PASSWORD))}\n`);
  writeFileSync(path.join(made, 'password.txt'), `${PASSWORD}\n`);
  return made;
}

export interface RunningGateway {
  readonly gateway: Gateway;
  readonly refusals: Refusal[];
  readonly reloads: (Fault | undefined)[];
}

/** Serves what `yaml` says, with files from `where`. */
export async function gatewayOf(where: string, yaml: string, more: GatewayOptions = {}): Promise<RunningGateway> {
  const refusals: Refusal[] = [];
  const reloads: (Fault | undefined)[] = [];
  const gateway = await startGateway(readConfiguration(yaml, path.join(where, 'gateway.yaml')), {
    onRefused: (refusal) => refusals.push(refusal),
    onReloaded: (failure) => reloads.push(failure),
    ...more,
  });
  atEnd(() => gateway.close());
  return { gateway, refusals, reloads };
}

/** A plain server that answers as `listener` does; its URL. */
export async function plainService(listener: RequestListener): Promise<string> {
  const server = http.createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/plain`;
}

const NAMESPACES = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
};
export type Soap = keyof typeof NAMESPACES;

export const plainEnvelope = (body: string, soap: Soap = '1.2', header = ''): string =>
  `<s:Envelope xmlns:s="${NAMESPACES[soap]}">${header}<s:Body>${body}</s:Body></s:Envelope>`;

/** Answers with what it was sent, and fails when it is asked to; notes what it got. */
export function echo(got: { action: string; body: string }[] = []): RequestListener {
  return (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces).toString();
      const type = String(request.headers['content-type']);
      const action = String(request.headers['soapaction'] ?? /action="([^"]*)"/.exec(type)?.[1]).replaceAll('"', '');
      got.push({ action, body });
      const isFault = body.includes('>fail<');
      const soap: Soap = type.startsWith('text/xml') ? '1.1' : '1.2';
      const [payload = ''] = /<(\w+):Echo[\s>].*<\/\1:Echo>/s.exec(body) ?? [];
      const answer = isFault ? FAULTS[soap] : payload;
      response.writeHead(isFault ? 500 : 200, { 'content-type': type.replace(/; *action.*/, '') });
      response.end(plainEnvelope(answer, soap));
    });
  };
}

const FAULTS = {
  '1.1': '<s:Fault><faultcode>s:Client</faultcode><faultstring>No such order</faultstring></s:Fault>',
  '1.2':
    '<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text xml:lang="en">No such order</s:Text></s:Reason></s:Fault>',
};

/** What a plain client sends, and gets. */
export async function plainCall(
  url: string,
  body: string,
  soap: Soap = '1.2',
): Promise<{ status: number; text: string; type: string }> {
  const headers: Record<string, string> =
    soap === '1.2'
      ? { 'content-type': 'application/soap+xml; charset=utf-8; action="urn:app/Echo"' }
      : { 'content-type': 'text/xml; charset=utf-8', soapaction: '"urn:app/Echo"' };
  const response = await fetch(url, { method: 'POST', headers, body });
  const type = String(response.headers.get('content-type'));
  return { status: response.status, text: await response.text(), type };
}

export const ECHO = (text: string): string => `<e:Echo xmlns:e="urn:app">${text}</e:Echo>`;

/** `secured` before `upstream`, over TLS. */
export const ingress = (upstream: string, more = ''): string => `
listen: { port: 0 }
tls: { certificate: host.pem, key: host.key }
reloadMs: 20
${more}
secured:
  - path: /orders
    upstream: ${upstream}
    upstreamTimeoutMs: 500
    begin: { by: username-over-tls, users: users.txt }
`;

/** `plain` before what listens on `port`. */
export const egress = (port: number, soap: Soap = '1.2', more = ''): string => `
listen: { port: 0 }
${more}
plain:
  - path: /plain
    service: https://127.0.0.1:${port}/orders
    soap: "${soap}"
    tls: { trust: ca.pem }
    begin: { by: username-over-tls, username: alice, password: password.txt }
`;

export const read = (where: string, name: string): string => readFileSync(path.join(where, name), 'utf8');
