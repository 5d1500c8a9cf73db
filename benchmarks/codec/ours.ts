/** The codec's part in opening a message, alone: octets to tape, tape to the canonical octets that are digested. */
import { createHash, hash } from 'node:crypto';
import type { CanonicalisationOptions } from '@parley/codec';
import { Tape } from '@parley/codec';
import { canonicalise, canonicaliseDocument, OctetSink, scan } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import type { BenchMessage } from '../corpus.ts';
import type { SynchronousSubject } from '../measure.ts';
import { referencedElements, signedInfoOf } from '../signed-parts.ts';

export const SCAN = 'scan';
export const CANONICALISE = 'C14N of the signed parts';
export const SCAN_AND_CANONICALISE = 'scan + C14N of the signed parts';
export const SCAN_AND_CANONICALISE_DOCUMENT = 'scan + C14N of the document';

/** A message that is read, and the elements of it that are digested: ds:SignedInfo, then what it refers to. */
export interface SignedMessage {
  readonly name: string;
  readonly octets: Uint8Array;
  readonly tape: Tape;
  readonly parts: readonly number[];
}

export function readSigned({ name, octets }: BenchMessage): SignedMessage {
  const tape = new Tape();
  scan(octets, DEFAULT_LIMITS, tape);
  return { name, octets, tape, parts: [signedInfoOf(tape), ...referencedElements(tape)] };
}

/** Octets of a MB/s are those of the message, except for C14N alone: those that it writes. */
export function ourSubjects({ name: message, octets, tape, parts }: SignedMessage): readonly SynchronousSubject[] {
  const sink = new OctetSink();
  const scratch = new Tape();
  let digest = createHash('sha256');
  const streaming = OctetSink.streaming((octetsOut) => digest.update(octetsOut));
  const canonicaliseParts = (from: Tape, options: CanonicalisationOptions): number => {
    sink.reset();
    for (const part of parts) canonicalise(from, part, sink, options);
    return sink.length;
  };
  const subject = (name: string, bytes: number, run: () => unknown): SynchronousSubject => ({
    name,
    message,
    bytes,
    run,
  });
  const canonicaliseAs = (name: string, options: CanonicalisationOptions): SynchronousSubject =>
    subject(name, canonicaliseParts(tape, options), () => canonicaliseParts(tape, options));
  return [
    subject(SCAN, octets.length, () => scan(octets, DEFAULT_LIMITS, scratch)),
    canonicaliseAs(CANONICALISE, {}),
    canonicaliseAs('C14N 1.0 (inclusive) of the same', { method: 'inclusive' }),
    canonicaliseAs('C14N 1.1 (inclusive) of the same', { method: 'inclusive-1.1' }),
    subject('C14N of the same, then SHA-256 of each', canonicaliseParts(tape, {}), () => {
      for (const part of parts) {
        sink.reset();
        canonicalise(tape, part, sink);
        hash('sha256', sink.bytes.subarray(0, sink.length), 'base64');
      }
    }),
    subject('C14N of the same, streaming into SHA-256', canonicaliseParts(tape, {}), () => {
      for (const part of parts) {
        digest = createHash('sha256');
        canonicalise(tape, part, streaming);
        streaming.flush();
        digest.digest('base64');
      }
    }),
    subject(SCAN_AND_CANONICALISE, octets.length, () => {
      scan(octets, DEFAULT_LIMITS, scratch);
      return canonicaliseParts(scratch, {});
    }),
    subject(SCAN_AND_CANONICALISE_DOCUMENT, octets.length, () => {
      scan(octets, DEFAULT_LIMITS, scratch);
      sink.reset();
      canonicaliseDocument(scratch, sink);
      return sink.length;
    }),
  ];
}
