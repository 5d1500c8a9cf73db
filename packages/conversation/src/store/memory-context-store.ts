import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { requireOptions, shapeOf } from '@parley/core/internal';
import type { ContextChanges } from '@parley/engine';
import { ChangeRing } from './change-ring.ts';
import { copyContext, identifierOctets, refuseRevival, tombstoneOf, wipeContext } from './context-copy.ts';
import type { ContextStore, ContextStoreOptions } from './context-store.ts';
import { MemoryRecords } from './record-store.ts';
import type { Retention } from './retention.ts';
import { isForgotten, isOver, retentionOf } from './retention.ts';
import {
  checkedChange,
  requireContext,
  requireIdentifier,
  requirePosition,
  requireTime,
  STORE_MEMBERS,
} from './store-doors.ts';

const OPTIONS: Kind<ContextStoreOptions> = shapeOf<ContextStoreOptions>(STORE_MEMBERS);

/** A {@link ContextStore} in this process's memory: for tests, short conversations and initiators. Nothing survives. */
export class MemoryContextStore implements ContextStore {
  readonly records: MemoryRecords = new MemoryRecords();
  readonly #contexts = new Map<string, SecurityContext>();
  readonly #changes = new ChangeRing();
  readonly #retention: Retention;
  #closed = false;

  /** @throws Fault `caller.option-invalid` */
  constructor(options: ContextStoreOptions = {}) {
    requireOptions(OPTIONS, options, 'options');
    this.#retention = retentionOf(options);
  }

  async get(identifier: string): Promise<SecurityContext | undefined> {
    requireIdentifier(identifier);
    this.#assertOpen();
    const context = this.#contexts.get(identifier);
    return context === undefined ? undefined : copyContext(context);
  }

  async put(context: SecurityContext): Promise<void> {
    requireContext(context);
    this.#assertOpen();
    identifierOctets(context.identifier);
    refuseRevival(this.#contexts.get(context.identifier));
    this.#replace(context);
  }

  async insert(context: SecurityContext): Promise<boolean> {
    requireContext(context);
    this.#assertOpen();
    identifierOctets(context.identifier);
    if (this.#contexts.has(context.identifier)) return false;
    this.#replace(context);
    return true;
  }

  async update(
    identifier: string,
    change: (current: SecurityContext) => SecurityContext | undefined,
  ): Promise<boolean> {
    requireIdentifier(identifier);
    const checked = checkedChange(change);
    this.#assertOpen();
    const current = this.#contexts.get(identifier);
    if (current === undefined || current.cancelledAtMs !== undefined) return false;
    const changed = checked(current);
    if (changed === undefined) return false;
    this.#replace(changed);
    return true;
  }

  async cancel(identifier: string, atMs: number): Promise<boolean> {
    requireTime(atMs, 'atMs');
    return this.update(identifier, (current) => tombstoneOf(current, atMs, this.#retention.cancelledKeys));
  }

  async *list(): AsyncIterable<string> {
    this.#assertOpen();
    for (const identifier of [...this.#contexts.keys()]) yield identifier;
  }

  async prune(nowMs: number): Promise<number> {
    requireTime(nowMs, 'nowMs');
    this.#assertOpen();
    this.records.prune(nowMs);
    let count = 0;
    for (const context of this.#contexts.values()) {
      if (!isForgotten(context, this.#retention, nowMs)) continue;
      this.#remove(context);
      count++;
    }
    return count;
  }

  async forget(identifier: string, nowMs: number): Promise<boolean> {
    requireIdentifier(identifier);
    requireTime(nowMs, 'nowMs');
    this.#assertOpen();
    const context = this.#contexts.get(identifier);
    if (context === undefined || !isOver(context, nowMs)) return false;
    this.#remove(context);
    return true;
  }

  async changes(since?: number): Promise<ContextChanges> {
    requirePosition(since);
    this.#assertOpen();
    return this.#changes.since(since);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const context of this.#contexts.values()) wipeContext(context);
    this.#contexts.clear();
  }

  #remove(context: SecurityContext): void {
    wipeContext(context);
    this.#contexts.delete(context.identifier);
    this.#changes.append(context.identifier);
  }

  #replace(context: SecurityContext): void {
    const { identifier } = context;
    const copy = copyContext(context);
    const replaced = this.#contexts.get(identifier);
    wipeContext(replaced);
    this.#contexts.set(identifier, copy);
    if (replaced !== undefined) this.#changes.append(identifier);
  }

  #assertOpen(): void {
    if (this.#closed) throw new Fault('caller.closed');
  }
}
