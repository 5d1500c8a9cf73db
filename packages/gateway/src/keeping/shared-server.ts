/** Servers that nodes share: contexts and replays in Redis or PostgreSQL, by their address. */
import type { ContextStoreOptions, ReplayCache, SealedContextStore } from '@parley/conversation';
import { Fault } from '@parley/core';
import type { KeyEncryptionKey, RollbackWitness } from '@parley/sealing';
import { installed } from './installed.ts';

export interface SharedContexts extends ContextStoreOptions {
  readonly keyEncryptionKey: KeyEncryptionKey;
  readonly olderKeyEncryptionKeys?: readonly KeyEncryptionKey[] | undefined;
  readonly witness?: RollbackWitness | undefined;
}

/** A server that is connected. */
export interface SharedServer {
  /** @throws Fault (rejects) as the store */
  contexts(options: SharedContexts): Promise<SealedContextStore>;
  replays(entriesMax: number | undefined): ReplayCache;
  /** Whether what is over is only removed by who asks for it. */
  readonly needsPruning: boolean;
  close(): Promise<void>;
}

export interface ServerAddress {
  /** `redis:`, `rediss:`, `postgres:` or `postgresql:`, as their clients take it. */
  readonly url: string;
  readonly password?: string | undefined;
  /** Keeps services of one server apart: the schema in PostgreSQL, what keys begin with in Redis. */
  readonly name?: string | undefined;
}

/** How each scheme is connected to. */
const SCHEMES: Readonly<Record<string, (url: URL, name: string) => Promise<SharedServer>>> = {
  'redis:': redisServer,
  'rediss:': redisServer,
  'postgres:': postgresServer,
  'postgresql:': postgresServer,
};

const NAME = 'parley';
const CONNECT_WITHIN_MS = 5000;
const RECONNECT_MAX_MS = 1000;
const POOL_MAX = 10;

/**
 * Connects to the server that `address` names; `option` is whose address it is.
 * @throws Fault (rejects) `caller.option-invalid` no such address, or a client that is not installed; `internal.store-unavailable`
 */
export async function openServer({ url, password, name = NAME }: ServerAddress, option: string): Promise<SharedServer> {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const open = parsed && SCHEMES[parsed.protocol];
  if (parsed === undefined || open === undefined)
    throw new Fault('caller.option-invalid', {
      option,
      reason: `an address begins with ${Object.keys(SCHEMES).join('//, ')}//`,
    });
  if (password !== undefined) parsed.password = encodeURIComponent(password);
  return await open(parsed, name);
}

/** Whether `text` is an address, and not a folder. */
export function isServerAddress(text: string): boolean {
  return Object.keys(SCHEMES).some((scheme) => text.startsWith(`${scheme}//`));
}

async function redisServer(url: URL, name: string): Promise<SharedServer> {
  const [{ createClient }, { openRedisContextStore, RedisReplayCache }] = await installed(
    async () => await Promise.all([import('@redis/client'), import('@parley/redis')]),
    ['@redis/client'],
    url.protocol,
  );
  let isThere = false;
  const client = createClient({
    url: url.href,
    socket: {
      connectTimeout: CONNECT_WITHIN_MS,
      // Who begins without its server does not begin; an outage later is outlived.
      reconnectStrategy: (tries, cause) => (isThere ? Math.min(50 * tries, RECONNECT_MAX_MS) : cause),
    },
  });
  client.on('error', () => undefined);
  await client.connect().catch((error: unknown) => {
    throw away(url, error);
  });
  isThere = true;
  const prefix = `${name}:`;
  return {
    contexts: async (options) => await openRedisContextStore({ ...options, client, prefix }),
    replays: (entriesMax) => new RedisReplayCache({ client, prefix, entriesMax }),
    needsPruning: false,
    close: async () => client.destroy(),
  };
}

async function postgresServer(url: URL, name: string): Promise<SharedServer> {
  const [{ default: pg }, { openPostgresContextStore, PostgresReplayCache }] = await installed(
    async () => await Promise.all([import('pg'), import('@parley/postgres')]),
    ['pg'],
    url.protocol,
  );
  const pool = new pg.Pool({ connectionString: url.href, max: POOL_MAX, connectionTimeoutMillis: CONNECT_WITHIN_MS });
  pool.on('error', () => undefined);
  try {
    await pool.query('select 1');
  } catch (error) {
    await pool.end();
    throw away(url, error);
  }
  return {
    contexts: async (options) => await openPostgresContextStore({ ...options, pool, schema: name }),
    replays: (entriesMax) => new PostgresReplayCache({ pool, schema: name, entriesMax }),
    needsPruning: true,
    close: async () => await pool.end(),
  };
}

/** safety: of the address, where it is; a password may be in it. */
function away({ protocol, host }: URL, error: unknown): Fault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'connection';
  return new Fault('internal.store-unavailable', { server: `${protocol}//${host}`, reason: code });
}
