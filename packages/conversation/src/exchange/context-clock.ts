/** What the clock does to contexts: it may be told again, and it may go back. */
import type { SecurityContext } from '@parley/core';

/**
 * `context`, or if it has expired, a view in which its newest key can still prove itself for a renewal at `atMs`. Whether
 * an expired context may be renewed is said after its MAC was checked, not before (WS-SC §1.12). Shares the secrets.
 */
export function provable(context: SecurityContext, atMs: number): SecurityContext {
  if (atMs < context.expiresAtMs || context.cancelledAtMs !== undefined) return context;
  const newest = context.keys.length - 1;
  const keys = context.keys.map((key, index) => (index === newest ? { ...key, expiresAtMs: atMs + 1 } : key));
  return { ...context, keys, expiresAtMs: atMs + 1 };
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
