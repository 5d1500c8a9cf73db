/** What a memory of replays is given, wherever it keeps it. */
import { FINITE, requireKind, TEXT } from '@parley/core/internal';
import type { ReplayShare } from '@parley/engine';
import { REPLAY_SHARE } from '@parley/engine/internal';

/** An entry of `ReplayMemory.insertIfAbsent`, and as of when. */
export interface ReplayQuestion {
  readonly scope: string;
  readonly key: string;
  readonly untilMs: number;
  readonly nowMs: number;
  readonly share: ReplayShare;
}

/** @throws Fault `caller.option-invalid` */
export function requireQuestion({ scope, key, untilMs, nowMs, share }: ReplayQuestion): void {
  requireKind(TEXT, scope, 'scope');
  requireKind(TEXT, key, 'key');
  requireKind(FINITE, untilMs, 'untilMs');
  requireKind(FINITE, nowMs, 'nowMs');
  requireKind(REPLAY_SHARE, share, 'share');
}
