/** The schemas of the WS-* specifications, from the folder `schemas` of this package (sources and licences: README there). */
import { fileURLToPath } from 'node:url';
import { oneOf, requireKind } from '@parley/core/internal';
import { SchemaSet } from './schema-set.ts';

// Leaves first: a file stands after those that it imports.
const MESSAGES = [
  'xml',
  'xop-include',
  'exc-c14n',
  'xmldsig-core-schema',
  'xmldsig11-schema',
  'xenc-schema',
  'xenc-schema-11',
  'soap-1.1',
  'soap-1.2',
  'oasis-200401-wss-wssecurity-utility-1.0',
  'oasis-200401-wss-wssecurity-secext-1.0',
  'oasis-wss-wssecurity-secext-1.1',
  'ws-addr200408',
  'ws-addr200508',
  'ws-policy-200409',
  'ws-secureconversation-200502',
  'ws-secureconversation-1.3',
  'ws-trust-1.3',
  'ws-trust-1.4',
  'wsrm-1.0',
  'wsrm-1.1',
];

/**
 * `messages` describes whole messages of both generations: SOAP, security header, conversation, trust, addressing,
 * reliable messaging. `policies` adds WS-SecurityPolicy in its corrected editions, `policies-first-edition` in its first
 * ones, which have the same namespaces.
 */
export type WsSchemas = 'messages' | 'policies' | 'policies-first-edition';

const FILES: Readonly<Record<WsSchemas, readonly string[]>> = {
  messages: MESSAGES,
  policies: [...MESSAGES, 'ws-securitypolicy-200507', 'ws-securitypolicy-1.2-errata-cd-01', 'ws-securitypolicy-200802'],
  'policies-first-edition': [...MESSAGES, 'ws-securitypolicy-200507', 'ws-securitypolicy-1.2', 'ws-securitypolicy-1.3'],
};

/** The names of all bundled sets. */
export const WS_SCHEMAS: readonly WsSchemas[] = Object.keys(FILES) as WsSchemas[];

const NAME = oneOf(WS_SCHEMAS);

const sets = new Map<WsSchemas, SchemaSet>();

/** A bundled set; its files are read and checked once. */
export function wsSchemas(name: WsSchemas): SchemaSet {
  requireKind(NAME, name, 'name');
  let set = sets.get(name);
  if (set === undefined) {
    set = new SchemaSet(wsSchemaFiles(name));
    sets.set(name, set);
  }
  return set;
}

/** The files of a bundled set, to which a caller may append own ones: `new SchemaSet([...wsSchemaFiles('messages'), own])`. */
export function wsSchemaFiles(name: WsSchemas): readonly string[] {
  requireKind(NAME, name, 'name');
  return FILES[name].map((file) => fileURLToPath(new URL(`../../schemas/${file}.xsd`, import.meta.url)));
}
