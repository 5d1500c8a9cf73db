import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { usernameOverTls } from '@parley/conversation';
import { Secret } from '@parley/core';
import type { Gateway, GatewayConfiguration, PlainEndpoint } from '@parley/gateway';
import {
  askGateway,
  CONFIGURATION_SCHEMA,
  connectionOf,
  Egress,
  Files,
  readConfiguration,
  readDocument,
  startGateway,
  Users,
  userLine,
} from '@parley/gateway';
import { prometheusMeter } from '@parley/prometheus';
import { Registry } from 'prom-client';
import { ROOT } from '../engine/support/sample-keys.ts';
import { type Door, door } from './door.ts';

type Given<Call extends (...given: never[]) => unknown> = Parameters<Call>;

const folder = mkdtempSync(path.join(tmpdir(), 'parley-doors-gateway-'));
const pem = (name: string, text: string): string => {
  writeFileSync(path.join(folder, name), text);
  return name;
};
const certificate = pem(
  'root.pem',
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(ROOT.der).toString('base64')}\n-----END CERTIFICATE-----\n`,
);
const password = pem('password.txt', 'correct horse');
const octets = new TextEncoder().encode('correct horse');
const bootstrap = usernameOverTls.initiator({ username: 'alice', password: Secret.copyOf(octets) });
const files = (): Files => new Files(folder);
const line = await userLine('alice', octets);
const users = pem('users', `${line}\n`);
const endpoint = {
  path: '/orders',
  service: 'https://service.example/',
  begin: { by: 'username-over-tls', username: 'alice', password },
  soap: '1.2',
  version: '200512',
  answerTimeoutMs: 1000,
} as const satisfies PlainEndpoint;
const configuration = {
  listen: { port: 0, host: '127.0.0.1' },
  reloadMs: 1000,
  limits: { requestsMax: 10 },
  secured: [{ path: '/orders', upstream: 'http://127.0.0.1:1/', begin: { by: 'username-over-tls', users } }],
  plain: [],
} as const satisfies GatewayConfiguration;
const text = JSON.stringify({ ...configuration, tls: { certificate, key: 'root.key' } });

export const GATEWAY_DOORS: Readonly<Record<string, Door>> = {
  'gateway.askGateway': door(
    async (...given: Given<typeof askGateway>) => {
      for await (const _ of askGateway(...given));
    },
    [path.join(folder, 'parley.sock'), 'show', 'urn:uuid:1'],
    { kept: ['0'], refused: /^caller\.input-unreadable$/ },
  ),
  'prometheus.prometheusMeter': door((registry: Registry) => prometheusMeter(registry), [new Registry()]),
  'gateway.readConfiguration': door(
    (...given: Given<typeof readConfiguration>) => readConfiguration(...given),
    [text, 'gateway.yaml', { upstream: 'http://127.0.0.1:2/' }],
    { kept: ['1'] },
  ),
  'gateway.readDocument': door(
    (...given: Given<typeof readDocument>) => readDocument(...given),
    [text, 'gateway.yaml', CONFIGURATION_SCHEMA, () => undefined],
    { kept: ['1'], open: ['2'], whole: ['2'] },
  ),
  'gateway.Files': door((name: string) => new Files(name), [folder]),
  'gateway.Files#octets': door((name: string) => files().octets(name), [certificate], { kept: ['0'] }),
  'gateway.Files#text': door((name: string) => files().text(name), [certificate], { kept: ['0'] }),
  'gateway.Files#path': door((name: string) => files().path(name), [certificate]),
  'gateway.Files#certificatesText': door((name: string) => files().certificatesText(name), [certificate], {
    kept: ['0'],
  }),
  'gateway.Files#certificates': door((name: string) => files().certificates(name), [certificate], { kept: ['0'] }),
  'gateway.Files#keyPair': door(
    (...given: Given<Files['keyPair']>) => files().keyPair(...given),
    [certificate, certificate],
    {
      kept: ['0', '1'],
      refused: /^caller\.keys-invalid$/,
    },
  ),
  'gateway.Files#trust': door(
    (...given: Given<Files['trust']>) => files().trust(...given),
    [certificate, certificate],
    {
      kept: ['0', '1'],
    },
  ),
  'gateway.Files#trustOptions': door(
    (...given: Given<Files['trustOptions']>) => files().trustOptions(...given),
    [certificate, certificate],
    { kept: ['0', '1'] },
  ),
  'gateway.userLine': door((...given: Given<typeof userLine>) => userLine(...given), ['alice', octets]),
  'gateway.Users': door((...given: ConstructorParameters<typeof Users>) => new Users(...given), [line, 'users']),
  'gateway.Egress': door(
    (...given: ConstructorParameters<typeof Egress>) => new Egress(...given),
    ['https://service.example/', { bootstrap, version: '200512', answerTimeoutMs: 1000, renew: true }],
    { open: ['1.bootstrap'], whole: ['1.bootstrap'] },
  ),
  'gateway.startGateway': door(
    (...given: Given<typeof startGateway>) => startGateway(...given),
    [
      { folder, configuration },
      {
        onRefused: () => undefined,
        onReloaded: () => undefined,
        telemetry: {},
        metrics: { contentType: '', metrics: async () => '' },
      },
    ],
    // Its schema has no nearest names.
    { whole: ['0.configuration'], kept: ['0.folder'], open: ['1.metrics'], end: (gateway: Gateway) => gateway.close() },
  ),
  'gateway.connectionOf': door((...given: Given<typeof connectionOf>) => connectionOf(...given), [endpoint, folder], {
    whole: ['0'],
    kept: ['1'],
  }),
};

export const GATEWAY_REASONS: Readonly<Record<string, string>> = {
  'cli.main': 'a command line, in test/doors/command-line.test.ts',
};
