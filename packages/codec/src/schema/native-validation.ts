/** What libxmljs2 is asked for in validation, and what has to be minded when it is asked. */
import { createRequire } from 'node:module';
import { Fault, invariant } from '@parley/core';

/** One error of libxml2's validator. */
export interface NativeFinding {
  readonly message: string;
  /** libxml2's number of the error (`XML_SCHEMAV_…`). */
  readonly code: number;
  readonly domain: number;
  /** 1 is a warning. */
  readonly level: number;
  /** From 1; 65535 and above is not exact. */
  readonly line: number;
  /** What the message quotes first; for errors about a value, the value. */
  readonly str1?: string;
}

// The parts of libxmljs2 in use, said here because it is an optional dependency, types included.
interface NativeDocument {
  /** Compiles the schema, every time: libxmljs2 has no way to keep a compiled one. */
  validate(schema: NativeDocument): boolean;
  readonly validationErrors: readonly NativeFinding[];
}
interface Native {
  parseXml(source: string | Uint8Array, options: Readonly<Record<string, boolean | string>>): NativeDocument;
  readonly features: Readonly<Record<string, boolean>>;
}

// safety: no network, no entities, no DTD; our own limits have passed already, so libxml2's need not speak.
// CDATA as text, because libxml2 takes white space in CDATA for content.
const PARSE_OPTIONS = {
  nonet: true,
  noent: false,
  dtdload: false,
  huge: true,
  nocdata: true,
  encoding: 'UTF-8',
} as const;

/** That an import was skipped because its namespace is there already: exactly what a set is made for. */
const SKIPPED_IMPORT = 3083;
const FROM_SCHEMA_PARSER = 16;
const WARNING = 1;

let loaded: Native | undefined;

/**
 * The errors of `document`, which our scanner has accepted, against the schema `driver`.
 * @throws Fault `caller.libxml-unavailable`, `caller.schema-invalid`, `peer.xml-malformed` with reason `readers-differ`
 */
export function nativeFindings(document: Uint8Array, driver: string): readonly NativeFinding[] {
  loaded ??= load();
  const parsed = parse(loaded, document);
  const isValid = validate(loaded, parsed, driver);
  const errors = parsed.validationErrors;
  // A file that is missing is only a warning to libxml2, and everything of its namespace would pass.
  const schemaTrouble = errors.find((error) => error.domain === FROM_SCHEMA_PARSER && error.code !== SKIPPED_IMPORT);
  if (schemaTrouble !== undefined) throw new Fault('caller.schema-invalid', { reason: schemaTrouble.message.trim() });
  const findings = errors.filter((error) => error.level > WARNING);
  invariant(isValid === (findings.length === 0), 'libxml2 says why a document is not valid');
  return findings;
}

function load(): Native {
  let native: Native;
  try {
    native = createRequire(import.meta.url)('libxmljs2') as Native;
  } catch {
    throw unavailable('libxmljs2 is not installed or not compiled here');
  }
  // safety: a libxml2 that can fetch must not be given schemas.
  if (native.features['HTTP'] !== false || native.features['FTP'] !== false) {
    throw unavailable('this libxml2 has network access built in');
  }
  return native;
}

function unavailable(reason: string): Fault {
  return new Fault('caller.libxml-unavailable', { reason, remedy: 'install libxmljs2 0.35.0 where it can compile' });
}

function parse(native: Native, document: Uint8Array): NativeDocument {
  try {
    return native.parseXml(document, PARSE_OPTIONS);
  } catch {
    throw new Fault('peer.xml-malformed', { offset: 0, reason: 'readers-differ' });
  }
}

function validate(native: Native, document: NativeDocument, driver: string): boolean {
  try {
    return document.validate(native.parseXml(driver, PARSE_OPTIONS));
  } catch (error) {
    // safety: when a schema does not compile, libxmljs2 leaves libxml2's error handler pointing into a stack frame that is
    // gone. Parsing anything takes it back.
    native.parseXml('<reset/>', PARSE_OPTIONS);
    throw new Fault('caller.schema-invalid', { reason: error instanceof Error ? error.message : String(error) });
  }
}
