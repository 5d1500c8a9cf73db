/** The schema of configuration files (JSON Schema 2020-12 as far as editors and Ajv share it). */
import { PEER_NAMES } from '@parley/conversation';
import { SUITE_NAMES } from '@parley/core';

const file = { type: 'string', minLength: 1 } as const;
const url = { type: 'string', pattern: '^https?://[^\\s]+$', description: 'an address of http or https' } as const;
const node = {
  type: 'string',
  pattern: '^http://[^\\s/]+/?$',
  description: 'an address of http, without a path',
} as const;
const milliseconds = { type: 'integer', minimum: 0, maximum: 2 ** 31 - 1 } as const;
const count = { type: 'integer', minimum: 1 } as const;
const oneOf = (...values: readonly string[]) => ({ type: 'string', enum: values }) as const;

type Properties = Readonly<Record<string, object>>;

/** An object with these properties and no others. */
function exactly(required: Properties, optional: Properties = {}) {
  const properties = { ...required, ...optional };
  return { type: 'object', properties, required: Object.keys(required), additionalProperties: false } as const;
}

/** One way to begin. */
function by(name: string, required: Properties = {}, optional: Properties = {}) {
  return exactly({ by: { const: name }, ...required }, optional);
}

function anyOf(...kinds: readonly object[]) {
  return { type: 'object', discriminator: { propertyName: 'by' }, required: ['by'], oneOf: kinds } as const;
}

const key = { certificate: file, key: file };
const user = { username: { type: 'string', minLength: 1 }, password: file };

const peer = {
  peer: oneOf(...PEER_NAMES),
  suite: oneOf(...SUITE_NAMES),
  binding: oneOf('symmetric', 'transport'),
  encrypt: oneOf('none', 'body', 'body-and-signature'),
  order: oneOf('sign-then-encrypt', 'encrypt-then-sign'),
  keys: oneOf('explicit', 'implied', 'direct'),
  confirm: { type: 'boolean' },
  clockSkewMs: milliseconds,
  timestampAgeMaxMs: milliseconds,
};

const listener = exactly({ port: { type: 'integer', minimum: 0, maximum: 65_535 } }, { host: { type: 'string' } });

const path = { type: 'string', pattern: '^/[^?#]*$', description: 'a path that begins with /' } as const;

const secured = exactly(
  {
    path,
    upstream: url,
    begin: anyOf(
      by('username-over-tls', { users: file }),
      by('client-certificate'),
      by('symmetric-x509', key, { users: file, endorsers: file }),
      by('asymmetric-x509', { ...key, trust: file }, { known: file }),
    ),
  },
  {
    ...peer,
    upstreamTimeoutMs: milliseconds,
    unproven: oneOf('refuse', 'same-principal'),
    contextLifetimeMs: milliseconds,
    contextLifetimeMinMs: milliseconds,
    renewGraceMs: milliseconds,
  },
);

/** Of one plain endpoint. */
export const PLAIN_SCHEMA: Readonly<Record<string, unknown>> = exactly(
  {
    path,
    service: url,
    begin: anyOf(
      by('username-over-tls', user),
      by('client-certificate'),
      by('symmetric-x509', { service: file }, { ...user, ...key }),
      by('asymmetric-x509', { ...key, service: file, trust: file }),
    ),
  },
  {
    ...peer,
    soap: oneOf('1.1', '1.2'),
    version: oneOf('200512', '200502'),
    answerTimeoutMs: milliseconds,
    tls: exactly({}, { trust: file, ...key }),
  },
);

/** What keeps services of one server apart: good for a schema of PostgreSQL. */
export const SERVER_NAME = '^[a-z_][a-z0-9_]{0,40}$';

export const CONFIGURATION_SCHEMA: Readonly<Record<string, unknown>> = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Parley gateway',
  ...exactly(
    { listen: listener },
    {
      tls: exactly(key, { clients: file }),
      contexts: exactly(
        { key: file },
        {
          tokens: exactly(
            { revocations: oneOf('shared', 'none') },
            { stateBytesMax: { type: 'integer', minimum: 256 }, contextsMax: count },
          ),
          folder: file,
          server: {
            type: 'string',
            pattern: '^(rediss?|postgres(ql)?)://',
            description: 'an address that begins with redis://, rediss://, postgres:// or postgresql://',
          },
          password: file,
          name: { type: 'string', pattern: SERVER_NAME },
          olderKeys: { type: 'array', items: file },
          keyService: { type: 'string', pattern: '^pkcs11:', description: 'an address that begins with pkcs11:' },
          witness: file,
        },
      ),
      replays: exactly(
        {},
        {
          folder: file,
          entriesMax: count,
          nodes: { type: 'object', additionalProperties: node, minProperties: 2 },
          self: { type: 'string', minLength: 1 },
          listen: listener,
        },
      ),
      workers: { type: 'integer', minimum: 0, maximum: 256 },
      reloadMs: { ...milliseconds, minimum: 10 },
      limits: exactly(
        {},
        {
          bodyBytesMax: count,
          bodyTimeoutMs: count,
          incompleteBytesMax: count,
          requestsMax: count,
          handshakesMax: count,
        },
      ),
      proxies: { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1 },
      throttles: exactly(
        {},
        {
          requestsPerPrincipalPerMinute: count,
          requestsPerPrincipalMax: count,
          messagesPerPrincipalPerMinute: count,
          messagesPerPrincipalMax: count,
          bootstrapsPerAddressPerMinute: count,
          bootstrapsPerAddressMax: count,
          loginFailuresMax: { type: 'integer', minimum: 0 },
          loginBackOffMs: count,
        },
      ),
      operations: exactly({}, { listen: listener, socket: file, tracing: { type: 'boolean' } }),
      drainDelayMs: milliseconds,
      secured: { type: 'array', items: secured },
      plain: { type: 'array', items: PLAIN_SCHEMA },
    },
  ),
};
