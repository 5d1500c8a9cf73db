import type { BatchVerifier, Pool, PoolOptions } from '@parley/engine';
import type { Crew, Errands } from '@parley/engine/internal';
import { createBatchPool, fileOfWorker } from '@parley/engine/internal';
import { SectionRunner } from './section-runner.ts';

/** A pool whose workers can also read logs. */
export interface LogPool extends Pool {
  /** For {@link verifySections}. */
  readonly errands: Errands;
}

/** Who verifies sections: a {@link LogPool}, or any other, which is then given their messages in batches. */
export type SectionVerifier = BatchVerifier & Partial<Pick<LogPool, 'errands'>>;

const CREW: Crew = {
  file: (given) => fileOfWorker(given ?? ownFile()),
  inline: (batches) => new SectionRunner(batches),
};

/**
 * As `createPool` of @parley/engine, for keys of contexts, with workers that can also read logs.
 * @throws Fault as `createPool`
 */
export function createLogPool(options: PoolOptions & { readonly credentials?: undefined }): LogPool {
  // Without credentials, what opens was secured by a context.
  return createBatchPool(options, CREW) as LogPool;
}

/** From sources (tests) the built file is taken: Node 20 loads no TypeScript in a thread. */
function ownFile(): URL {
  const here = import.meta.url;
  return new URL(here.endsWith('.ts') ? '../../dist/sections/worker.js' : './worker.js', here);
}
