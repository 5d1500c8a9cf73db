import { Fault } from '@parley/core';
import { DEFAULT_GRACE_MS, DEFAULT_TOMBSTONE_MS } from '../store/context-store.ts';
import type { RequestBudget } from './request-budget.ts';
import type { SharedBudget } from './shared-budget.ts';

/** Contexts are dropped from the account together with the others of their minute. */
const MINUTE_MS = 60_000;

/** What a principal is charged with. */
interface Charge {
  readonly principal: string;
  readonly identifier: string;
  /** From when on it is of no use to anybody. */
  overAtMs: number;
  /** From when on the store may have forgotten it. */
  untilMs: number;
}

/** One message, checked before it is remembered and taken when it is the first. */
export interface MessageCharge {
  /** Where others are to be asked, a promise. @throws Fault `internal.quota`, and as the store */
  require(principal: string): void | Promise<void>;
  take(principal: string): void;
  /** It was seen before: what was required for it is not taken. */
  spare(principal: string): Promise<void>;
}

/**
 * How many contexts one principal may have in the store, and all together: the live ones, and those that are over and still
 * remembered, for they cost as much; a new one takes the place of the oldest that is over. Counts what this process
 * issued; `SharedLedger` counts the store's.
 * Bounded itself: it holds no more than all may have.
 */
export class PrincipalQuota {
  readonly #perPrincipalMax: number;
  readonly #contextsMax: number;
  readonly #requests: RequestBudget;
  readonly #messages: RequestBudget | undefined;
  readonly #canForget: boolean;
  readonly #charges = new Map<string, Charge>();
  readonly #byPrincipal = new Map<string, Set<Charge>>();
  /** Minute -> what may end in it. A charge that was put off goes on to a later one. */
  readonly #ends = new Map<number, Charge[]>();
  #sweptMinute = Number.NEGATIVE_INFINITY;

  /** `canForget`: the store gives up what is over before its time. Without a budget, messages are not counted. */
  constructor(
    perPrincipalMax: number,
    contextsMax: number,
    { requests, messages }: { readonly requests: RequestBudget; readonly messages?: RequestBudget | undefined },
    canForget: boolean,
  ) {
    this.#messages = messages;
    this.#canForget = canForget;
    this.#perPrincipalMax = perPrincipalMax;
    this.#contextsMax = contextsMax;
    this.#requests = requests;
  }

  /** Contexts that are charged now, some of them possibly past their time. */
  get size(): number {
    return this.#charges.size;
  }

  /** Those of them that are not over, as far as is known here. */
  liveAt(nowMs: number): number {
    let live = 0;
    for (const { overAtMs } of this.#charges.values()) if (overAtMs > nowMs) live++;
    return live;
  }

  /** Whether a context of that name is charged. */
  has(identifier: string): boolean {
    return this.#charges.has(identifier);
  }

  /** One request to issue or renew. @throws Fault `internal.quota` too many for the time */
  request(principal: string, nowMs: number): void {
    this.#requests.spend(principal, nowMs);
  }

  /** What application messages at `nowMs` are charged to, here and, where there is one, to the `shared` budget; `undefined` where they are not counted. */
  messagesAt(nowMs: number, shared?: SharedBudget): MessageCharge | undefined {
    const messages = this.#messages;
    if (messages === undefined) return undefined;
    return {
      require: (principal) => {
        messages.require(principal, nowMs);
        return shared?.take(principal, nowMs);
      },
      take: (principal) => messages.take(principal, nowMs),
      spare: async (principal) => await shared?.give(principal, nowMs),
    };
  }

  /**
   * Charges one more context. What it gives is over, and has to be forgotten by the store in its stead.
   * @throws Fault `internal.quota`
   */
  take(principal: string, identifier: string, expiresAtMs: number, nowMs: number): string | undefined {
    this.#sweep(nowMs);
    const own = this.#byPrincipal.get(principal) ?? new Set<Charge>();
    const over = own.size < this.#perPrincipalMax ? undefined : this.#oldestOver(own, nowMs);
    if (own.size >= this.#perPrincipalMax && over === undefined)
      throw new Fault('internal.quota', { quota: 'contexts', contexts: own.size, principal });
    if (over !== undefined) this.release(over.identifier);
    else if (this.#charges.size >= this.#contextsMax)
      throw new Fault('internal.quota', { quota: 'contexts-total', contexts: this.#charges.size });
    const charge = { principal, identifier, overAtMs: expiresAtMs, untilMs: expiresAtMs + DEFAULT_GRACE_MS };
    this.#charges.set(identifier, charge);
    this.#byPrincipal.set(principal, own.add(charge));
    this.#endWith(charge);
    return over?.identifier;
  }

  /** The context was renewed, and expires later, or earlier. */
  renewed(identifier: string, expiresAtMs: number): void {
    const charge = this.#charges.get(identifier);
    if (charge === undefined) return;
    const isEarlier = expiresAtMs + DEFAULT_GRACE_MS < charge.untilMs;
    charge.overAtMs = expiresAtMs;
    charge.untilMs = expiresAtMs + DEFAULT_GRACE_MS;
    if (isEarlier) this.#endWith(charge);
  }

  /** The context was cancelled, and its tombstone stays for a while. */
  cancelled(identifier: string, atMs: number): void {
    const charge = this.#charges.get(identifier);
    if (charge === undefined) return;
    charge.overAtMs = Number.NEGATIVE_INFINITY;
    if (charge.untilMs <= atMs + DEFAULT_TOMBSTONE_MS) return;
    charge.untilMs = atMs + DEFAULT_TOMBSTONE_MS;
    this.#endWith(charge);
  }

  /** The context was never stored. */
  release(identifier: string): void {
    const charge = this.#charges.get(identifier);
    if (charge === undefined) return;
    this.#charges.delete(identifier);
    const own = this.#byPrincipal.get(charge.principal);
    own?.delete(charge);
    if (own?.size === 0) this.#byPrincipal.delete(charge.principal);
  }

  #oldestOver(own: ReadonlySet<Charge>, nowMs: number): Charge | undefined {
    if (!this.#canForget) return undefined;
    for (const charge of own) if (charge.overAtMs <= nowMs) return charge;
    return undefined;
  }

  #endWith(charge: Charge): void {
    const minute = Math.ceil(charge.untilMs / MINUTE_MS);
    const others = this.#ends.get(minute);
    if (others === undefined) this.#ends.set(minute, [charge]);
    else others.push(charge);
  }

  /** Drops what is over; looks only when another minute has begun. */
  #sweep(nowMs: number): void {
    const current = Math.floor(nowMs / MINUTE_MS);
    if (current === this.#sweptMinute) return;
    this.#sweptMinute = current;
    for (const [minute, charges] of this.#ends) {
      if (minute > current) continue;
      this.#ends.delete(minute);
      for (const charge of charges) {
        if (this.#charges.get(charge.identifier) !== charge) continue;
        if (charge.untilMs <= nowMs) this.release(charge.identifier);
        else this.#endWith(charge);
      }
    }
  }
}
