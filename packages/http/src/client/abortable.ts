import { Fault } from '@parley/core';

/** `promise`, or `caller.aborted` once `signal` says so; what it waits for goes on. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  const aborted = (): Fault => new Fault('caller.aborted', {}, signal.reason);
  if (signal.aborted) {
    // Nobody else may wait for it, and a rejection that nobody takes ends the process.
    promise.catch(() => undefined);
    throw aborted();
  }
  return await new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(aborted());
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
