import type { ContextResolver } from '@parley/engine';
import { neverRevived } from '../exchange/context-clock.ts';
import type { ContextStore } from '../store/context-store.ts';

/** The contexts of `store` as the workers of a responder see them: what is cancelled is so at any time. */
export function contextsForPool(store: ContextStore): ContextResolver {
  return {
    get: async (identifier) => {
      const context = await store.get(identifier);
      return context && neverRevived(context, Number.NEGATIVE_INFINITY);
    },
    changes: async (since) => (await store.changes?.(since)) ?? EACH_MAY_HAVE_CHANGED,
  };
}

const EACH_MAY_HAVE_CHANGED = { position: 0, identifiers: undefined };
