/** A gateway as a configuration describes it: one server, whose endpoints change with their files. */
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Fault, Telemetry } from '@parley/core';
import { Certificate, DEFAULT_LIMITS } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import {
  callback,
  completeTelemetry,
  objectWith,
  optional,
  readable,
  requireKind,
  requireOptions,
  shapeOf,
  TELEMETRY,
  TEXT,
} from '@parley/core/internal';
import type { Refusal } from '@parley/http';
import { HttpResponder } from '@parley/http';
import { Agent } from 'undici';
import type { LoadedConfiguration } from '../configuration/read-configuration.ts';
import { requireSchema } from '../configuration/read-document.ts';
import { CONFIGURATION_SCHEMA } from '../configuration/schema.ts';
import { Files } from '../credentials/pem-files.ts';
import type { Keeping } from '../keeping/keeping.ts';
import { keepingOf } from '../keeping/keeping.ts';
import type { MetricsSource } from '../operations/probes.ts';
import { Probes } from '../operations/probes.ts';
import { Readiness } from '../operations/readiness.ts';
import { addressBehind } from './address-behind.ts';
import { Endpoints } from './endpoints.ts';
import { lifetimesOf } from './lifetimes.ts';
import { ended, openServers, tlsOf } from './listening.ts';
import { OperationsDoor } from './operations-door.ts';
import { reloading } from './reloading.ts';
import { WatchedFiles } from './watched-files.ts';

export interface GatewayOptions {
  /** Told of all that is measured, spans, and lines of a log. */
  readonly telemetry?: Telemetry | undefined;
  /** What `/metrics` gives: the registry of the meter. */
  readonly metrics?: MetricsSource | undefined;
  /** Is told of every refusal and failure. */
  readonly onRefused?: ((refusal: Refusal) => void) | undefined;
  /** Files changed and are in use, or cannot be used: then what was there before serves on. */
  readonly onReloaded?: ((failure: Fault | undefined) => void) | undefined;
}

const RELOAD_MS = 2000;

const LOADED: Kind<LoadedConfiguration> = shapeOf<LoadedConfiguration>({ folder: TEXT, configuration: readable() });
const OPTIONS: Kind<GatewayOptions> = shapeOf<GatewayOptions>({
  telemetry: optional(TELEMETRY),
  metrics: optional(objectWith<MetricsSource>({ contentType: TEXT, metrics: callback() })),
  onRefused: optional(callback()),
  onReloaded: optional(callback()),
});

interface Parts {
  readonly server: Server;
  readonly responder: HttpResponder;
  readonly endpoints: Endpoints;
  readonly watched: WatchedFiles;
  readonly keeping: Keeping;
  /** Where other gateways ask, if they do. */
  readonly nodes: Server | undefined;
  readonly readiness: Readiness;
  readonly drainDelayMs: number;
}

/** A running gateway. Made by {@link startGateway}. */
export class Gateway {
  readonly port: number;
  /** Where it is watched, if it is. */
  operationsPort: number | undefined;
  readonly #parts: Parts;
  #operations: OperationsDoor | undefined;
  #drained: Promise<void> | undefined;
  #closed: Promise<void> | undefined;
  readonly #onDrained: (() => void)[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
    this.port = (parts.server.address() as AddressInfo).port;
  }

  get stats(): HttpResponder['stats'] {
    return this.#parts.responder.stats;
  }

  /** Resolves when it was drained, by whomever: then it is to be closed. */
  async untilDrained(): Promise<void> {
    if (this.#drained === undefined) await new Promise<void>((resolve) => this.#onDrained.push(resolve));
    await this.#drained;
  }

  /** Says that it is not ready, serves on for `drainDelayMs`, answers what is in work, and refuses what comes after that. */
  drain(): Promise<void> {
    const { readiness, responder, drainDelayMs } = this.#parts;
    readiness.leave();
    this.#drained ??= responder.drain(drainDelayMs);
    for (const tell of this.#onDrained.splice(0)) tell();
    return this.#drained;
  }

  /** {@link drain}, and ends; contexts stay in a durable store. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    const { watched, server, endpoints, keeping, nodes } = this.#parts;
    watched.close();
    await this.drain();
    await ended(server);
    await this.#operations?.close();
    await endpoints.close();
    // What this one remembers the others need to the last.
    if (nodes !== undefined) await ended(nodes);
    await keeping.close();
  }

  /** Lets those in who run it. @throws Fault (rejects) as {@link startGateway} */
  async openOperations(loaded: LoadedConfiguration, probes: Probes): Promise<void> {
    const { store } = this.#parts.keeping;
    const steered = { store, status: () => this.stats, drain: () => this.drain(), nowMs: Date.now };
    this.#operations = await OperationsDoor.open(loaded, probes, steered);
    this.operationsPort = this.#operations.port;
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
  const { onRefused, onReloaded, telemetry, metrics } = options;
  const { logger } = completeTelemetry(telemetry);
  const { reloadMs = RELOAD_MS, limits, drainDelayMs = 0, proxies } = configuration;
  const files = new Files(folder);
  const tls = await tlsOf(configuration, files);
  const keeping = await keepingOf(configuration, files, lifetimesOf(configuration), {
    meter: telemetry?.meter,
    onClocksApart: (apartMs) => logger.warn({ kind: 'clock', apartMs }, 'alarm'),
  });
  const endpoints = new Endpoints(configuration, { ...keeping, agent: new Agent(), telemetry });
  const readiness = new Readiness(keeping.requireUsable, keeping.refusesUntilMs, Date.now);
  const told = { onRefused, telemetry };
  const callers = { clientOf, addressOf: proxies && addressBehind(proxies) };
  const opening = async (): Promise<Pick<Parts, 'server' | 'responder' | 'nodes'>> => {
    await endpoints.load(files);
    const responder = new HttpResponder({ endpoints: endpoints.byPath, ...told, ...callers, ...limits });
    return {
      responder,
      ...(await openServers(configuration, tls, probedFirst(new Probes(readiness), responder), keeping)),
    };
  };
  const open = await opening().catch(async (error: unknown) => {
    await endpoints.close();
    await keeping.close();
    throw error;
  });
  const reload = reloading(loaded, files, { endpoints, server: open.server, logger, onReloaded });
  const watched = await WatchedFiles.of(files.read, reloadMs, reload);
  const gateway = new Gateway({ ...open, endpoints, watched, keeping, readiness, drainDelayMs });
  try {
    await gateway.openOperations(loaded, new Probes(readiness, metrics));
    return gateway;
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

/** Probes are answered where it serves, load balancers ask where they send to. */
function probedFirst(probes: Probes, { handler }: HttpResponder): RequestListener {
  return (request, response) => {
    if (!probes.take(request, response)) handler(request, response);
  };
}

/** Whom TLS has authenticated, by the subject of his certificate. */
function clientOf({ socket }: IncomingMessage | Http2ServerRequest): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const certificate = socket.getPeerX509Certificate();
  return certificate && Certificate.read(certificate.raw, DEFAULT_LIMITS, 'message').subject.toString();
}
