/** c14n: the two exclusive algorithms, of a document or of one element; documents with a DTD are refused. */
import {
  canonicalise,
  canonicaliseDocument,
  localNameOf,
  namespaceUriOf,
  OctetSink,
  scan,
  Tape,
  uriOfPrefix,
} from '@parley/codec';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import { caseOf } from './case-file.ts';
import { findElement, octetsOf, scanned, unqualifiedId } from './document.ts';
import type { JsonRecord } from './json-record.ts';
import { outputFileOf, requiredText, textField, textListField, UnreadableVector } from './json-record.ts';
import type { SuiteFolder } from './suite-folder.ts';
import type { Verdict } from './verdict.ts';
import { AS_EXPECTED, compareOctets, mismatch, outOfScope } from './verdict.ts';

const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const EXCLUSIVE_WITH_COMMENTS = `${EXCLUSIVE}WithComments`;

/** Runs one canonicalization vector. @throws UnreadableVector */
export function runCanonicalVector(suite: SuiteFolder, vector: JsonRecord): Verdict {
  const algorithm = textField(vector, 'algorithm') ?? '';
  const isDtdRefused =
    textField(vector, 'strictProfile') === 'reject' && textListField(vector, 'features').includes('dtd');
  if (isDtdRefused) return judgeDtd(inputOf(suite, vector).input);
  if (algorithm !== EXCLUSIVE && algorithm !== EXCLUSIVE_WITH_COMMENTS) return outOfScope('inclusive C14N');
  const isNodeSet = textField(vector, 'mode') === 'nodeset';
  if (isNodeSet && textField(vector, 'subtreeEquivalent') === undefined) {
    return outOfScope('a node-set that is no subtree: arises from XPath transforms only');
  }
  const { input, expected, fields } = inputOf(suite, vector);
  const tape = new Tape();
  scan(input, DEFAULT_LIMITS, tape, { processingInstructions: 'keep' });
  const options = {
    inclusivePrefixes: textListField(fields, 'inclusivePrefixes'),
    comments: algorithm === EXCLUSIVE_WITH_COMMENTS,
  };
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

function judgeDtd(input: Uint8Array): Verdict {
  try {
    scan(input, DEFAULT_LIMITS, new Tape(), { processingInstructions: 'keep' });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return error.code === 'peer.xml-dtd-forbidden' ? AS_EXPECTED : mismatch('peer.xml-dtd-forbidden', error.code);
  }
  return mismatch('peer.xml-dtd-forbidden', 'accepted');
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
