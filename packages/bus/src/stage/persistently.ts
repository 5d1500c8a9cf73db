import { setTimeout as pause } from 'node:timers/promises';
import type { FailedReply, Reply } from '@parley/core';
import { Fault } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import type { RetryPace } from './options.ts';

const PAUSE_MS_MAX = 5000;

/** What `attempt` comes to at last, tried again while what it fails with `mayPass`. @throws Fault what might pass, and did not in time */
export async function persistently<T>(
  attempt: () => Promise<Reply<T>>,
  mayPass: (failure: FailedReply) => boolean,
  { attemptsMax, pauseMs }: RetryPace,
  signal: AbortSignal | undefined,
): Promise<Reply<T>> {
  for (let attempts = 1; ; attempts++) {
    const reply = await attempt().catch(failedReply);
    if (reply.ok || !mayPass(reply)) return reply;
    if (attempts >= attemptsMax || signal?.aborted === true) throw new Fault(reply.code, reply.detail, reply.cause);
    const pausedMs = Math.min(pauseMs * 2 ** (attempts - 1), PAUSE_MS_MAX);
    await pause(pausedMs, undefined, { signal }).catch(() => undefined);
  }
}
