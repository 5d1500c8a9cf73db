/** A configuration file, read and checked. */
import path from 'node:path';
import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { optional, requireKind, shapeOf, TEXT } from '@parley/core/internal';
import type { GatewayConfiguration } from './configuration.ts';
import { isNetwork } from './network.ts';
import { misplaced } from './places.ts';
import { readDocument, wrong } from './read-document.ts';
import { CONFIGURATION_SCHEMA } from './schema.ts';

/** A checked configuration, and the folder that its files are named from. */
export interface LoadedConfiguration {
  readonly folder: string;
  readonly configuration: GatewayConfiguration;
}

/** What the command line says instead of the file: the one endpoint's other side. */
export interface ConfigurationOverrides {
  readonly upstream?: string | undefined;
  readonly service?: string | undefined;
}

/**
 * Reads `text`, the YAML of the file called `name`.
 * @throws Fault `caller.option-invalid` with `file`, `line`, `place` and `reason` of the first thing that is wrong, and how many there are
 */
export function readConfiguration(
  text: string,
  name: string,
  overrides: ConfigurationOverrides = {},
): LoadedConfiguration {
  requireKind(OVERRIDES, overrides, 'overrides');
  const { upstream, service } = overrides;
  const configuration = readDocument<GatewayConfiguration>(text, name, CONFIGURATION_SCHEMA, (value) => {
    if (upstream !== undefined) override(value, 'secured', 'upstream', upstream);
    if (service !== undefined) override(value, 'plain', 'service', service);
  });
  requirePaths(configuration, name);
  requireTls(configuration, name);
  const [wrongPlace] = misplaced(configuration);
  if (wrongPlace !== undefined) throw wrong(name, undefined, wrongPlace.place, wrongPlace.reason, 1);
  for (const [index, proxy] of (configuration.proxies ?? []).entries())
    if (!isNetwork(proxy))
      throw wrong(name, undefined, `/proxies/${index}`, `${proxy} is no address, and no network as 10.0.0.0/8`, 1);
  return { folder: path.dirname(path.resolve(name)), configuration };
}

const OVERRIDES: Kind<ConfigurationOverrides> = shapeOf<ConfigurationOverrides>({
  upstream: optional(TEXT),
  service: optional(TEXT),
});

function override(value: unknown, list: 'secured' | 'plain', member: string, url: string): void {
  const endpoints = (value as Record<string, unknown> | null)?.[list];
  if (!Array.isArray(endpoints) || endpoints.length !== 1)
    throw new Fault('caller.option-invalid', { option: member, reason: `the file has not one endpoint under ${list}` });
  (endpoints[0] as Record<string, unknown>)[member] = url;
}

function requirePaths({ secured = [], plain = [] }: GatewayConfiguration, name: string): void {
  const paths = [...secured, ...plain].map(({ path: each }) => each);
  if (paths.length === 0) throw wrong(name, 1, '/', 'there is no endpoint: neither secured nor plain', 1);
  const twice = paths.find((each, index) => paths.indexOf(each) !== index);
  if (twice !== undefined) throw wrong(name, 1, '/', `two endpoints have the path ${twice}`, 1);
}

/** What is proven by TLS cannot be without: every request would be refused. */
function requireTls({ tls, secured = [], plain = [] }: GatewayConfiguration, name: string): void {
  for (const [index, { begin }] of secured.entries()) {
    const place = `/secured/${index}/begin`;
    if (begin.by === 'username-over-tls' && tls === undefined)
      throw wrong(name, undefined, place, 'username-over-tls needs tls: { certificate, key }', 1);
    if (begin.by === 'client-certificate' && tls?.clients === undefined)
      throw wrong(name, undefined, place, 'client-certificate needs tls: { certificate, key, clients }', 1);
  }
  for (const [index, { begin, service }] of plain.entries()) {
    const isByTls = begin.by === 'username-over-tls' || begin.by === 'client-certificate';
    if (isByTls && !service.startsWith('https:'))
      throw wrong(name, undefined, `/plain/${index}/service`, `${begin.by} needs an address of https`, 1);
  }
}
