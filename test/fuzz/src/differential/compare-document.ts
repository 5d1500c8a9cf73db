/** One document through every reader and every canonical form: they agree, or the list says why not. */
import type { ScanOptions } from '@parley/codec';
import { canonicalise, canonicaliseDocument, OctetSink, scan, Tape } from '@parley/codec';
import type { FaultCode } from '@parley/core';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import { forgetSlices } from '../forget-slices.ts';
import { tapeDifference } from '../tape-difference.ts';
import { ALLOWED_DIFFERENCES } from './allowed-differences.ts';
import { OracleDocument } from './libxml2.ts';
import { libxmljs2Difference, libxmljs2Takes } from './libxmljs2.ts';
import type { Question, Questioner } from './questions.ts';
import { xmlBases } from './xml-bases.ts';

export interface Difference {
  /** Stable, so that a smaller document can be said to show the same. */
  readonly kind: 'two-scanners' | 'refused-by-us' | 'refused-by-libxml2' | 'libxmljs2' | 'canonical-form' | 'slices';
  /** What differs, in full. */
  readonly what: string;
  /** What was asked when a canonical form differed. */
  readonly question?: Question;
}

export interface Comparison {
  /** Why we refuse the document; `undefined` when we take it. */
  readonly refusal: FaultCode | undefined;
  readonly canonicalForms: number;
  /** Keys of {@link ALLOWED_DIFFERENCES}. */
  readonly allowed: readonly string[];
  readonly difference: Difference | undefined;
}

/** Processing instructions are kept: libxml2 takes them. */
const KEEP = { processingInstructions: 'keep' } as const;
const KEEP_PLAINLY = { ...KEEP, plainly: true } as const;
const NOTHING_ALLOWED: readonly string[] = [];

const tape = new Tape();
const plainTape = new Tape();
const sink = new OctetSink(65_536);
const slowSink = new OctetSink(65_536);

/** Borrows `bytes` for the call. */
export function compareDocument(bytes: Uint8Array, questioner: Questioner, read: ScanOptions = KEEP): Comparison {
  const refusal = refusalOf(() => scan(bytes, DEFAULT_LIMITS, tape, read));
  const plainRefusal = refusalOf(() => scan(bytes, DEFAULT_LIMITS, plainTape, { ...KEEP_PLAINLY, ...read }));
  if (refusal?.message !== plainRefusal?.message) {
    return different(refusal, 'two-scanners', `${refusal?.message} and ${plainRefusal?.message}`);
  }
  const onTapes = refusal === undefined ? tapeDifference(tape, plainTape) : undefined;
  if (onTapes !== undefined) return different(refusal, 'two-scanners', onTapes);

  const oracle = OracleDocument.read(bytes);
  try {
    if (!(oracle instanceof OracleDocument)) return compareRefusal(bytes, refusal, oracle, questioner);
    return refusal === undefined
      ? compareAccepted(bytes, oracle, questioner)
      : judgeOurRefusal(bytes, refusal, 'refused-by-us', refusal.message);
  } finally {
    if (oracle instanceof OracleDocument) oracle.close();
  }
}

function refusalOf(action: () => void): Fault | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

/** We refuse and libxml2, or libxmljs2, does not. */
function judgeOurRefusal(bytes: Uint8Array, refusal: Fault, kind: Difference['kind'], what: string): Comparison {
  for (const [id, row] of Object.entries(ALLOWED_DIFFERENCES)) {
    if (row.side !== 'refused-by-us' || row.code !== refusal.code || !row.because.test(textOf(bytes))) continue;
    return { refusal: refusal.code, canonicalForms: 0, allowed: [id], difference: undefined };
  }
  return different(refusal, kind, what);
}

/** libxml2 refuses; perhaps we do not. */
function compareRefusal(
  bytes: Uint8Array,
  refusal: Fault | undefined,
  reasons: readonly string[],
  questioner: Questioner,
): Comparison {
  if (refusal !== undefined) {
    if (refusal.code === 'peer.xml-malformed' && libxmljs2Takes(bytes)) {
      return judgeOurRefusal(bytes, refusal, 'libxmljs2', `takes what is refused with ${refusal.message}`);
    }
    return { refusal: refusal.code, canonicalForms: 0, allowed: NOTHING_ALLOWED, difference: undefined };
  }
  const allowed = reasons.map(allowedRefusal);
  if (allowed.includes(undefined)) return different(refusal, 'refused-by-libxml2', reasons.join(''));
  const ids = [...new Set(allowed as string[])];
  const lenient = ids.includes('uri-syntax') ? undefined : OracleDocument.readLeniently(bytes);
  if (lenient === undefined) return { refusal: undefined, canonicalForms: 0, allowed: ids, difference: undefined };
  try {
    const { canonicalForms, allowed: more, difference } = compareAccepted(bytes, lenient, questioner);
    return { refusal: undefined, canonicalForms, allowed: [...ids, ...more], difference };
  } finally {
    lenient.close();
  }
}

function allowedRefusal(reason: string): string | undefined {
  const rows = Object.entries(ALLOWED_DIFFERENCES);
  return rows.find(([, row]) => row.side === 'refused-by-libxml2' && row.message.test(reason))?.[0];
}

/** Both take the document. */
function compareAccepted(bytes: Uint8Array, oracle: OracleDocument, questioner: Questioner): Comparison {
  const allowed = new Set<string>();
  const misread = libxmljs2Difference(bytes, tape);
  if (misread !== undefined) return different(undefined, 'libxmljs2', misread);
  // The plain tape serves as the one that knows of no slices.
  forgetSlices(plainTape);
  const { asked, without } = questioner(tape.elementCount);
  let canonicalForms = 0;
  const ask = (question: Question, left?: number): Difference | undefined => {
    canonicalForms++;
    return compareForm(oracle, question, left, allowed);
  };
  let difference: Difference | undefined;
  for (const question of asked) difference ??= ask(question);
  if (difference === undefined && without !== undefined) {
    oracle.remove(without);
    for (const question of asked) {
      if (question.element === undefined || question.element === 0) difference ??= ask(question, without);
    }
  }
  return { refusal: undefined, canonicalForms, allowed: [...allowed], difference };
}

function compareForm(
  oracle: OracleDocument,
  question: Question,
  without: number | undefined,
  allowed: Set<string>,
): Difference | undefined {
  const ours = canonicalForm(tape, question, without, sink);
  const slow = canonicalForm(plainTape, question, without, slowSink);
  if (!sameOctets(ours, slow)) {
    return { kind: 'slices', what: whatDiffers(question, without, ours, slow, 'slow path'), question };
  }
  const theirs = oracle.canonicalForm(question.element, question);
  if (theirs !== undefined && sameOctets(ours, theirs)) return undefined;
  const ids = theirs === undefined ? [] : allowedForms(textOf(ours), textOf(theirs), question);
  if (ids.length === 0) {
    return { kind: 'canonical-form', what: whatDiffers(question, without, ours, theirs, 'libxml2'), question };
  }
  for (const id of ids) allowed.add(id);
  return undefined;
}

function canonicalForm(from: Tape, question: Question, without: number | undefined, out: OctetSink): Uint8Array {
  const { element, method, comments, inclusivePrefixes } = question;
  out.reset();
  if (element === undefined) canonicaliseDocument(from, out, { method, comments, inclusivePrefixes, without });
  else canonicalise(from, element, out, { method, comments, inclusivePrefixes, without });
  return out.bytes.subarray(0, out.length);
}

/** The rows that together make of our form what libxml2 printed; empty when they do not. */
function allowedForms(ours: string, theirs: string, { method, element }: Question): string[] {
  const found = { method, theirs, bases: xmlBases(tape, element ?? 0) };
  const ids: string[] = [];
  let rewritten = ours;
  for (const [id, row] of Object.entries(ALLOWED_DIFFERENCES)) {
    if (row.side !== 'other-form') continue;
    const before = rewritten;
    rewritten = row.rewrite(before, found);
    if (rewritten !== before) ids.push(id);
  }
  return rewritten === theirs ? ids : [];
}

function whatDiffers(
  question: Question,
  without: number | undefined,
  ours: Uint8Array,
  theirs: Uint8Array | undefined,
  who: string,
): string {
  const asked = JSON.stringify({ ...question, without });
  return `${asked}\nParley: ${textOf(ours)}\n${who}: ${theirs === undefined ? 'no canonical form' : textOf(theirs)}`;
}

function different(refusal: Fault | undefined, kind: Difference['kind'], what: string): Comparison {
  return { refusal: refusal?.code, canonicalForms: 0, allowed: NOTHING_ALLOWED, difference: { kind, what } };
}

function sameOctets(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}
