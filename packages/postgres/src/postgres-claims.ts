import { hash } from 'node:crypto';
import type { EntryLimits, RemoteEntries } from '@parley/conversation/internal';
import { FINITE, optional, requireKind, requireOptions, shapeOf, TEXT, whole } from '@parley/core/internal';
import type { ReplayEntry, ReplayShare } from '@parley/engine';
import { REPLAY_ENTRY, REPLAY_SHARE } from '@parley/engine/internal';
import { postgresEntries } from './postgres-entries.ts';
import type { PostgresPlace } from './store-settings.ts';
import { PLACE } from './store-settings.ts';

export interface PostgresClaimsOptions extends PostgresPlace, EntryLimits {
  /**
   * How far one partition of the bus may be behind another, by the time that messages are judged at. Each message is remembered so much
   * longer. Default ten minutes.
   */
  readonly lagMaxMs?: number | undefined;
}

const OPTIONS = shapeOf<PostgresClaimsOptions>({
  ...PLACE,
  entriesMax: optional(whole(1)),
  partitions: optional(whole(1, 16_384)),
  lagMaxMs: optional(whole()),
});

/** The `Claims` of `@parley/bus`, for several readers: what one was given, its redelivery finds again, whichever of them gets it. */
export class PostgresClaims {
  readonly #entries: RemoteEntries;
  readonly #lagMaxMs: number;

  /** @throws Fault `caller.option-invalid` */
  constructor(options: PostgresClaimsOptions) {
    requireOptions(OPTIONS, options, 'options');
    this.#entries = postgresEntries('claims', options);
    this.#lagMaxMs = options.lagMaxMs ?? 600_000;
  }

  /**
   * Gives `entry` to `place`, unless another place has it, in one step.
   * @throws Fault `caller.option-invalid`; `internal.quota` no room; `internal.store-unavailable`
   */
  async claim(entry: ReplayEntry, place: string, nowMs: number, share: ReplayShare): Promise<boolean> {
    requireKind(REPLAY_ENTRY, entry, 'entry');
    requireKind(TEXT, place, 'place');
    requireKind(FINITE, nowMs, 'nowMs');
    requireKind(REPLAY_SHARE, share, 'share');
    const untilMs = entry.untilMs + this.#lagMaxMs;
    return await this.#entries.claim({ ...entry, untilMs }, hash('sha256', place, 'base64url'), nowMs, share);
  }
}
