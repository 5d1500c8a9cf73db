import type { OpenedMessage } from '../message/opened-message.ts';
import type { Pool, PoolOptions } from './contract.ts';
import { InlineExecutor } from './inline.ts';
import { completePoolOptions } from './options.ts';
import { BatchPool } from './pool.ts';
import { policyOfWorkers } from './reader.ts';
import { Threads } from './threads.ts';
import { NO_CREDENTIALS } from './transfer/credentials.ts';
import { EvictionLog } from './transfer/eviction-log.ts';
import { portableCredentials } from './transfer/portable-credentials.ts';
import { workerFile } from './worker/file.ts';

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

/** {@link createPool}, with its executor to be seen. */
export function createBatchPool(options: PoolOptions): BatchPool {
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
      ? new InlineExecutor(data)
      : new Threads({ workers, data, file: workerFile(options.workerUrl), heapMiBMax });
  return new BatchPool(complete, executor, log);
}
