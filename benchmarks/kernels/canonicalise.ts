import { Tape } from '@parley/codec';
import { canonicalise, OctetSink, scan } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import type { BenchMessage } from '../corpus.ts';
import type { SynchronousSubject } from '../measure.ts';
import { referencedElements, signedInfoOf } from '../signed-parts.ts';

/** Tape to canonical octets: SignedInfo and every signed part. Its octets are those it writes. */
export function canonicaliseKernel({ name, octets }: BenchMessage): SynchronousSubject {
  const tape = new Tape();
  scan(octets, DEFAULT_LIMITS, tape);
  const elements = [signedInfoOf(tape), ...referencedElements(tape)];
  const sink = new OctetSink();
  const run = (): number => {
    sink.reset();
    for (const element of elements) canonicalise(tape, element, sink);
    return sink.length;
  };
  return { name: 'canonicalise', message: name, bytes: run(), run };
}
