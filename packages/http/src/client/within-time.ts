import { Fault } from '@parley/core';

/** What is waited for: of whom, for how long, and what else ends it. */
export interface Wait {
  readonly url: URL;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * What `action` comes to, which its signal ends when the time is over or the caller's says so.
 * @throws Fault (rejects) `peer.http-failed` it took too long; `caller.aborted`; and what `action` throws by itself
 */
export async function withinTime<T>(
  { url, timeoutMs, signal }: Wait,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  const timer = setTimeout(end, timeoutMs);
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted === true) end();
  try {
    return await action(ending.signal);
  } catch (error) {
    if (!ending.signal.aborted || !comesOfEnding(error)) throw error;
    if (signal?.aborted === true) throw new Fault('caller.aborted', {}, error);
    throw new Fault('peer.http-failed', { host: url.host, ...TOO_LATE, max: timeoutMs }, error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

const TOO_LATE = { reason: 'timeout', meaning: 'no answer in time', sent: 'perhaps' };

/** Whatever a connection says that is closed under it. */
function comesOfEnding(error: unknown): boolean {
  return !(error instanceof Fault) || error.code === 'caller.aborted';
}
