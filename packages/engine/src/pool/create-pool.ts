import { randomFillSync } from 'node:crypto';
import { randomReserve } from '@parley/core/internal';
import type { OpenedMessage } from '../message/opened-message.ts';
import type { Pool, PoolOptions } from './contract.ts';
import { InlineExecutor, THIS_THREAD } from './inline.ts';
import { completePoolOptions } from './options.ts';
import { BatchPool } from './pool.ts';
import { policyOfWorkers } from './reader.ts';
import { Threads } from './threads.ts';
import { NO_CREDENTIALS } from './transfer/credentials.ts';
import { EvictionLog } from './transfer/eviction-log.ts';
import { portableCredentials } from './transfer/portable-credentials.ts';
import type { Runner } from './worker/batch-runner.ts';
import { BatchRunner } from './worker/batch-runner.ts';
import { workerFile } from './worker/file.ts';

/** What does the work: a module of threads, and the same on the calling thread. */
export interface Crew {
  /** URL of the module, which exports `runTask`; options may name another. */
  readonly file: (given: PoolOptions['workerUrl']) => string;
  readonly inline: (batches: BatchRunner) => Runner;
}

const BATCH_CREW: Crew = { file: workerFile, inline: (batches) => batches };

/**
 * A pool that opens and seals on `options.workers` threads, or inline for 0.
 * @throws Fault `caller.option-invalid`; `caller.libxml-unavailable` for the readers `libxml` and `cross-check`
 */
export function createPool(options: PoolOptions & { readonly credentials?: undefined }): Pool;
/** The same with credentials: an answer may be of any kind that the policy takes. */
export function createPool(options: PoolOptions): Pool<OpenedMessage>;
export function createPool(options: PoolOptions): Pool<OpenedMessage> {
  return createBatchPool(options);
}

/** {@link createPool}, with its executor to be seen, and with a crew that can do more than batches. */
export function createBatchPool(options: PoolOptions, crew: Crew = BATCH_CREW): BatchPool {
  const complete = completePoolOptions(options);
  const log = new EvictionLog();
  const { workers, workerHeapMiBMax: heapMiBMax, cachedContextsMax, templatesMax } = complete;
  const data = {
    policy: policyOfWorkers(complete.policy, workers),
    cachedContextsMax,
    templatesMax,
    evictions: log.shared,
    credentials: portableCredentials(complete.credentials ?? NO_CREDENTIALS, workers),
  };
  const executor =
    workers === 0
      ? new InlineExecutor(
          crew.inline(
            new BatchRunner(
              data,
              THIS_THREAD,
              randomReserve((out) => void randomFillSync(out)),
            ),
          ),
        )
      : new Threads({ workers, data, file: crew.file(options.workerUrl), heapMiBMax });
  return new BatchPool(complete, executor, log);
}
