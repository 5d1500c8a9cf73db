/** xml-conformance: a document is read or refused as XML, Namespaces in XML and our strict reader ask, by both scanners. */
import { canonicaliseDocument, OctetSink, scan, Tape } from '@parley/codec';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import { caseOf } from './case-file.ts';
import { octetsOf } from './document.ts';
import type { JsonRecord } from './json-record.ts';
import { requiredText, textField } from './json-record.ts';
import { judgeRefusal } from './reject-code.ts';
import type { SuiteFolder } from './suite-folder.ts';
import type { Verdict } from './verdict.ts';
import { compareOctets, mismatch } from './verdict.ts';

const READ = 'read';

/** Runs one conformance case: read or refused as `strictProfile` says. @throws UnreadableVector */
export function runConformanceVector(suite: SuiteFolder, vector: JsonRecord): Verdict {
  const document = documentOf(caseOf(suite, vector));
  const { code, canonical } = readBy('module', document);
  const plain = readBy('plain', document);
  if (code !== plain.code) return mismatch(`${plain.code}, as the plain scanner`, code);
  const isRefusal = textField(vector, 'strictProfile') === 'reject';
  const rejectCode = textField(vector, 'rejectCode');
  if (code === READ) {
    return isRefusal ? mismatch(rejectCode ?? 'refusal', READ) : compareOctets('form', plain.canonical, canonical);
  }
  return isRefusal ? judgeRefusal(rejectCode, code, undefined, []) : mismatch(READ, code);
}

/** The octets of a case: `text` where they are UTF-8, else `base64`. @throws UnreadableVector */
export function documentOf(fields: JsonRecord): Uint8Array {
  const text = textField(fields, 'text');
  return text === undefined
    ? Uint8Array.from(Buffer.from(requiredText(fields, 'base64'), 'base64'))
    : new TextEncoder().encode(text);
}

interface Reading {
  /** {@link READ}, or the code of the refusal. */
  readonly code: string;
  /** The canonical form with comments; empty for what is refused. */
  readonly canonical: Uint8Array;
}

function readBy(scanner: 'module' | 'plain', document: Uint8Array): Reading {
  const tape = new Tape();
  const sink = new OctetSink();
  try {
    scan(document, DEFAULT_LIMITS, tape, { processingInstructions: 'keep', plainly: scanner === 'plain' });
    canonicaliseDocument(tape, sink, { comments: true });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { code: error.code, canonical: new Uint8Array(0) };
  }
  return { code: READ, canonical: octetsOf(sink) };
}
