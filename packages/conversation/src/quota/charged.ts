/** Contexts as they are counted: stored, and charged to whom they belong and to all together. */
import type { SecurityContext } from '@parley/core';
import { wipeContext } from '../store/context-copy.ts';
import type { ContextStore } from '../store/context-store.ts';
import { DEFAULT_GRACE_MS, DEFAULT_TOMBSTONE_MS } from '../store/context-store.ts';
import type { PrincipalQuota } from './principal-quota.ts';
import type { SharedLedger } from './shared-ledger.ts';
import type { SharedTotal } from './shared-total.ts';

/** Where contexts are counted: by this process, and by all that share the store. */
interface Accounts {
  readonly quota: PrincipalQuota;
  readonly ledger: SharedLedger | undefined;
  readonly total: SharedTotal | undefined;
  readonly store: ContextStore;
}

/**
 * Charges a context to its principal and makes it durable; `false` if there is one by its name.
 * @throws Fault `internal.quota`, and as the store
 */
export async function storeOnce(context: SecurityContext, atMs: number, accounts: Accounts): Promise<boolean> {
  const { quota, ledger, total, store } = accounts;
  const nowMs = await storeMs(accounts, atMs);
  const { identifier, expiresAtMs } = context;
  // All who are nobody in particular share one quota.
  const principal = context.principal ?? '';
  // One that is charged already is another's, and so is its charge.
  if (quota.has(identifier)) return false;
  const over = quota.take(principal, identifier, expiresAtMs, atMs);
  const counted = { identifier, untilMs: forgottenAtMs(context) };
  const undo: (() => unknown)[] = [() => quota.release(identifier)];
  try {
    const found = await ledger?.take({ principal, identifier, expiresAtMs, inPlaceOf: over }, nowMs);
    undo.push(() => ledger?.release(principal, identifier));
    for (const each of [over, found]) if (each !== undefined) await forgetCounted(each, nowMs, accounts);
    await total?.take(counted, nowMs);
    undo.push(() => total?.release(counted, nowMs));
    if (await store.insert(context)) return true;
  } catch (error) {
    // What failed first is told; what stays charged goes when it is over.
    await undone(undo);
    throw error;
  }
  for (const failure of await undone(undo)) throw failure;
  return false;
}

/** Does all of it, whatever fails: what failed. */
async function undone(undo: readonly (() => unknown)[]): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  for (const each of undo) {
    try {
      await each();
    } catch (error) {
      failures.push(error);
    }
  }
  return failures;
}

/** By the clock of the store, where it has one: what a node forgets of the others' must not hang on its own. */
async function storeMs({ store: { records } }: Accounts, atMs: number): Promise<number> {
  return (await records?.nowMs?.()) ?? atMs;
}

/** `context`, as it was, expires later now, or earlier. */
export async function chargeRenewed(
  { identifier, ...context }: Ended,
  expiresAtMs: number,
  atMs: number,
  accounts: Accounts,
): Promise<void> {
  const { quota, ledger, total } = accounts;
  quota.renewed(identifier, expiresAtMs);
  const nowMs = await storeMs(accounts, atMs);
  const untilMs = expiresAtMs + DEFAULT_GRACE_MS;
  const moving = total?.moved({ identifier, untilMs }, forgottenAtMs(context), nowMs);
  await Promise.all([ledger?.renewed(identifier, expiresAtMs), moving]);
}

/** `context` was cancelled, and is remembered for a while. */
export async function chargeCancelled(
  { identifier, ...context }: Ended,
  atMs: number,
  accounts: Accounts,
): Promise<void> {
  const { quota, total } = accounts;
  quota.cancelled(identifier, atMs);
  const beforeMs = forgottenAtMs(context);
  const untilMs = Math.min(beforeMs, atMs + DEFAULT_TOMBSTONE_MS);
  await total?.moved({ identifier, untilMs }, beforeMs, await storeMs(accounts, atMs));
}

type Ended = Pick<SecurityContext, 'identifier' | 'expiresAtMs'> & Partial<Pick<SecurityContext, 'cancelledAtMs'>>;

/** Forgets a context that is over, and gives its place back. */
export async function forgetCounted(
  identifier: string,
  atMs: number,
  { store, total }: Pick<Accounts, 'store' | 'total'>,
): Promise<void> {
  const context = total && (await store.get(identifier));
  wipeContext(context);
  // Whoever forgot it released its place, and nobody else.
  const isForgotten = await store.forget?.(identifier, atMs);
  if (isForgotten && context !== undefined) await total?.release({ identifier, untilMs: forgottenAtMs(context) }, atMs);
}

/** From when on a store may have forgotten it. */
function forgottenAtMs({ expiresAtMs, cancelledAtMs }: Omit<Ended, 'identifier'>): number {
  const overAtMs = expiresAtMs + DEFAULT_GRACE_MS;
  return cancelledAtMs === undefined ? overAtMs : Math.min(overAtMs, cancelledAtMs + DEFAULT_TOMBSTONE_MS);
}
