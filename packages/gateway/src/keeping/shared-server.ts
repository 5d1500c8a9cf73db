/** Servers that nodes share: contexts and replays in Redis or PostgreSQL, by their address. */
import type { ContextStoreOptions, ReplayCache, SealedContextStore } from '@parley/conversation';
import { Fault } from '@parley/core';
import { connectionReason } from '@parley/core/internal';
import type { KeyEncryptionKey, RollbackWitness } from '@parley/sealing';
import { SERVER_NAME } from '../configuration/schema.ts';
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
  /** Keeps services of one server apart: the schema in PostgreSQL, what keys begin with in Redis. As `SERVER_NAME` has it. */
  readonly name?: string | undefined;
}

/** How each scheme is connected to. */
const SCHEMES: Readonly<Record<string, (url: URL, name: string, option: string) => Promise<SharedServer>>> = {
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
      reason: `an address begins with ${Object.keys(SCHEMES).join('//, ')}//; in its password all but letters and digits are percent-encoded`,
    });
  if (!new RegExp(SERVER_NAME).test(name))
    throw new Fault('caller.option-invalid', { option, reason: `a name matches ${SERVER_NAME}` });
  if (parsed.protocol.startsWith('redis') && !isRedisPlace(parsed))
    throw new Fault('caller.option-invalid', {
      option,
      reason:
        'behind the host of Redis stands the number of a database, as /0, and for parley contexts ?name=; no other setting',
    });
  if (password !== undefined) parsed.password = encodeURIComponent(password);
  return await open(parsed, name, option);
}

/** safety: what its client would pass over in silence leads to another place than was meant. */
function isRedisPlace({ pathname, search, hash }: URL): boolean {
  return /^(\/\d*)?$/.test(pathname) && search === '' && hash === '';
}

async function redisServer(url: URL, name: string, option: string): Promise<SharedServer> {
  const [{ createClient }, { openRedisContextStore, RedisReplayCache }] = await installed(
    async () => await Promise.all([import('@redis/client'), import('@parley/redis')]),
    ['@redis/client'],
    option,
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
  // The client would wait for ever for the greeting of a server that says nothing.
  const late = setTimeout(() => client.destroy(), CONNECT_WITHIN_MS);
  await client
    .connect()
    .catch((error: unknown) => {
      throw away(url, error);
    })
    .finally(() => clearTimeout(late));
  isThere = true;
  const prefix = `${name}:`;
  return {
    contexts: async (options) => await openRedisContextStore({ ...options, client, prefix }),
    replays: (entriesMax) => new RedisReplayCache({ client, prefix, entriesMax }),
    needsPruning: false,
    close: async () => client.destroy(),
  };
}

async function postgresServer(url: URL, name: string, option: string): Promise<SharedServer> {
  const [{ default: pg }, { openPostgresContextStore, PostgresReplayCache }] = await installed(
    async () => await Promise.all([import('pg'), import('@parley/postgres')]),
    ['pg'],
    option,
  );
  const pool = new pg.Pool({ connectionString: url.href, max: POOL_MAX, connectionTimeoutMillis: CONNECT_WITHIN_MS });
  pool.on('error', () => undefined);
  try {
    await pool.query('select 1');
  } catch (error) {
    await pool.end();
    throw unreadable(option, error) ?? away(url, error);
  }
  return {
    contexts: async (options) => await openPostgresContextStore({ ...options, pool, schema: name }),
    replays: (entriesMax) => new PostgresReplayCache({ pool, schema: name, entriesMax }),
    needsPruning: true,
    close: async () => await pool.end(),
  };
}

/** A file that the address names, of a certificate or a key. */
function unreadable(option: string, error: unknown): Fault | undefined {
  if (!(error instanceof Error && 'syscall' in error && error.syscall === 'open')) return undefined;
  const { code = '', path = '' } = error as NodeJS.ErrnoException;
  return new Fault('caller.option-invalid', { option, path, reason: `${code}: a file that it names cannot be read` });
}

/** What the codes mean that servers refuse a connection with. */
const REFUSALS: Readonly<Record<string, string>> = {
  ERR: 'it knows no such database or command',
  NOAUTH: 'it wants a password',
  WRONGPASS: 'another user or password',
  '28P01': 'another user or password',
  '28000': 'this user may not connect',
  '3D000': 'there is no such database',
};

/** safety: of the address, where it is; a password may be in it. */
function away({ protocol, host }: URL, error: unknown): Fault {
  const code = refusalOf(error);
  const meaning = code === undefined ? undefined : REFUSALS[code];
  const known = silenceOf(protocol, connectionReason(error)) ?? 'what is there does not speak as such a server does';
  const reason = code === undefined ? known : meaning === undefined ? code : `${code}: ${meaning}`;
  return new Fault('internal.store-unavailable', { server: `${protocol}//${host}`, reason });
}

/** A server of Redis that has no TLS waits for more when it is greeted in it, and says nothing. */
function silenceOf(protocol: string, reason: string | undefined): string | undefined {
  const isSilent = protocol === 'rediss:' && reason?.startsWith('ETIMEDOUT') === true;
  return isSilent ? `${reason}; perhaps the other side speaks no TLS` : reason;
}

/** What the server refused with: a SQLSTATE of PostgreSQL; Redis begins with one, and its client wraps it. */
function refusalOf(error: unknown): string | undefined {
  const cause = error instanceof Error && 'originalError' in error ? error.originalError : error;
  if (!(cause instanceof Error)) return undefined;
  if ('code' in cause) return /^(?=.*\d)[0-9A-Z]{5}$/.exec(String(cause.code))?.[0];
  return /^[A-Z]+(?= )/.exec(cause.message)?.[0];
}
