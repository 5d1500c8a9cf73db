/** What may be seen once, and who has it: entries of which each has one holder, and each owner its share. */
import { hash } from 'node:crypto';
import { Fault } from '@parley/core';
import type { ReplayShare } from '@parley/engine';
import { keepingMs } from './keeping-time.ts';
import { RedisCalls } from './redis-calls.ts';
import { linkTo } from './redis-link.ts';
import { listReply, numberReply } from './replies.ts';
import { CLAIM } from './scripts.ts';
import type { RedisPlace } from './store-settings.ts';
import { PREFIX } from './store-settings.ts';

export interface EntryLimits {
  /** Entries at one time; one part in eight is for requests of trust alone. Default 10,000,000. */
  readonly entriesMax?: number | undefined;
  /**
   * Parts that entries are spread over, and `entriesMax` with them; each is on one node of a cluster. All nodes of yours have the
   * same number. Default 1, for a server alone; a cluster wants some times as many as it has nodes.
   */
  readonly partitions?: number | undefined;
}

export interface Entry {
  readonly scope: string;
  readonly key: string;
  /** Epoch milliseconds, as `nowMs`. */
  readonly untilMs: number;
}

const MINUTE_MS = 60_000;
/** Minutes that are counted apart; what ends later counts as if it ended then. */
const MINUTES_MAX = 256;
/** One part in so many is for requests of trust alone. */
const TRUST_PART = 8;
const FULL = -1;

/** What was seen once, by all nodes: each entry a key that the server forgets in time, counted by owner and minute. */
export class RedisEntries {
  readonly #calls: RedisCalls;
  readonly #name: string;
  readonly #entriesMax: number;
  readonly #partitions: number;
  #latestMs = Number.NEGATIVE_INFINITY;

  /** `kind` keeps what is remembered for one purpose apart from the other. */
  constructor(kind: string, options: RedisPlace & EntryLimits) {
    const { client, prefix = PREFIX, entriesMax = 10_000_000, partitions = 1 } = options;
    this.#calls = new RedisCalls(linkTo(client), options);
    this.#name = `${prefix}{${kind}`;
    this.#entriesMax = entriesMax;
    this.#partitions = partitions;
  }

  /**
   * Gives `entry` to `holder`, unless another has it.
   * @returns whether it is the holder's; `false` also where its time has passed
   * @throws Fault `internal.quota`, `internal.store-unavailable`
   */
  async claim(entry: Entry, holder: string, nowMs: number, { owner, kind = 'message' }: ReplayShare): Promise<boolean> {
    const { scope, key, untilMs } = entry;
    // A clock that goes backwards brings nothing back.
    this.#latestMs = Math.max(this.#latestMs, nowMs);
    if (untilMs <= this.#latestMs) return false;
    // The length keeps the two apart: ("a", "bc") is not ("ab", "c").
    const digest = hash('sha256', `${scope.length}:${scope}${key}`, 'buffer');
    const partition = this.#partitions === 1 ? 0 : digest.readUInt32BE(28) % this.#partitions;
    const place = `${this.#name}${partition}}`;
    const keys = [
      `${place}:${digest.toString('base64url', 0, 16)}`,
      `${place}:${kind}`,
      `${place}:${kind}:${hash('sha256', owner, 'base64url').slice(0, 22)}`,
    ];
    const minute = Math.floor(this.#latestMs / MINUTE_MS);
    const lastMinute = Math.min(Math.ceil(untilMs / MINUTE_MS), minute + MINUTES_MAX);
    const reply = await this.#calls.run(CLAIM, keys, [
      holder,
      keepingMs(untilMs, nowMs),
      String(minute),
      String(lastMinute),
      String(this.#roomOf(kind)),
    ]);
    if (typeof reply === 'number') return reply === 1;
    const [why, entries] = listReply(reply).map(numberReply);
    const quota = why === FULL ? 'replay' : 'replay-share';
    throw new Fault('internal.quota', { quota, room: kind, entries: entries ?? 0, principal: owner.slice(0, 128) });
  }

  /** In each partition. */
  #roomOf(kind: NonNullable<ReplayShare['kind']>): number {
    const ofTrust = Math.floor(this.#entriesMax / TRUST_PART);
    return Math.ceil((kind === 'trust' ? ofTrust : this.#entriesMax - ofTrust) / this.#partitions);
  }
}
