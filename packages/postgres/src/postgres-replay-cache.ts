import { randomBytes } from 'node:crypto';
import type { EntryLimits, RemoteEntries } from '@parley/conversation/internal';
import { requireQuestion } from '@parley/conversation/internal';
import { optional, requireOptions, shapeOf, whole } from '@parley/core/internal';
import type { ReplayCache, ReplayShare } from '@parley/engine';
import { postgresEntries } from './postgres-entries.ts';
import type { PostgresPlace } from './store-settings.ts';
import { PLACE } from './store-settings.ts';

export interface PostgresReplayCacheOptions extends PostgresPlace, EntryLimits {}

const OPTIONS = shapeOf<PostgresReplayCacheOptions>({
  ...PLACE,
  entriesMax: optional(whole(1)),
  partitions: optional(whole(1, 16_384)),
});

/**
 * A `ReplayCache` that all nodes share: each insert is one step of the server. A connection that dies in the middle leaves nobody in doubt: the
 * insert is sent again under the name of the same attempt, and is known by it. When it is full, or the server gone, messages are refused.
 */
export class PostgresReplayCache implements ReplayCache {
  readonly #entries: RemoteEntries;
  readonly #name = randomBytes(12).toString('base64url');
  #attempts = 0;

  /** @throws Fault `caller.option-invalid` */
  constructor(options: PostgresReplayCacheOptions) {
    requireOptions(OPTIONS, options, 'options');
    this.#entries = postgresEntries('replay', options);
  }

  async insertIfAbsent(
    scope: string,
    key: string,
    untilMs: number,
    nowMs: number,
    share: ReplayShare = { owner: scope },
  ): Promise<boolean> {
    requireQuestion({ scope, key, untilMs, nowMs, share });
    const attempt = `${this.#name}${(this.#attempts++).toString(36)}`;
    return await this.#entries.claim({ scope, key, untilMs }, attempt, nowMs, share);
  }
}
