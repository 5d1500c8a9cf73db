/** What a memory of replays is given, wherever it keeps it. */
import type { Kind } from '@parley/core/internal';
import { FINITE, requireKind, shapeOf, TEXT } from '@parley/core/internal';
import type { ReplayShare } from '@parley/engine';
import { REPLAY_SHARE } from '@parley/engine/internal';

/** What one node asks another to insert, as plain data: the arguments of `insertIfAbsent`. */
export interface ReplayQuestion {
  readonly scope: string;
  readonly key: string;
  readonly untilMs: number;
  readonly nowMs: number;
  readonly share: ReplayShare;
}

export const QUESTION: Kind<ReplayQuestion> = shapeOf<ReplayQuestion>({
  scope: TEXT,
  key: TEXT,
  untilMs: FINITE,
  nowMs: FINITE,
  share: REPLAY_SHARE,
});

/** @throws Fault `caller.option-invalid` */
export function requireQuestion({ scope, key, untilMs, nowMs, share }: ReplayQuestion): void {
  requireKind(TEXT, scope, 'scope');
  requireKind(TEXT, key, 'key');
  requireKind(FINITE, untilMs, 'untilMs');
  requireKind(FINITE, nowMs, 'nowMs');
  requireKind(REPLAY_SHARE, share, 'share');
}
