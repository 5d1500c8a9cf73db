import { randomBytes } from 'node:crypto';
import type { EntryLimits, RemoteEntries } from '@parley/conversation/internal';
import { requireQuestion } from '@parley/conversation/internal';
import { optional, requireOptions, shapeOf, whole } from '@parley/core/internal';
import type { ReplayCache, ReplayShare } from '@parley/engine';
import { redisEntries } from './redis-entries.ts';
import type { RedisPlace } from './store-settings.ts';
import { PLACE } from './store-settings.ts';

export interface RedisReplayCacheOptions extends RedisPlace, EntryLimits {}

const OPTIONS = shapeOf<RedisReplayCacheOptions>({
  ...PLACE,
  entriesMax: optional(whole(1)),
  partitions: optional(whole(1, 16_384)),
});

/**
 * A `ReplayCache` that all nodes share: each insert is one step of the server. A connection that dies in the middle leaves nobody in doubt: the
 * insert is sent again under the name of the same attempt, and is known by it. When Redis is full, or gone, messages are refused.
 */
export class RedisReplayCache implements ReplayCache {
  readonly #entries: RemoteEntries;
  readonly #name = randomBytes(12).toString('base64url');
  #attempts = 0;

  /** @throws Fault `caller.option-invalid` */
  constructor(options: RedisReplayCacheOptions) {
    requireOptions(OPTIONS, options, 'options');
    this.#entries = redisEntries('replay', options);
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
