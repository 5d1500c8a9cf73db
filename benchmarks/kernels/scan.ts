import { Tape } from '@parley/codec';
import { scan } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import type { BenchMessage } from '../corpus.ts';
import type { SynchronousSubject } from '../measure.ts';

/** Octets to tape: well-formedness, namespaces, limits. */
export function scanKernel({ name, octets }: BenchMessage): SynchronousSubject {
  const tape = new Tape();
  return { name: 'scan', message: name, bytes: octets.length, run: () => scan(octets, DEFAULT_LIMITS, tape) };
}
