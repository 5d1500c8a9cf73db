/** A file in YAML (and so in JSON), read and checked by a schema: what does not fit is named by its line and its place. */
import path from 'node:path';
import { Fault } from '@parley/core';
import { anything, callback, called, nearestName, readable, requireKind, TEXT } from '@parley/core/internal';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Document } from 'yaml';
import { LineCounter, parseDocument } from 'yaml';

/** A JSON Schema (2020-12). */
export type Schema = Readonly<Record<string, unknown>>;

const SCHEMA = readable<Schema>();
const CHANGE = callback<(value: unknown) => void>();

const compiled = new WeakMap<Schema, ValidateFunction>();

/** Compiled once, when it is first needed. */
function validatorOf(schema: Schema): ValidateFunction {
  const options = { allErrors: true, discriminator: true, strict: false, verbose: true };
  const validator = compiled.get(schema) ?? compiledBy(new Ajv2020(options), schema);
  compiled.set(schema, validator);
  return validator;
}

function compiledBy(ajv: Ajv2020, schema: Schema): ValidateFunction {
  try {
    return ajv.compile(schema);
  } catch (error) {
    throw new Fault('caller.option-invalid', { option: 'schema', reason: 'none that can be compiled' }, error);
  }
}

/**
 * What `text`, the content of the file called `name`, says; `change` may replace parts of it before it is checked. `T` is what the
 * schema describes.
 * @throws Fault `caller.option-invalid` with `file`, `line`, `place` and `reason` of the first thing that is wrong, and how many there are
 */
export function readDocument<T>(
  text: string,
  name: string,
  schema: Schema,
  change: (value: unknown) => void = () => undefined,
): T {
  requireKind(TEXT, text, 'text');
  requireKind(TEXT, name, 'name');
  requireKind(SCHEMA, schema, 'schema');
  requireKind(CHANGE, change, 'change');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const [broken] = [...document.errors, ...document.warnings];
  if (broken !== undefined)
    throw wrong(name, lines.linePos(broken.pos[0]).line, '', `it is no YAML: ${broken.message}`, 1);
  const value = contentOf(document, name);
  called('change', anything(), () => change(value));
  const errors = errorsOf(value, schema);
  const first = toldFirst(errors);
  if (first === undefined) return value as T;
  const place = placeOf(first);
  throw wrong(name, lineOf(document, lines, place), `/${place.join('/')}`, reasonOf(first), errors.length);
}

/** `value`, an object of the caller's own, checked by `schema`. @throws Fault `caller.option-invalid` with `place` and `reason` */
export function requireSchema(value: unknown, schema: Schema, option: string): void {
  requireKind(readable(), value, option);
  const [first] = called(option, anything<readonly ErrorObject[]>(), () => errorsOf(value, schema));
  if (first === undefined) return;
  const place = placeOf(first);
  throw new Fault('caller.option-invalid', { option: [option, ...place].join('.'), reason: reasonOf(first) });
}

function errorsOf(value: unknown, schema: Schema): readonly ErrorObject[] {
  const validate = validatorOf(schema);
  return validate(value) ? [] : (validate.errors ?? []);
}

/** A setting that is missing is mostly there under a name that is none: that is told before, if it is of the same part. */
function toldFirst(errors: readonly ErrorObject[]): ErrorObject | undefined {
  const [first] = errors;
  if (first?.keyword !== 'required') return first;
  const isUnknownBesides = ({ keyword, instancePath, schemaPath }: ErrorObject): boolean =>
    keyword === 'additionalProperties' &&
    instancePath === first.instancePath &&
    path.posix.dirname(schemaPath) === path.posix.dirname(first.schemaPath);
  return errors.find(isUnknownBesides) ?? first;
}

/** What a document says. Aliases are followed only here: to nothing, or to more than is bearable, they are a mistake of the file. */
function contentOf(document: Document, name: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw wrong(name, 1, '', error instanceof Error ? error.message : 'unreadable', 1);
  }
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

type Said = (params: Readonly<Record<string, unknown>>, error: ErrorObject) => string | undefined;

/** What is wrong, by the keyword of the schema that does not hold. */
const REASONS: Readonly<Record<string, Said>> = {
  additionalProperties: ({ additionalProperty: name }, { parentSchema }) =>
    `there is no such setting${meant(name, Object.keys((parentSchema?.['properties'] as object | undefined) ?? {}))}`,
  enum: ({ allowedValues: names }, { data }) =>
    `must be one of ${(names as readonly unknown[]).join(', ')}${meant(data, names as readonly string[])}`,
  discriminator: () => 'by must be one of those in the guide',
  pattern: (_, { parentSchema }) =>
    typeof parentSchema?.['description'] === 'string' ? `must be ${parentSchema['description']}` : undefined,
  type: ({ type }, { data }) => `must be ${[type].flat().map(inWords).join(' or ')}, and is ${kindOf(data)}`,
  required: ({ missingProperty: name }) => `${String(name)} is missing`,
  dependentRequired: ({ missingProperty: name, property }) => `${String(property)} needs ${String(name)} beside it`,
  minimum: ({ limit }, { data }) => `must be at least ${String(limit)}, and is ${String(data)}`,
  maximum: ({ limit }, { data }) => `must be at most ${String(limit)}, and is ${String(data)}`,
  minLength: ({ limit }) => `must have at least ${String(limit)} characters`,
  maxLength: ({ limit }) => `must have at most ${String(limit)} characters`,
  minItems: ({ limit }) => `must have at least ${String(limit)} entries`,
  maxItems: ({ limit }) => `must have at most ${String(limit)} entries`,
  minProperties: ({ limit }) => `must have at least ${String(limit)} settings`,
};

function reasonOf(error: ErrorObject): string {
  const { keyword, params, message = 'does not fit' } = error;
  return REASONS[keyword]?.(params as Readonly<Record<string, unknown>>, error) ?? message;
}

/** The nearest right name, if there is one. */
function meant(given: unknown, names: readonly string[]): string {
  const nearest = typeof given === 'string' ? nearestName(given, names) : undefined;
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}

const IN_WORDS: Readonly<Record<string, string>> = {
  object: 'a group of settings',
  array: 'a list',
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'nothing',
};

function inWords(type: unknown): string {
  return IN_WORDS[String(type)] ?? String(type);
}

/** safety: of what was given only its kind, for it may be a password in the wrong place. */
function kindOf(data: unknown): string {
  if (data === null || data === undefined) return 'nothing';
  return inWords(Array.isArray(data) ? 'array' : typeof data);
}

/** Something about the file `file` that is wrong; without a line where several places do not fit together. */
export function wrong(file: string, line: number | undefined, place: string, reason: string, findings: number): Fault {
  const where = line === undefined ? { file } : { file, line };
  return new Fault('caller.option-invalid', { option: 'configuration', ...where, place, reason, findings });
}
