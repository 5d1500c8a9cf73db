/** The endpoints of a gateway, by path: the same objects for its whole life, with parties that are made anew when files change. */
import type { ContextStore, PoolMaker, ReplayCache } from '@parley/conversation';
import { Responder, systemAmbient } from '@parley/conversation';
import type { Telemetry } from '@parley/core';
import { DEFAULT_LIMITS } from '@parley/core';
import { completeTelemetry, invariant, telemetryAt } from '@parley/core/internal';
import { createPool } from '@parley/engine';
import type { Endpoint, PlainAnswer, PlainRequest } from '@parley/http';
import type { Agent } from 'undici';
import type { GatewayConfiguration, PlainEndpoint, SecuredEndpoint } from '../configuration/configuration.ts';
import type { Files } from '../credentials/pem-files.ts';
import { connectOptions } from '../parties/connection.ts';
import { profileOf } from '../parties/profile.ts';
import { responderBootstrap } from '../parties/responder-bootstrap.ts';
import { Egress } from './egress.ts';
import { serviceAt } from './ingress.ts';

/** What outlives a change of files. */
export interface Lasting {
  readonly store: ContextStore;
  readonly replayCache: ReplayCache;
  /** To plain services. */
  readonly agent: Agent;
  readonly telemetry: Telemetry | undefined;
}

const UPSTREAM_TIMEOUT_MS = 30_000;

/** What is served at each path. */
export class Endpoints {
  readonly byPath: Readonly<Record<string, Endpoint>>;
  readonly #configuration: GatewayConfiguration;
  readonly #lasting: Lasting;
  #responders = new Map<string, Responder>();
  #egresses = new Map<string, Egress>();

  constructor(configuration: GatewayConfiguration, lasting: Lasting) {
    this.#configuration = configuration;
    this.#lasting = lasting;
    const { secured = [], plain = [] } = configuration;
    this.byPath = Object.fromEntries([
      ...secured.map((endpoint) => [endpoint.path, this.#secured(endpoint)]),
      ...plain.map(({ path }) => [path, { plain: (request: PlainRequest) => this.#forwarded(path, request) }]),
    ]);
  }

  /** Reads all files, and then takes them into use, or none of them. @throws Fault what is wrong with one */
  async load(files: Files): Promise<void> {
    const { secured = [], plain = [] } = this.#configuration;
    const responders = await byPath(secured, (endpoint) => this.#responder(endpoint, files));
    const egresses = await byPath(plain, (endpoint) => this.#egress(endpoint, files)).catch((error: unknown) =>
      withoutThem(responders, error),
    );
    const before = [...this.#responders.values(), ...this.#egresses.values()];
    this.#responders = responders;
    this.#egresses = egresses;
    void Promise.allSettled(before.map((party) => party.close()));
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#responders.values(), ...this.#egresses.values()].map((party) => party.close()));
    await this.#lasting.agent.close();
  }

  #secured({ path, upstream, upstreamTimeoutMs = UPSTREAM_TIMEOUT_MS }: SecuredEndpoint): Endpoint {
    const responderOf = (): Responder => partyAt(this.#responders, path);
    const { tracing } = completeTelemetry(this.#lasting.telemetry);
    const bounds = { answerTimeoutMs: upstreamTimeoutMs, answerBytesMax: DEFAULT_LIMITS.messageBytesMax };
    return {
      get responder() {
        return responderOf();
      },
      service: serviceAt({ url: new URL(upstream), dispatcher: this.#lasting.agent, tracing, ...bounds }),
    };
  }

  async #forwarded(path: string, request: PlainRequest): Promise<PlainAnswer> {
    return await partyAt(this.#egresses, path).plain(request);
  }

  async #responder(endpoint: SecuredEndpoint, files: Files): Promise<Responder> {
    const { unproven, contextLifetimeMs, contextLifetimeMinMs, renewGraceMs } = endpoint;
    const { store, replayCache } = this.#lasting;
    const telemetry = telemetryAt(this.#lasting.telemetry, endpoint.path);
    const bootstrap = await responderBootstrap(endpoint.begin, files);
    return new Responder({
      store,
      replayCache,
      ambient: systemAmbient,
      bootstrap,
      profile: profileOf(endpoint),
      pool: this.#pool(endpoint.path),
      telemetry,
      ...this.#configuration.throttles,
      unproven,
      contextLifetimeMs,
      contextLifetimeMinMs,
      renewGraceMs,
    });
  }

  async #egress(endpoint: PlainEndpoint, files: Files): Promise<Egress> {
    const pool = this.#pool(endpoint.path);
    return new Egress(endpoint.service, { ...(await connectOptions(endpoint, files)), ...(pool && { pool }) });
  }

  #pool(path: string): PoolMaker | undefined {
    const { workers = 0 } = this.#configuration;
    const meter = telemetryAt(this.#lasting.telemetry, path)?.meter;
    return workers === 0 ? undefined : (needs) => createPool({ ...needs, workers, meter });
  }
}

function partyAt<Party>(parties: ReadonlyMap<string, Party>, path: string): Party {
  const party = parties.get(path);
  invariant(party !== undefined, 'an endpoint is served once its files are read');
  return party;
}

interface Closable {
  close(): Promise<void>;
}

/** All of them, or none: those that were made before one that cannot be have threads of their own. */
async function byPath<Described extends { readonly path: string }, Party extends Closable>(
  endpoints: readonly Described[],
  make: (endpoint: Described) => Promise<Party>,
): Promise<Map<string, Party>> {
  const parties = new Map<string, Party>();
  try {
    for (const endpoint of endpoints) parties.set(endpoint.path, await make(endpoint));
    return parties;
  } catch (error) {
    return await withoutThem(parties, error);
  }
}

async function withoutThem(parties: ReadonlyMap<string, Closable>, error: unknown): Promise<never> {
  await Promise.allSettled([...parties.values()].map((party) => party.close()));
  throw error;
}
