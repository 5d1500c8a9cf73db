import type { ContextSource, SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import type { EvictionLog } from '../transfer/eviction-log.ts';
import { contextHash } from '../transfer/eviction-log.ts';
import { usableContext, wipeContext } from '../transfer/portable-context.ts';
import type { AttachedContext } from '../transfer/task.ts';

interface Held {
  readonly context: SecurityContext;
  readonly hash: bigint;
}

/**
 * The contexts one worker holds: the least recently used is wiped first. A context it does not hold is an answer
 * (`internal.context-needed`), upon which main sends the message again with the context attached.
 */
export class ContextCache implements ContextSource {
  readonly #contextsMax: number;
  readonly #log: EvictionLog;
  readonly #onEvicted: () => void;
  readonly #held = new Map<string, Held>();
  // Word from main that there is no such context; holds for one batch.
  readonly #unknown = new Set<string>();
  #position: bigint;

  /** `onEvicted` runs when contexts were dropped because the log says so. */
  constructor(contextsMax: number, log: EvictionLog, onEvicted: () => void) {
    this.#contextsMax = contextsMax;
    this.#log = log;
    this.#onEvicted = onEvicted;
    this.#position = log.position;
  }

  /** Contexts held now. */
  get size(): number {
    return this.#held.size;
  }

  /** @throws Fault `internal.context-needed` when only main can tell. */
  find(identifier: string): SecurityContext | undefined {
    const held = this.#held.get(identifier);
    if (held !== undefined) {
      // Used last, so wiped last.
      this.#held.delete(identifier);
      this.#held.set(identifier, held);
      return held.context;
    }
    if (this.#unknown.has(identifier)) return undefined;
    throw new Fault('internal.context-needed', { identifier });
  }

  /** Before a batch: drops what was evicted, then takes in what came along. */
  beginBatch(attached: readonly AttachedContext[]): void {
    this.sweep();
    for (const item of attached) this.#admit(item);
  }

  /** After a batch: back to the bound (a batch has the use of everything it brought). */
  endBatch(): void {
    this.#unknown.clear();
    for (const [identifier, held] of this.#held) {
      if (this.#held.size <= this.#contextsMax) return;
      this.#drop(identifier, held);
    }
  }

  /** Drops what was evicted since the last look. */
  sweep(): void {
    const evictions = this.#log.since(this.#position);
    if (!evictions.any) return;
    this.#position = evictions.upTo;
    for (const [identifier, held] of this.#held) {
      if (evictions.has(held.hash)) this.#drop(identifier, held);
    }
    this.#onEvicted();
  }

  #admit({ identifier, position, context }: AttachedContext): void {
    if (context === undefined) {
      this.#unknown.add(identifier);
      return;
    }
    const hash = contextHash(identifier);
    // safety: evicted while it was on its way. The message will ask again.
    if (this.#log.since(position).has(hash)) return;
    const older = this.#held.get(identifier);
    if (older !== undefined) this.#drop(identifier, older);
    this.#held.set(identifier, { context: usableContext(context), hash });
  }

  #drop(identifier: string, held: Held): void {
    this.#held.delete(identifier);
    wipeContext(held.context);
  }
}
