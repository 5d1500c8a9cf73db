/** What libxmljs2 is asked for in validation, and what has to be minded when it is asked. */
import { Fault } from '@parley/core';
import { invariant } from '@parley/core/internal';
import type { NativeDocument, NativeError, NativeLibxml } from '../libxml/native.ts';
import { loadNative } from '../libxml/native.ts';

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

/**
 * The errors of `document`, which our scanner has accepted, against the schema `driver`.
 * @throws Fault `caller.libxml-unavailable`, `caller.schema-invalid`, `peer.readers-differ`
 */
export function nativeFindings(document: Uint8Array, driver: string): readonly NativeError[] {
  const native = loadNative();
  const parsed = parse(native, document);
  const isValid = validate(native, parsed, driver);
  const errors = parsed.validationErrors;
  // A file that is missing is only a warning to libxml2, and everything of its namespace would pass.
  const schemaTrouble = errors.find((error) => error.domain === FROM_SCHEMA_PARSER && error.code !== SKIPPED_IMPORT);
  if (schemaTrouble !== undefined) throw new Fault('caller.schema-invalid', { reason: schemaTrouble.message.trim() });
  const findings = errors.filter((error) => error.level > WARNING);
  invariant(isValid === (findings.length === 0), 'libxml2 says why a document is not valid');
  return findings;
}

function parse(native: NativeLibxml, document: Uint8Array): NativeDocument {
  try {
    return native.parseXml(document, PARSE_OPTIONS);
  } catch {
    throw new Fault('peer.readers-differ', { what: 'well-formedness', offset: 0 });
  }
}

function validate(native: NativeLibxml, document: NativeDocument, driver: string): boolean {
  try {
    return document.validate(native.parseXml(driver, PARSE_OPTIONS));
  } catch (error) {
    // safety: when a schema does not compile, libxmljs2 leaves libxml2's error handler pointing into a stack frame that is
    // gone. Parsing anything takes it back.
    native.parseXml('<reset/>', PARSE_OPTIONS);
    throw new Fault('caller.schema-invalid', { reason: error instanceof Error ? error.message : String(error) });
  }
}
