import type { Meter } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import {
  completeTelemetry,
  FINITE,
  optional,
  port,
  requireKind,
  requireOptions,
  shapeOf,
  TEXT,
  whole,
} from '@parley/core/internal';
import type { ReplayMemory, ReplayShare } from '@parley/engine';
import { REPLAY_SHARE } from '@parley/engine/internal';
import type { ForgottenTimes } from './forgotten-times.ts';
import { isForgotten, withForgotten } from './forgotten-times.ts';
import type { Account } from './replay-shares.ts';
import { claimantOf, fingerprintOf, roomsOf, ShareRoom } from './replay-shares.ts';

export interface ReplayCacheOptions {
  /** Default 1,000,000. */
  readonly entriesMax?: number | undefined;
  /**
   * Epoch milliseconds until which messages may have to be remembered that another memory took before this one began, and that are lost
   * with it. What need not be remembered for longer is refused. For a node that starts again, the time then and `timestampAgeMaxMs`, and
   * `clockSkewMs` twice: for a `clockSkewMs` it then refuses what clients of the right time send. Default: nothing was lost.
   */
  readonly lostUntilMs?: number | undefined;
  /** Told how many entries there are, when it asks. */
  readonly meter?: Meter | undefined;
}

const OPTIONS: Kind<ReplayCacheOptions> = shapeOf<ReplayCacheOptions>({
  entriesMax: optional(whole()),
  lostUntilMs: optional(FINITE),
  meter: optional(port('add', 'record', 'watch')),
});

/** Entries expire together with the others of their ten seconds. */
const BUCKET_MS = 10_000;
const ENTRIES_MAX_DEFAULT = 1_000_000;

/**
 * A `ReplayCache` in this process's memory: enough for one node whose restart takes longer than messages live.
 * It never forgets early: when it is full, it refuses; and before it is, who holds more than three times what is left: one
 * client does not fill it for the others, nor one context for the others of its principal, and no messages fill it for requests to issue, renew and cancel. A clock that goes backwards brings nothing back: what
 * would have ended when something was forgotten is refused. One that jumped ahead and came back is answered by such refusals alone: of
 * messages from before the jump, for as long as they would have been fresh.
 */
export class MemoryReplayCache implements ReplayMemory {
  readonly #rooms: Readonly<Record<NonNullable<ReplayShare['kind']>, ShareRoom>>;
  readonly #keys = new Set<string>();
  /** Bucket number -> its entries. A bucket ends before or when its number times {@link BUCKET_MS} is reached. */
  readonly #buckets = new Map<number, Entry[]>();
  readonly #lostUntilMs: number;
  /** By the numbers of buckets. */
  #forgotten: ForgottenTimes = [];
  #sweptBucket = Number.NEGATIVE_INFINITY;

  /** @throws Fault `caller.option-invalid` */
  constructor(options: ReplayCacheOptions = {}) {
    requireOptions(OPTIONS, options, 'options');
    const { entriesMax = ENTRIES_MAX_DEFAULT, lostUntilMs = Number.NEGATIVE_INFINITY, meter } = options;
    this.#lostUntilMs = lostUntilMs;
    const rooms = roomsOf(entriesMax);
    const message = new ShareRoom('message', rooms.message);
    this.#rooms = { message, trust: rooms.trust > 0 ? new ShareRoom('trust', rooms.trust) : message };
    completeTelemetry({ meter }).meter.watch('parley_replay_entries', () => [{ labels: {}, value: this.size }]);
  }

  /** Entries that are remembered now, some of them possibly past their time. */
  get size(): number {
    return this.#keys.size;
  }

  insertIfAbsent(
    identifier: string,
    replayKey: string,
    untilMs: number,
    nowMs: number,
    share: ReplayShare = { owner: identifier },
  ): boolean {
    requireKind(TEXT, identifier, 'identifier');
    requireKind(TEXT, replayKey, 'replayKey');
    requireKind(FINITE, untilMs, 'untilMs');
    requireKind(FINITE, nowMs, 'nowMs');
    requireKind(REPLAY_SHARE, share, 'share');
    this.#sweep(Math.floor(nowMs / BUCKET_MS));
    const bucket = Math.ceil(untilMs / BUCKET_MS);
    if (untilMs <= nowMs || untilMs <= this.#lostUntilMs || isForgotten(this.#forgotten, bucket)) return false;
    const key = fingerprintOf(identifier, replayKey);
    if (this.#keys.has(key)) return false;
    const room = this.#rooms[share.kind ?? 'message'];
    const entry = { key, room, account: room.take(claimantOf(identifier, share.owner)) };
    this.#keys.add(key);
    const entries = this.#buckets.get(bucket);
    if (entries === undefined) this.#buckets.set(bucket, [entry]);
    else entries.push(entry);
    return true;
  }

  /** Forgets the buckets whose time is over; looks only when other ten seconds have begun. */
  #sweep(current: number): void {
    if (current === this.#sweptBucket) return;
    this.#sweptBucket = current;
    for (const [bucket, entries] of this.#buckets) {
      if (bucket > current) continue;
      for (const { key, room, account } of entries) {
        this.#keys.delete(key);
        room.give(account);
      }
      this.#buckets.delete(bucket);
      this.#forgotten = withForgotten(this.#forgotten, bucket, bucket + 1);
    }
  }
}

interface Entry {
  readonly key: string;
  readonly room: ShareRoom;
  readonly account: Account;
}
