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
  const { identifier, expiresAtMs } = context;
  // All who are nobody in particular share one quota.
  const principal = context.principal ?? '';
  // One that is charged already is another's, and so is its charge.
  if (quota.has(identifier)) return false;
  const over = quota.take(principal, identifier, expiresAtMs, atMs);
  const counted = { identifier, untilMs: forgottenAtMs(context) };
  const undo: (() => unknown)[] = [() => quota.release(identifier)];
  let isStored = false;
  try {
    const found = await ledger?.take({ principal, identifier, expiresAtMs, inPlaceOf: over }, atMs);
    undo.push(() => ledger?.release(principal, identifier));
    for (const each of [over, found]) if (each !== undefined) await forgetCounted(each, atMs, accounts);
    await total?.take(counted, atMs);
    undo.push(() => total?.release(counted, atMs));
    isStored = await store.insert(context);
    return isStored;
  } finally {
    if (!isStored) for (const each of undo) await each();
  }
}

/** `context`, as it was, expires later now, or earlier. */
export async function chargeRenewed(
  { identifier, ...context }: Ended,
  expiresAtMs: number,
  nowMs: number,
  { quota, ledger, total }: Accounts,
): Promise<void> {
  quota.renewed(identifier, expiresAtMs);
  const untilMs = expiresAtMs + DEFAULT_GRACE_MS;
  const moving = total?.moved({ identifier, untilMs }, forgottenAtMs(context), nowMs);
  await Promise.all([ledger?.renewed(identifier, expiresAtMs), moving]);
}

/** `context` was cancelled, and is remembered for a while. */
export async function chargeCancelled(
  { identifier, ...context }: Ended,
  atMs: number,
  { quota, total }: Accounts,
): Promise<void> {
  quota.cancelled(identifier, atMs);
  const beforeMs = forgottenAtMs(context);
  const untilMs = Math.min(beforeMs, atMs + DEFAULT_TOMBSTONE_MS);
  await total?.moved({ identifier, untilMs }, beforeMs, atMs);
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
