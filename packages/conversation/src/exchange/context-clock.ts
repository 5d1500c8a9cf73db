/** What the clock does to contexts: it may be told again, and it may go back. */
import type { SecurityContext } from '@parley/core';

/**
 * `context`, or if it has expired, a view in which its newest key can still prove itself for a renewal at `atMs`. Whether
 * an expired context may be renewed is said after its MAC was checked, not before (WS-SC §1.12). Shares the secrets.
 */
export function provable(context: SecurityContext, atMs: number): SecurityContext {
  if (atMs < context.expiresAtMs || context.cancelledAtMs !== undefined) return context;
  return serving(context, context.keys.at(-1)?.instance, atMs);
}

/** When a key of `context` ends, or the context with it; `undefined` if it has no such key. */
export function keyEndMs({ keys, expiresAtMs }: SecurityContext, instance: string | undefined): number | undefined {
  const key = keys.find((candidate) => candidate.instance === instance);
  return key && Math.min(key.expiresAtMs, expiresAtMs);
}

/** A view of `context` in which that key of it serves at `atMs`. Shares the secrets. */
export function serving(context: SecurityContext, instance: string | undefined, atMs: number): SecurityContext {
  const untilMs = (expiresAtMs: number): number => Math.max(expiresAtMs, atMs + 1);
  const keys = context.keys.map((key) =>
    key.instance === instance ? { ...key, expiresAtMs: untilMs(key.expiresAtMs) } : key,
  );
  return { ...context, keys, expiresAtMs: untilMs(context.expiresAtMs) };
}

/**
 * A view of `context` in which everything that was over at `latestMs`, the latest time ever told, is over at any time: a
 * clock that goes back revives nothing, and cancelled is cancelled whatever the time. Shares the secrets.
 */
export function neverRevived(context: SecurityContext, latestMs: number): SecurityContext {
  const ended = (expiresAtMs: number): number => (latestMs >= expiresAtMs ? Number.NEGATIVE_INFINITY : expiresAtMs);
  const keys = context.keys.map((key) => ({ ...key, expiresAtMs: ended(key.expiresAtMs) }));
  const cancelledAtMs = context.cancelledAtMs === undefined ? undefined : Number.NEGATIVE_INFINITY;
  return { ...context, keys, expiresAtMs: ended(context.expiresAtMs), cancelledAtMs };
}
