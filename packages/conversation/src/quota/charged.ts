/** Contexts as they are counted: stored, and charged to whom they belong. */
import type { SecurityContext } from '@parley/core';
import type { ContextStore } from '../store/context-store.ts';
import type { PrincipalQuota } from './principal-quota.ts';
import type { SharedLedger } from './shared-ledger.ts';

/** Where contexts are counted: by this process, and by all that share the store. */
interface Accounts {
  readonly quota: PrincipalQuota;
  readonly ledger: SharedLedger | undefined;
  readonly store: ContextStore;
}

/**
 * Charges a context to its principal and makes it durable; `false` if there is one by its name.
 * @throws Fault `internal.quota`, and as the store
 */
export async function storeOnce(context: SecurityContext, atMs: number, accounts: Accounts): Promise<boolean> {
  const { quota, ledger, store } = accounts;
  const { identifier, expiresAtMs } = context;
  // All who are nobody in particular share one quota.
  const principal = context.principal ?? '';
  // One that is charged already is another's, and so is its charge.
  if (quota.has(identifier)) return false;
  const over = quota.take(principal, identifier, expiresAtMs, atMs);
  let isStored = false;
  try {
    const charge = { principal, identifier, expiresAtMs, inPlaceOf: over };
    for (const forgotten of [over, await ledger?.take(charge, atMs)])
      if (forgotten !== undefined) await store.forget?.(forgotten, atMs);
    isStored = await store.insert(context);
    return isStored;
  } finally {
    if (!isStored) {
      quota.release(identifier);
      await ledger?.release(principal, identifier);
    }
  }
}

/** The context of that name expires later now, or earlier. */
export async function chargeRenewed(
  identifier: string,
  expiresAtMs: number,
  { quota, ledger }: Accounts,
): Promise<void> {
  quota.renewed(identifier, expiresAtMs);
  await ledger?.renewed(identifier, expiresAtMs);
}
