import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import type { ContextChanges, ContextResolver } from '@parley/engine';
import type { Ambient } from '../exchange/ambient.ts';
import { wipeContext } from '../store/context-copy.ts';
import type { HeldContext } from './held-context.ts';
import { RenewalTimes } from './renewal-times.ts';

/** The one context that an initiator has, and when it is to be renewed. Its pool looks it up here. */
export class ContextHolder implements ContextResolver {
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

  /** @throws Fault `caller.context-unusable` there is none */
  required(): HeldContext {
    if (this.#held === undefined) throw new Fault('caller.context-unusable', { reason: 'no context' });
    return this.#held;
  }

  get context(): SecurityContext | undefined {
    return this.#held?.context;
  }

  async get(identifier: string): Promise<SecurityContext | undefined> {
    return this.context?.identifier === identifier ? this.context : undefined;
  }

  /** None changes but by us, who tell of it. */
  async changes(): Promise<ContextChanges> {
    return { position: 0, identifiers: [] };
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
