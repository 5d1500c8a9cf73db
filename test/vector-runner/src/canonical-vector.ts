/**
 * c14n: the six algorithms, of a document or of one element. Documents with a DTD are refused, and so is a node-set that
 * only an XPath transform can make.
 */
import {
  canonicalise,
  canonicaliseDocument,
  localNameOf,
  namespaceUriOf,
  OctetSink,
  readDocument,
  scan,
  Tape,
} from '@parley/codec';
import { uriOfPrefix } from '@parley/codec/internal';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import { canonicalMethod } from './canonical-method.ts';
import { caseOf } from './case-file.ts';
import { findElement, octetsOf, scanned, unqualifiedId } from './document.ts';
import type { JsonRecord } from './json-record.ts';
import { outputFileOf, requiredText, textField, textListField, UnreadableVector } from './json-record.ts';
import type { SuiteFolder } from './suite-folder.ts';
import type { Verdict } from './verdict.ts';
import { compareOctets, mismatch, outOfScope, refused } from './verdict.ts';
import { openWithXPath } from './xpath-message.ts';

/** Two documents are in ISO-8859-1. */
const NEEDS_LIBXML = 'an encoding for which libxmljs2 has to be installed';

/** Runs one canonicalization vector. @throws UnreadableVector */
export function runCanonicalVector(suite: SuiteFolder, vector: JsonRecord): Verdict {
  if (textField(vector, 'strictProfile') === 'reject') return judgeRefused(suite, vector);
  const method = canonicalMethod(requiredText(vector, 'algorithm'));
  if (method === undefined) return outOfScope('an algorithm that is none of the six');
  const { input, expected, fields } = inputOf(suite, vector);
  const tape = new Tape();
  try {
    readDocument(input, DEFAULT_LIMITS, tape, 'auto', { processingInstructions: 'keep' });
  } catch (error) {
    if (error instanceof Fault && error.code === 'caller.libxml-unavailable') return outOfScope(NEEDS_LIBXML);
    throw error;
  }
  const options = { ...method, inclusivePrefixes: textListField(fields, 'inclusivePrefixes') };
  const sink = new OctetSink();
  const apex = apexOf(suite, vector, fields, tape);
  if (apex === undefined) canonicaliseDocument(tape, sink, options);
  else canonicalise(tape, apex, sink, options);
  return compareOctets('canonical form', expected, octetsOf(sink));
}

interface Input {
  readonly input: Uint8Array;
  readonly expected: Uint8Array;
  /** Where the parameters are: the vector, or its case in a file of many. */
  readonly fields: JsonRecord;
}

function inputOf(suite: SuiteFolder, vector: JsonRecord): Input {
  const outputFile = outputFileOf(vector);
  if (outputFile === undefined) {
    const fields = caseOf(suite, vector);
    const encoder = new TextEncoder();
    return {
      input: encoder.encode(requiredText(fields, 'input')),
      expected: encoder.encode(requiredText(fields, 'expected')),
      fields,
    };
  }
  return { input: suite.bytes(requiredText(vector, 'file')), expected: suite.bytes(outputFile), fields: vector };
}

/** What the vector needs is shown to be refused: its DOCTYPE by the scanner, its XPath as a transform of a signed message. */
function judgeRefused(suite: SuiteFolder, vector: JsonRecord): Verdict {
  if (textListField(vector, 'features').includes('dtd')) {
    return judgeRefusal('peer.xml-dtd-forbidden', codeOfScan(inputOf(suite, vector).input), 'DOCTYPE');
  }
  const xpath = suite.bytes(requiredText(vector, 'xpathFile'));
  return judgeRefusal('peer.transform-forbidden', openWithXPath(xpath), 'XPath transform');
}

function judgeRefusal(expected: string, actual: string | undefined, reason: string): Verdict {
  return actual === expected ? refused(reason) : mismatch(expected, actual ?? 'accepted');
}

function codeOfScan(input: Uint8Array): string | undefined {
  try {
    scan(input, DEFAULT_LIMITS, new Tape(), { processingInstructions: 'keep' });
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return error.code;
  }
}

/** The element to canonicalize; `undefined` for the whole document. */
function apexOf(suite: SuiteFolder, vector: JsonRecord, fields: JsonRecord, tape: Tape): number | undefined {
  const path = textField(vector, 'subtreeEquivalent');
  const id = textField(fields, 'apexId');
  if (path === undefined && id === undefined) return undefined;
  const apex =
    path === undefined
      ? findElement(tape, (element) => unqualifiedId(tape, element) === id)
      : elementByPath(suite, vector, tape, path);
  if (apex < 0) throw new UnreadableVector(`no element ${path ?? id ?? ''}`);
  return apex;
}

/** `//prefix:name` is all that the suites use; the file of the XPath expression binds the prefix. */
function elementByPath(suite: SuiteFolder, vector: JsonRecord, tape: Tape, path: string): number {
  const match = /^\/\/(?:([^:/[\]]+):)?([^:/[\]]+)$/.exec(path);
  if (match === null) throw new UnreadableVector(`subtreeEquivalent ${path} is not of the form //name`);
  const [, prefix, name] = match;
  const namespace = prefix === undefined ? '' : prefixBinding(suite, vector, prefix);
  return findElement(
    tape,
    (element) => localNameOf(tape, element) === name && namespaceUriOf(tape, element) === namespace,
  );
}

function prefixBinding(suite: SuiteFolder, vector: JsonRecord, prefix: string): string {
  const binding = uriOfPrefix(scanned(suite.bytes(requiredText(vector, 'xpathFile'))), 0, prefix);
  if (binding === undefined) throw new UnreadableVector(`prefix ${prefix} is not bound`);
  return binding;
}
