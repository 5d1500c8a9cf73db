import { randomFillSync } from 'node:crypto';
import { randomReserve } from '@parley/core/internal';
import { seal, Workspace } from '@parley/engine';
import type { BenchMessage, Making } from '../corpus.ts';
import { must } from '../corpus.ts';
import type { SynchronousSubject } from '../measure.ts';

/** `seal` as a worker calls it: keys derived from fresh nonces, which is part of its work. Octets are those that go out. */
export function sealKernel({ name, octets }: BenchMessage, { envelope, request }: Making): SynchronousSubject {
  const sealing = {
    ...request,
    workspace: new Workspace(),
    // As workers and conversations have it.
    fillRandom: randomReserve((out) => void randomFillSync(out)),
  };
  return { name: 'seal', message: name, bytes: octets.length, run: () => must(seal(envelope, sealing)) };
}
