/** What may be seen once, and who has it: entries of which each has one holder, and each owner its share. */
import { hash } from 'node:crypto';
import type { ReplayShare } from '@parley/engine';
import type { ShareQuota } from '../replay/replay-shares.ts';
import { claimantOf, quotaFault } from '../replay/replay-shares.ts';
import { forgottenAtMs, keepingMs } from './keeping-time.ts';

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
  /** The entry; how many there are, how many of the owner, and of his context, each by the minute in which they end. */
  readonly keys: readonly string[];
  readonly holder: string;
  /**
   * How long it is kept: so many milliseconds, and until then by the clock of the server, but no more than `BY_SERVER_MAX_MS` longer. So a node whose clock
   * had jumped has nothing forgotten that comes again when it is right.
   */
  readonly keepMs: string;
  readonly forgetAtMs: string;
  readonly minute: number;
  readonly lastMinute: number;
  readonly roomMax: number;
}

/** What a server says is used up, in place of whether it is the holder's. */
const USED_UP: Readonly<Record<number, ShareQuota>> = {
  [-1]: 'replay',
  [-2]: 'replay-share',
  [-3]: 'replay-context',
};

/** Whether it is the holder's (1 or 0); or what is used up, by its number in {@link USED_UP}, and by how many entries. */
export type ClaimAnswer = readonly [answer: number, entries: number];

/** What was seen once, by all nodes: each entry a key that the server forgets in time, by its own clock, counted by owner and minute. */
export class RemoteEntries {
  readonly #claim: (claim: EntryClaim) => Promise<ClaimAnswer>;
  readonly #name: string;
  readonly #entriesMax: number;
  readonly #partitions: number;

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
    if (untilMs <= nowMs) return false;
    // The length keeps the two apart: ("a", "bc") is not ("ab", "c").
    const digest = hash('sha256', `${scope.length}:${scope}${key}`, 'buffer');
    const partition = this.#partitions === 1 ? 0 : digest.readUInt32BE(28) % this.#partitions;
    const place = `${this.#name}${partition}}`;
    const claimant = claimantOf(scope, owner);
    const keys = [
      `${place}:${digest.toString('base64url', 0, 16)}`,
      `${place}:${kind}`,
      `${place}:${kind}:${shortened(owner)}`,
    ];
    if (claimant.context !== undefined)
      keys.push(`${place}:${kind}:context:${shortened(`${owner.length}:${owner}${claimant.context}`)}`);
    const minute = Math.floor(nowMs / MINUTE_MS);
    const lastMinute = Math.min(Math.ceil(untilMs / MINUTE_MS), minute + MINUTES_MAX);
    const kept = { keepMs: keepingMs(untilMs, nowMs), forgetAtMs: forgottenAtMs(untilMs) };
    const roomMax = this.#roomOf(kind);
    const [answer, entries] = await this.#claim({ keys, holder, ...kept, minute, lastMinute, roomMax });
    const quota = USED_UP[answer];
    if (quota === undefined) return answer === 1;
    throw quotaFault(quota, entries, kind, claimant);
  }

  /** In each partition. */
  #roomOf(kind: NonNullable<ReplayShare['kind']>): number {
    const ofTrust = Math.floor(this.#entriesMax / TRUST_PART);
    return Math.ceil((kind === 'trust' ? ofTrust : this.#entriesMax - ofTrust) / this.#partitions);
  }
}

function shortened(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}
