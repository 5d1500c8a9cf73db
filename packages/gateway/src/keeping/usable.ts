import type { ContextStore, ReplayCache } from '@parley/conversation';
import { OF_COUNTS } from '@parley/conversation/internal';
import { Fault } from '@parley/core';

/** Nobody's context and nobody's message. */
const NOBODY = 'urn:parley:readiness';
const PARTITION = `${OF_COUNTS}readiness`;
const KEPT_MS = 60_000;

/**
 * Resolves where contexts can be read, and what each message or new context leaves can be written: a server that is full, or only to be read, answers who asks, and
 * serves nobody.
 * @throws Fault (rejects) what cannot be done
 */
export async function requireUsable(store: ContextStore, replays: ReplayCache, nowMs: number): Promise<void> {
  const untilMs = nowMs + KEPT_MS;
  const noted = store.records?.transact(PARTITION, (records) => records.put(NOBODY, { nowMs }, untilMs));
  const remembered = (async () => await replays.insertIfAbsent(NOBODY, String(nowMs), untilMs, nowMs))();
  for (const result of await Promise.allSettled([store.get(NOBODY), noted, remembered]))
    if (result.status === 'rejected' && !isOfBounds(result.reason)) throw result.reason;
}

/** Room that somebody used up is told of elsewhere, and is no reason to give the work to others, who have no more. */
function isOfBounds(error: unknown): boolean {
  return error instanceof Fault && error.code === 'internal.quota';
}
