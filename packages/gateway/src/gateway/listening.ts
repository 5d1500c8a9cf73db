/** Servers, in clear or over TLS. */
import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import { createSecureContext } from 'node:tls';
import { Fault } from '@parley/core';
import type { GatewayConfiguration } from '../configuration/configuration.ts';
import type { Files } from '../credentials/pem-files.ts';
import type { Keeping } from '../keeping/keeping.ts';
import type { NodesDoor } from '../keeping/replay-nodes.ts';

export type TlsOptions = https.ServerOptions | undefined;

/** @throws Fault (rejects) `caller.option-invalid` a port that is not to be had, which `option` has */
export async function listening(
  tls: TlsOptions,
  handler: RequestListener,
  { port, host = '127.0.0.1' }: GatewayConfiguration['listen'],
  option: string,
  timeouts: http.ServerOptions = {},
): Promise<Server> {
  const server =
    tls === undefined ? http.createServer(timeouts, handler) : https.createServer({ ...tls, ...timeouts }, handler);
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return server;
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Fault('caller.option-invalid', { option, reason, host, port }, error);
  }
}

/** What is served, and where other gateways ask, if they do. */
export interface OpenServers {
  readonly server: Server;
  readonly nodes: Server | undefined;
}

/** Both, or none. @throws Fault (rejects) as {@link listening} */
export async function openServers(
  { listen, replays }: GatewayConfiguration,
  tls: TlsOptions,
  handler: RequestListener,
  keeping: Pick<Keeping, 'nodes'>,
): Promise<OpenServers> {
  const place = replays?.listen ?? placeIn(replays?.nodes?.[replays.self ?? '']);
  const nodes = keeping.nodes && place && (await openNodes(keeping.nodes, place));
  try {
    return { nodes, server: await listening(tls, handler, listen, 'listen') };
  } catch (error) {
    nodes?.close();
    throw error;
  }
}

async function openNodes({ handler, admit }: NodesDoor, place: GatewayConfiguration['listen']): Promise<Server> {
  const server = await listening(undefined, handler, place, 'replays.listen', QUESTION_TIMEOUTS);
  server.on('connection', admit);
  // safety: who saw a question can ask it again, and is taken for a node.
  server.maxConnections = NODE_CONNECTIONS_MAX;
  return server;
}

/** Where whoever has that address listens. */
function placeIn(address: string | undefined): GatewayConfiguration['listen'] | undefined {
  if (address === undefined) return undefined;
  const { hostname, port, protocol } = new URL(address);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? (PORTS[protocol] ?? 0) : Number(port) };
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
/** Of all nodes together: each has 32 at most. */
const NODE_CONNECTIONS_MAX = 2048;
/** Questions are short. safety: both, for of the two Node takes the longer for the whole request. */
const QUESTION_TIMEOUTS: http.ServerOptions = {
  requestTimeout: 10_000,
  headersTimeout: 10_000,
  connectionsCheckingInterval: 5000,
};

/** Ends `server`, whoever is connected. */
export async function ended(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

/**
 * What TLS is served with, whole, or not at all: it may replace what is in use.
 * @throws Fault (rejects) `caller.keys-invalid` files that TLS does not take, or that do not go together; `caller.input-unreadable`
 */
export async function tlsOf({ tls }: GatewayConfiguration, files: Files): Promise<TlsOptions> {
  if (tls === undefined) return undefined;
  const server = { cert: await files.text(tls.certificate), key: await files.text(tls.key) };
  requireTaken(server);
  if (tls.clients === undefined) return server;
  // Who shows none is somebody else's to refuse: other endpoints may want none.
  return { ...server, ca: await files.certificatesText(tls.clients), requestCert: true, rejectUnauthorized: false };
}

function requireTaken(server: { readonly cert: string; readonly key: string }): void {
  try {
    createSecureContext(server);
  } catch (error) {
    const isOfAnother = error instanceof Error && 'code' in error && error.code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH';
    const reason = isOfAnother ? 'the key is not that of the certificate' : 'not what TLS takes';
    throw new Fault('caller.keys-invalid', { option: 'tls', reason }, error);
  }
}
