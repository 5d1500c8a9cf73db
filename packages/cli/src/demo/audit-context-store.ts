import type { ContextStore } from '@parley/conversation';
import type { SecurityContext } from '@parley/core';

/**
 * A store for logs that are verified later. The answer to a Cancel is the last message that a context secures, in the
 * millisecond of the cancellation; here the context ends just after it, so that the answer can be verified too.
 */
export class AuditContextStore implements ContextStore {
  readonly #store: ContextStore;

  /** Takes `store`, which must retain the keys of cancelled contexts. */
  constructor(store: ContextStore) {
    this.#store = store;
  }

  cancel(identifier: string, atMs: number): Promise<boolean> {
    return this.#store.cancel(identifier, atMs + 1);
  }

  get(identifier: string): Promise<SecurityContext | undefined> {
    return this.#store.get(identifier);
  }

  put(context: SecurityContext): Promise<void> {
    return this.#store.put(context);
  }

  insert(context: SecurityContext): Promise<boolean> {
    return this.#store.insert(context);
  }

  update(identifier: string, change: (current: SecurityContext) => SecurityContext | undefined): Promise<boolean> {
    return this.#store.update(identifier, change);
  }

  list(): AsyncIterable<string> {
    return this.#store.list();
  }

  prune(nowMs: number): Promise<number> {
    return this.#store.prune(nowMs);
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
