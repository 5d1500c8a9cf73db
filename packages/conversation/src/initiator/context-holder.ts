import type { SecurityContext } from '@parley/core';
import type { Ambient } from '../exchange/ambient.ts';
import { wipeContext } from '../store/context-copy.ts';
import type { HeldContext } from './held-context.ts';
import { RenewalTimes } from './renewal-times.ts';

/** The one context that an initiator has, and when it is to be renewed. */
export class ContextHolder {
  readonly #renewals: RenewalTimes;
  readonly #onChange: (identifier: string) => void;
  #held: HeldContext | undefined;

  /** `onChange`: what others hold of the context is not what it is. Not awaited: what they begin later, they begin without it. */
  constructor(ambient: Ambient, onChange: (identifier: string) => void) {
    this.#renewals = new RenewalTimes(ambient);
    this.#onChange = onChange;
  }

  get held(): HeldContext | undefined {
    return this.#held;
  }

  get context(): SecurityContext | undefined {
    return this.#held?.context;
  }

  get renewalDueAtMs(): number | undefined {
    return this.#renewals.dueAtMs;
  }

  /** Takes a context, the first or the next state of the one that is there. */
  hold(held: HeldContext): void {
    this.#held = held;
    this.#onChange(held.context.identifier);
    this.#renewals.schedule(held.context);
  }

  /** Wipes the context. */
  drop(): void {
    const { context } = this;
    wipeContext(context);
    this.#held = undefined;
    if (context !== undefined) this.#onChange(context.identifier);
    this.#renewals.schedule(undefined);
  }
}
