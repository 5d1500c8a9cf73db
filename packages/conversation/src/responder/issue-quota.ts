import { Fault } from '@parley/core';

/**
 * How many live contexts one principal may have from this responder, so that one stolen password does not fill the
 * store. Counts what this process issued.
 */
export class IssueQuota {
  readonly #contextsMax: number;
  readonly #byPrincipal = new Map<string, Map<string, number>>();

  constructor(contextsMax: number) {
    this.#contextsMax = contextsMax;
  }

  /** Counts one more context. @throws Fault `internal.quota` */
  take(principal: string, identifier: string, expiresAtMs: number, nowMs: number): void {
    const contexts = this.#byPrincipal.get(principal) ?? new Map<string, number>();
    if (contexts.size >= this.#contextsMax) dropExpired(contexts, nowMs);
    if (contexts.size >= this.#contextsMax) throw new Fault('internal.quota', { contexts: contexts.size });
    contexts.set(identifier, expiresAtMs);
    this.#byPrincipal.set(principal, contexts);
  }

  /** The context is cancelled, or was never stored. */
  release(principal: string | undefined, identifier: string): void {
    if (principal === undefined) return;
    const contexts = this.#byPrincipal.get(principal);
    contexts?.delete(identifier);
    if (contexts?.size === 0) this.#byPrincipal.delete(principal);
  }
}

function dropExpired(contexts: Map<string, number>, nowMs: number): void {
  for (const [identifier, expiresAtMs] of contexts) if (expiresAtMs <= nowMs) contexts.delete(identifier);
}
