/** A configuration file, read and checked: what does not fit is named by its line and its place. */
import path from 'node:path';
import { Fault } from '@parley/core';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Document } from 'yaml';
import { LineCounter, parseDocument } from 'yaml';
import type { GatewayConfiguration } from './configuration.ts';
import { CONFIGURATION_SCHEMA } from './schema.ts';

/** A checked configuration, and the folder that its files are named from. */
export interface LoadedConfiguration {
  readonly folder: string;
  readonly configuration: GatewayConfiguration;
}

let compiled: ValidateFunction<GatewayConfiguration> | undefined;

/** Compiled once, when it is first needed. */
function validator(): ValidateFunction<GatewayConfiguration> {
  const options = { allErrors: true, discriminator: true, strict: false };
  compiled ??= new Ajv2020(options).compile<GatewayConfiguration>(CONFIGURATION_SCHEMA);
  return compiled;
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
  { upstream, service }: ConfigurationOverrides = {},
): LoadedConfiguration {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const [broken] = [...document.errors, ...document.warnings];
  if (broken !== undefined) throw wrong(name, lines.linePos(broken.pos[0]).line, '', broken.message, 1);
  const value = contentOf(document, name);
  if (upstream !== undefined) override(value, 'secured', 'upstream', upstream);
  if (service !== undefined) override(value, 'plain', 'service', service);
  const validate = validator();
  if (!validate(value)) {
    const errors = validate.errors ?? [];
    const [first] = errors;
    const place = first === undefined ? [] : placeOf(first);
    throw wrong(name, lineOf(document, lines, place), `/${place.join('/')}`, reasonOf(first), errors.length);
  }
  requirePaths(value, name);
  return { folder: path.dirname(path.resolve(name)), configuration: value };
}

/** What a document says. Aliases are followed only here: to nothing, or to more than is bearable, they are a mistake of the file. */
function contentOf(document: Document, name: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw wrong(name, 1, '', error instanceof Error ? error.message : 'unreadable', 1);
  }
}

function override(value: unknown, list: 'secured' | 'plain', member: string, url: string): void {
  const endpoints = (value as Record<string, unknown> | null)?.[list];
  if (!Array.isArray(endpoints) || endpoints.length !== 1)
    throw new Fault('caller.option-invalid', { option: member, reason: `the file has not one endpoint under ${list}` });
  (endpoints[0] as Record<string, unknown>)[member] = url;
}

function placeOf({ instancePath, params }: ErrorObject): readonly string[] {
  const place = instancePath.split('/').slice(1);
  const { additionalProperty } = params as { additionalProperty?: string };
  return additionalProperty === undefined ? place : [...place, additionalProperty];
}

/** Where the innermost part of `place` stands that is there. */
function lineOf(document: Document, lines: LineCounter, place: readonly string[]): number {
  for (let length = place.length; length >= 0; length--) {
    const node = document.getIn(
      place.slice(0, length).map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
      true,
    ) as { range?: readonly [number, number, number] } | undefined;
    if (node?.range != null) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function reasonOf(error: ErrorObject | undefined): string {
  const { keyword, message = 'does not fit', params } = error ?? { keyword: '', params: {} };
  if (keyword === 'additionalProperties') return 'there is no such setting';
  if (keyword === 'enum') return `must be one of ${(params as { allowedValues: string[] }).allowedValues.join(', ')}`;
  if (keyword === 'discriminator') return 'by must be one of those in the guide';
  return message;
}

function requirePaths({ secured = [], plain = [] }: GatewayConfiguration, name: string): void {
  const paths = [...secured, ...plain].map(({ path: each }) => each);
  if (paths.length === 0) throw wrong(name, 1, '/', 'there is no endpoint: neither secured nor plain', 1);
  const twice = paths.find((each, index) => paths.indexOf(each) !== index);
  if (twice !== undefined) throw wrong(name, 1, '/', `two endpoints have the path ${twice}`, 1);
}

function wrong(file: string, line: number, place: string, reason: string, findings: number): Fault {
  return new Fault('caller.option-invalid', { option: 'configuration', file, line, place, reason, findings });
}
