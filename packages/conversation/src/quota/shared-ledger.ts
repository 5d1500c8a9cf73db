import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import { wipeContext } from '../store/context-copy.ts';
import type { ContextStore } from '../store/context-store.ts';
import { DEFAULT_GRACE_MS } from '../store/context-store.ts';
import type { RecordStore, Records } from '../store/record-store.ts';
import { OF_COUNTS } from '../store/record-store.ts';
import { isOver } from '../store/retention.ts';

/** A context is charged before it is stored: so long may that take. */
const STORED_WITHIN_MS = 60_000;
/** After a look that found nothing over, nobody looks again for as long. */
const LOOK_AGAIN_MS = 1000;
const TAKE_TRIES_MAX = 3;
const NAME = 'charges';

interface Charge {
  readonly identifier: string;
  readonly takenAtMs: number;
}

/** What one principal is charged with by all who issue into the store. */
interface Account {
  readonly charges: readonly Charge[];
  readonly fullAtMs: number;
  readonly untilMs: number;
}

/** What is to be charged. */
export interface NewCharge {
  readonly principal: string;
  readonly identifier: string;
  readonly expiresAtMs: number;
  /** One that is forgotten in its stead. */
  readonly inPlaceOf: string | undefined;
}

const EMPTY: Account = { charges: [], fullAtMs: Number.NEGATIVE_INFINITY, untilMs: 0 };

/**
 * How many contexts one principal may have in a store, whichever process issued them, before or after a restart: an account
 * beside the contexts, changed as one step. Whether a context is over is not noted here but asked of the store, when the account is full.
 */
export class SharedLedger {
  readonly #store: ContextStore;
  readonly #records: RecordStore;
  readonly #perPrincipalMax: number;

  constructor(store: ContextStore, records: RecordStore, perPrincipalMax: number) {
    this.#store = store;
    this.#records = records;
    this.#perPrincipalMax = perPrincipalMax;
  }

  /**
   * Charges one more context. What it gives is over, and has to be forgotten by the store in its stead.
   * @throws Fault `internal.quota`, and as the store
   */
  async take({ inPlaceOf, ...charge }: NewCharge, nowMs: number): Promise<string | undefined> {
    const { principal } = charge;
    const gone = new Set([inPlaceOf]);
    let found: string | undefined;
    for (let tries = 0; tries < TAKE_TRIES_MAX; tries++) {
      const full = await this.#step(principal, (records, account) => this.#add(records, account, charge, gone, nowMs));
      if (full === undefined) return found;
      if (Math.abs(nowMs - full.fullAtMs) < LOOK_AGAIN_MS) break;
      found = await this.#firstOver(full.charges, nowMs);
      if (found === undefined) {
        await this.#step(principal, (records, account) => put(records, { ...account, fullAtMs: nowMs }));
        break;
      }
      gone.add(found);
    }
    throw new Fault('internal.quota', { quota: 'contexts', contexts: this.#perPrincipalMax, principal });
  }

  /** The context was renewed: its account is kept for as long. */
  async renewed(identifier: string, expiresAtMs: number): Promise<void> {
    const context = await this.#store.get(identifier);
    wipeContext(context);
    if (context === undefined) return;
    await this.#step(context.principal ?? '', (records, account) => {
      const untilMs = expiresAtMs + DEFAULT_GRACE_MS;
      if (account.charges.length > 0 && untilMs > account.untilMs) put(records, { ...account, untilMs });
    });
  }

  /** The context was never stored. */
  async release(principal: string, identifier: string): Promise<void> {
    await this.#step(principal, (records, account) => {
      // The last: an earlier one is of the context that has this name.
      const last = account.charges.findLastIndex((charge) => charge.identifier === identifier);
      if (last < 0) return;
      const charges = account.charges.toSpliced(last, 1);
      if (charges.length === 0) records.remove(NAME);
      else put(records, { ...account, charges });
    });
  }

  /** `undefined` when it was charged; else the account, which is full. */
  #add(
    records: Records,
    account: Account,
    { identifier, expiresAtMs }: Omit<NewCharge, 'inPlaceOf'>,
    gone: ReadonlySet<string | undefined>,
    nowMs: number,
  ): Account | undefined {
    const charges = account.charges.filter((charge) => !gone.has(charge.identifier));
    if (charges.length >= this.#perPrincipalMax) return account;
    const untilMs = Math.max(account.untilMs, expiresAtMs + DEFAULT_GRACE_MS);
    put(records, { ...EMPTY, charges: [...charges, { identifier, takenAtMs: nowMs }], untilMs });
    return undefined;
  }

  async #firstOver(charges: readonly Charge[], nowMs: number): Promise<string | undefined> {
    const canForget = this.#store.forget !== undefined;
    for (const { identifier, takenAtMs } of charges) {
      const context: SecurityContext | undefined = await this.#store.get(identifier);
      wipeContext(context);
      if (context === undefined ? Math.abs(nowMs - takenAtMs) > STORED_WITHIN_MS : canForget && isOver(context, nowMs))
        return identifier;
    }
    return undefined;
  }

  #step<T>(principal: string, action: (records: Records, account: Account) => T): Promise<T> {
    return this.#records.transact(`${OF_COUNTS}contexts of ${principal}`, (records) =>
      action(records, (records.get(NAME) as Account | undefined) ?? EMPTY),
    );
  }
}

function put(records: Records, account: Account): void {
  records.put(NAME, account, account.untilMs);
}
