import type { FailedReply, SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import { CONTEXT, failedReply, requireKind } from '@parley/core/internal';
import type { ContextResolver } from './contract.ts';
import type { EvictionLog } from './transfer/eviction-log.ts';
import { portableContext } from './transfer/portable-context.ts';
import type { AttachedContext } from './transfer/task.ts';

/** Main's side of a context miss: asks the resolver, once for all batches that need the same context now. */
export class ContextDesk {
  readonly #resolver: ContextResolver;
  readonly #log: EvictionLog;
  #lookUps = 0;
  readonly #asked = new Map<string, Promise<AttachedContext | FailedReply>>();

  constructor(resolver: ContextResolver, log: EvictionLog) {
    this.#resolver = resolver;
    this.#log = log;
  }

  /** Times that the resolver was asked. */
  get lookUps(): number {
    return this.#lookUps;
  }

  /** The context ready to travel, or the reply for every message that needs it. Does not reject. */
  lookUp(identifier: string): Promise<AttachedContext | FailedReply> {
    let asked = this.#asked.get(identifier);
    if (asked === undefined) {
      asked = this.#ask(identifier).finally(() => {
        if (this.#asked.get(identifier) === asked) this.#asked.delete(identifier);
      });
      this.#asked.set(identifier, asked);
    }
    return asked;
  }

  /** No worker holds the context any more, or any, and an answer that is on its way is too old for who asks from here on. */
  forget(identifier: string | undefined): void {
    if (identifier === undefined) {
      this.#asked.clear();
      this.#log.appendAll();
    } else {
      this.#asked.delete(identifier);
      this.#log.append(identifier);
    }
  }

  async #ask(identifier: string): Promise<AttachedContext | FailedReply> {
    // safety: taken before the store is asked; an eviction in between then outranks the answer.
    const { position } = this.#log;
    this.#lookUps++;
    try {
      const context = await this.#resolver.get(identifier);
      return { identifier, position, context: portableOrNothing(identifier, context) };
    } catch (error) {
      if (error instanceof Fault) return failedReply(error);
      return failedReply(new Fault('internal.store-unavailable', { identifier }, error));
    }
  }
}

function portableOrNothing(identifier: string, context: SecurityContext | undefined): AttachedContext['context'] {
  if (context === undefined) return undefined;
  requireKind(CONTEXT, context, 'contexts.get()');
  // safety: an answer to another question would let one context's key vouch for another's name.
  if (context.identifier !== identifier) throw new Fault('internal.store-corrupt', { identifier });
  return portableContext(context);
}
