/** A gateway as a configuration describes it: one server, whose endpoints change with their files. */
import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import http from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ContextStore } from '@parley/conversation';
import { MemoryContextStore, MemoryReplayCache } from '@parley/conversation';
import { Certificate, DEFAULT_LIMITS, Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { callback, optional, readable, requireKind, requireOptions, shapeOf, TEXT } from '@parley/core/internal';
import type { Refusal } from '@parley/http';
import { HttpResponder } from '@parley/http';
import { keyEncryptionKeyFromFile, openLmdbContextStore } from '@parley/stores';
import { Agent } from 'undici';
import type { GatewayConfiguration } from '../configuration/configuration.ts';
import type { LoadedConfiguration } from '../configuration/read-configuration.ts';
import { requireSchema } from '../configuration/read-document.ts';
import { CONFIGURATION_SCHEMA } from '../configuration/schema.ts';
import { Files } from '../credentials/pem-files.ts';
import { Endpoints } from './endpoints.ts';
import { WatchedFiles } from './watched-files.ts';

export interface GatewayOptions {
  /** Is told of every refusal and failure. */
  readonly onRefused?: ((refusal: Refusal) => void) | undefined;
  /** Files changed and are in use, or cannot be used: then what was there before serves on. */
  readonly onReloaded?: ((failure: Fault | undefined) => void) | undefined;
}

const RELOAD_MS = 2000;

const LOADED: Kind<LoadedConfiguration> = shapeOf<LoadedConfiguration>({ folder: TEXT, configuration: readable() });
const OPTIONS: Kind<GatewayOptions> = shapeOf<GatewayOptions>({
  onRefused: optional(callback()),
  onReloaded: optional(callback()),
});

/** A running gateway. Made by {@link startGateway}. */
export class Gateway {
  readonly port: number;
  readonly #server: Server;
  readonly #responder: HttpResponder;
  readonly #endpoints: Endpoints;
  readonly #watched: WatchedFiles;
  readonly #store: ContextStore;

  constructor(parts: {
    server: Server;
    responder: HttpResponder;
    endpoints: Endpoints;
    watched: WatchedFiles;
    store: ContextStore;
  }) {
    this.#server = parts.server;
    this.#responder = parts.responder;
    this.#endpoints = parts.endpoints;
    this.#watched = parts.watched;
    this.#store = parts.store;
    this.port = (parts.server.address() as AddressInfo).port;
  }

  get stats(): HttpResponder['stats'] {
    return this.#responder.stats;
  }

  /** Answers what is in work, refuses what comes, and ends; contexts stay in a durable store. */
  async close(): Promise<void> {
    this.#watched.close();
    await this.#responder.drain();
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
    await this.#endpoints.close();
    await this.#store.close();
  }
}

/**
 * Serves what `loaded` says.
 * @throws Fault (rejects) what is wrong with a file or an option
 */
export async function startGateway(loaded: LoadedConfiguration, options: GatewayOptions = {}): Promise<Gateway> {
  requireKind(LOADED, loaded, 'loaded');
  requireOptions(OPTIONS, options, 'options');
  const { configuration, folder } = loaded;
  requireSchema(configuration, CONFIGURATION_SCHEMA, 'configuration');
  const { onRefused, onReloaded } = options;
  const { listen, reloadMs = RELOAD_MS, limits } = configuration;
  let files = new Files(folder);
  const tls = await tlsOf(configuration, files);
  const store = await storeOf(configuration, files);
  const endpoints = new Endpoints(configuration, { store, replayCache: new MemoryReplayCache(), agent: new Agent() });
  await endpoints.load(files);
  const responder = new HttpResponder({ endpoints: endpoints.byPath, onRefused, clientOf, ...limits });
  const server = await listening(tls, responder, listen).catch(async (error: unknown) => {
    await endpoints.close();
    await store.close();
    throw error;
  });
  const tell = (failure: Fault | undefined): void => {
    try {
      onReloaded?.(failure);
    } catch {
      // A logger that fails is no reason to serve no longer.
    }
  };
  const reload = async (): Promise<ReadonlySet<string>> => {
    const again = new Files(folder);
    try {
      const changed = await tlsOf(configuration, again);
      await endpoints.load(again);
      if (changed !== undefined && server instanceof https.Server) server.setSecureContext(changed);
      files = again;
      tell(undefined);
    } catch (error) {
      tell(error as Fault);
    }
    return files.read;
  };
  const watched = await WatchedFiles.of(files.read, reloadMs, reload);
  return new Gateway({ server, responder, endpoints, watched, store });
}

type TlsOptions = https.ServerOptions | undefined;

/** @throws Fault (rejects) `caller.keys-invalid` files that TLS does not take; `caller.option-invalid` a port that is not to be had */
async function listening(
  tls: TlsOptions,
  { handler }: HttpResponder,
  { port, host = '127.0.0.1' }: GatewayConfiguration['listen'],
): Promise<Server> {
  const server = tls === undefined ? http.createServer(handler) : tlsServer(tls, handler);
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return server;
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Fault('caller.option-invalid', { option: 'listen', reason, host, port }, error);
  }
}

function tlsServer(tls: https.ServerOptions, handler: HttpResponder['handler']): Server {
  try {
    return https.createServer(tls, handler);
  } catch (error) {
    throw new Fault('caller.keys-invalid', { option: 'tls', reason: 'not what TLS takes' }, error);
  }
}

async function tlsOf({ tls }: GatewayConfiguration, files: Files): Promise<TlsOptions> {
  if (tls === undefined) return undefined;
  const server = { cert: await files.text(tls.certificate), key: await files.text(tls.key) };
  if (tls.clients === undefined) return server;
  // Who shows none is somebody else's to refuse: other endpoints may want none.
  return { ...server, ca: await files.text(tls.clients), requestCert: true, rejectUnauthorized: false };
}

async function storeOf({ contexts }: GatewayConfiguration, files: Files): Promise<ContextStore> {
  if (contexts === undefined) return new MemoryContextStore();
  const keyEncryptionKey = await keyEncryptionKeyFromFile(files.path(contexts.key));
  return await openLmdbContextStore({ directory: files.path(contexts.folder), keyEncryptionKey });
}

/** Whom TLS has authenticated, by the subject of his certificate. */
function clientOf({ socket }: IncomingMessage | Http2ServerRequest): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const certificate = socket.getPeerX509Certificate();
  return certificate && Certificate.read(certificate.raw, DEFAULT_LIMITS, 'message').subject.toString();
}
