/** What may be seen once, and who has it: entries of which each has one holder, and each owner its share. */
import { hash } from 'node:crypto';
import { Fault } from '@parley/core';
import type { ReplayShare } from '@parley/engine';
import { keepingMs } from './keeping-time.ts';

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

/** What a server does in one step. */
export interface EntryClaim {
  /** The entry; how many there are, and how many of the owner, each by the minute in which they end. */
  readonly keys: readonly [entry: string, room: string, owner: string];
  readonly holder: string;
  readonly keepMs: string;
  readonly minute: number;
  readonly lastMinute: number;
  readonly roomMax: number;
}

/** Whether it is the holder's; or how many entries there are, where there is no room, or the owner has its share. */
export type ClaimAnswer = boolean | { readonly quota: 'replay' | 'replay-share'; readonly entries: number };

/** What was seen once, by all nodes: each entry a key that the server forgets in time, counted by owner and minute. */
export class RemoteEntries {
  readonly #claim: (claim: EntryClaim) => Promise<ClaimAnswer>;
  readonly #name: string;
  readonly #entriesMax: number;
  readonly #partitions: number;
  #latestMs = Number.NEGATIVE_INFINITY;

  /** `name` keeps what is remembered for one purpose apart from the other. */
  constructor(
    name: string,
    { entriesMax = 10_000_000, partitions = 1 }: EntryLimits,
    claim: (claim: EntryClaim) => Promise<ClaimAnswer>,
  ) {
    this.#claim = claim;
    this.#name = name;
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
    ] as const;
    const minute = Math.floor(this.#latestMs / MINUTE_MS);
    const lastMinute = Math.min(Math.ceil(untilMs / MINUTE_MS), minute + MINUTES_MAX);
    const keepMs = keepingMs(untilMs, nowMs);
    const answer = await this.#claim({ keys, holder, keepMs, minute, lastMinute, roomMax: this.#roomOf(kind) });
    if (typeof answer === 'boolean') return answer;
    throw new Fault('internal.quota', { ...answer, room: kind, principal: owner.slice(0, 128) });
  }

  /** In each partition. */
  #roomOf(kind: NonNullable<ReplayShare['kind']>): number {
    const ofTrust = Math.floor(this.#entriesMax / TRUST_PART);
    return Math.ceil((kind === 'trust' ? ofTrust : this.#entriesMax - ofTrust) / this.#partitions);
  }
}
