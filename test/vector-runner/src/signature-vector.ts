/**
 * xmldsig-verify, for what it says about canonicalization: each digest and each signature value that can be computed is,
 * and what the strict profile refuses is refused for a reason that the manifest gives. Whom to trust is not asked.
 */
import type { KeyObject } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { Reader } from '@parley/codec';
import { readDocument, Tape } from '@parley/codec';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import type { JsonRecord } from './json-record.ts';
import { requiredText, textField, textListField, UnreadableVector } from './json-record.ts';
import { referenceOctets, signedInfoOctets } from './reference-octets.ts';
import { areExplained } from './refusals.ts';
import type { ReferenceClaim, SignatureClaim } from './signature-claim.ts';
import { readSignature, signaturesOf } from './signature-claim.ts';
import { isSignedBy, keysFor } from './signature-key.ts';
import { refusalsOf } from './signature-rules.ts';
import type { SuiteFolder } from './suite-folder.ts';
import type { Verdict } from './verdict.ts';
import { asExpected, mismatch } from './verdict.ts';

/** What reading a document as strictly as we do says of it, in the words of the manifests. */
const SCAN_REFUSALS: ReadonlyMap<string, string> = new Map([
  ['peer.xml-dtd-forbidden', 'DOCTYPE'],
  ['peer.xml-relative-namespace', 'relative namespace URI: C14N says implementations MUST report failure'],
]);

const NOT = 'not computed';

interface Findings {
  /** Why strict rules refuse it. */
  readonly refusals: string[];
  /** What was computed and is not what the signer computed. */
  readonly failures: string[];
  /** What was computed and agrees, and what could not be computed. */
  readonly checked: string[];
}

/** Runs one vector. @throws UnreadableVector */
export function runSignatureVector(suite: SuiteFolder, vector: JsonRecord): Verdict {
  return runSignatureVectorBy('auto', suite, vector);
}

/** Runs one vector with the reader asked for. @throws UnreadableVector */
export function runSignatureVectorBy(reader: Reader, suite: SuiteFolder, vector: JsonRecord): Verdict {
  const findings = examine(reader, suite, vector);
  const { failures, checked } = findings;
  const refusals = [...new Set(findings.refusals)];
  const found = [...refusals, ...failures].join('; ');
  const expected = textField(vector, 'expected');
  if (expected === 'invalid') {
    if (found === '') return mismatch('refused', 'verified');
    return asExpected([...checked, ...failures], refusals);
  }
  if (textField(vector, 'strictProfile') === 'accept') {
    const missing = checked.find((entry) => entry.includes(NOT));
    if (found === '' && missing === undefined) return asExpected(checked);
    return mismatch('verified', found === '' ? (missing ?? '') : found);
  }
  const strictReasons = textListField(vector, 'strictReasons');
  if (!refusals.some((reason) => strictReasons.includes(reason)) || !areExplained(refusals, strictReasons))
    return mismatch(`refused: ${strictReasons.join('; ')}`, found === '' ? 'verified' : found);
  return failures.length > 0 && expected === 'valid'
    ? mismatch('digests that agree', failures.join('; '))
    : asExpected(checked, refusals);
}

function examine(reader: Reader, suite: SuiteFolder, vector: JsonRecord): Findings {
  const findings: Findings = { refusals: [], failures: [], checked: [] };
  const tape = new Tape();
  try {
    const document = suite.bytes(requiredText(vector, 'file'));
    readDocument(document, DEFAULT_LIMITS, tape, reader, { processingInstructions: 'keep' });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    findings.refusals.push(SCAN_REFUSALS.get(error.code) ?? error.code);
    return findings;
  }
  const signatures = signaturesOf(tape);
  if (signatures.length === 0) findings.refusals.push('no ds:Signature');
  for (const element of signatures) {
    const signature = signatureAt(tape, element);
    if (typeof signature === 'string') {
      findings.refusals.push(signature);
      continue;
    }
    findings.refusals.push(...refusalsOf(tape, signature));
    for (const reference of signature.references) checkDigest(tape, signature, reference, findings);
    checkSignatureValue(
      signature,
      signedInfoOctets(tape, signature),
      keysFor(suite, vector, tape, signature, findings.refusals),
      findings,
    );
  }
  return findings;
}

/** The signature, or what it lacks. */
function signatureAt(tape: Tape, element: number): SignatureClaim | string {
  try {
    return readSignature(tape, element);
  } catch (error) {
    if (error instanceof UnreadableVector) return error.message;
    throw error;
  }
}

function checkDigest(tape: Tape, signature: SignatureClaim, reference: ReferenceClaim, findings: Findings): void {
  const octets = referenceOctets(tape, signature, reference);
  if (typeof octets === 'string') {
    findings.checked.push(`digest ${NOT}: ${octets}`);
    return;
  }
  const name = reference.digestAlgorithm.replace(/^.*#/, '');
  const isEqual = createHash(name).update(octets).digest().equals(reference.digestValue);
  if (isEqual) findings.checked.push('digest agrees');
  else findings.failures.push('another digest');
}

function checkSignatureValue(
  signature: SignatureClaim,
  octets: Uint8Array | string,
  keys: readonly KeyObject[],
  findings: Findings,
): void {
  const verified = typeof octets === 'string' ? undefined : isSignedBy(keys, signature, octets);
  if (verified === undefined) {
    findings.checked.push(`signature value ${NOT}: ${typeof octets === 'string' ? octets : 'no key of its kind'}`);
  } else if (verified) findings.checked.push('signature value verifies');
  else findings.failures.push('another signature value');
}
