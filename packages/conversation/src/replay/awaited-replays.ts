import { Fault } from '@parley/core';
import { FLAG, requireKind } from '@parley/core/internal';
import type { ReplayCache, ReplayEntry, ReplayMemory, ReplayShare } from '@parley/engine';

/** Who pays for a message. */
export interface Charge {
  /** Where it takes a while, a promise. @throws Fault `internal.quota` */
  require(owner: string): void | Promise<void>;
  take(owner: string): void;
  /** What was required is not taken. */
  spare(owner: string): Promise<void>;
}

/**
 * A replay cache for one message: `open` cannot wait, a cache may answer later. Then `open` is ended, and run again once the
 * answer has {@link arrived}. Each entry is inserted once, however often it is asked for.
 */
export class AwaitedReplays implements ReplayMemory {
  readonly #cache: ReplayCache;
  readonly #kind: NonNullable<ReplayShare['kind']>;
  readonly #answers = new Map<string, boolean>();
  readonly #charge: Charge | undefined;
  #isCharged = false;
  /** Who was asked, and may. */
  #required: string | undefined;
  #pending: Promise<void> | undefined;

  /** `charge` is asked before the message is remembered, so that one that is refused may come again, and told of it once. */
  constructor(cache: ReplayCache, kind: NonNullable<ReplayShare['kind']> = 'message', charge?: Charge) {
    this.#cache = cache;
    this.#kind = kind;
    this.#charge = charge;
  }

  /** @throws Fault `internal.context-needed` the answer is awaited; `internal.quota`, `internal.store-unavailable` */
  insertIfAbsent(scope: string, key: string, untilMs: number, nowMs: number, share: ReplayShare): boolean {
    // The length keeps the two apart: ("a", "bc") is not ("ab", "c").
    const name = `${scope.length}:${scope}${key}`;
    const known = this.#answers.get(name);
    if (known !== undefined) return known;
    // `open` may go on another way after it was ended: asked again, the cache would call the message a replay of itself.
    if (this.#pending !== undefined) throw new Fault('internal.context-needed');
    const { owner } = share;
    this.#require(owner);
    let answer: boolean | Promise<boolean>;
    try {
      answer = this.#cache.insertIfAbsent(scope, key, untilMs, nowMs, { owner, kind: this.#kind });
    } catch (error) {
      throw failureOf(error);
    }
    if (!(answer instanceof Promise)) return this.#answered(name, owner, answer);
    this.#pending = answer.then((isFirst) => void this.#answered(name, owner, isFirst));
    throw new Fault('internal.context-needed');
  }

  /** Once a message. @throws Fault `internal.context-needed`, `internal.quota` */
  #require(owner: string): void {
    if (this.#isCharged || this.#required === owner) return;
    const required = this.#charge?.require(owner);
    if (required === undefined) return;
    this.#pending = required.then(() => {
      this.#required = owner;
    });
    throw new Fault('internal.context-needed');
  }

  // safety: a replay costs nobody anything, or whoever has one message of somebody could use up what is theirs.
  #answered(name: string, owner: string, isFirst: boolean): boolean {
    requireKind(FLAG, isFirst, 'insertIfAbsent()');
    this.#answers.set(name, isFirst);
    if (isFirst && !this.#isCharged) {
      this.#isCharged = true;
      this.#charge?.take(owner);
    } else if (!isFirst && this.#required === owner && !this.#isCharged) {
      this.#required = undefined;
      // Nobody waits for it: the message is refused.
      this.#charge?.spare(owner).catch(() => undefined);
    }
    return isFirst;
  }

  /** Inserts `entry`, and waits for the answer. @throws Fault `internal.quota`, `internal.store-unavailable` */
  async isFirst({ scope, key, untilMs }: ReplayEntry, nowMs: number, share: ReplayShare): Promise<boolean> {
    for (;;) {
      try {
        return this.insertIfAbsent(scope, key, untilMs, nowMs, share);
      } catch (error) {
        if (!(await this.arrived())) throw error;
      }
    }
  }

  /** Waits for an answer; `false` if none is awaited. @throws Fault `internal.quota`, `internal.store-unavailable` */
  async arrived(): Promise<boolean> {
    if (this.#pending === undefined) return false;
    try {
      await this.#pending;
    } catch (error) {
      throw failureOf(error);
    }
    this.#pending = undefined;
    return true;
  }
}

/** What a cache failed with. */
export function failureOf(error: unknown): Fault {
  return error instanceof Fault ? error : new Fault('internal.store-unavailable', { reason: 'replay cache' }, error);
}
