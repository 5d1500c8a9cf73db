/** What a memory of messages is given. */
import type { Kind } from '@parley/core/internal';
import { FINITE, oneOf, optional, shapeOf, TEXT } from '@parley/core/internal';
import type { ReplayEntry, ReplayShare } from './replay-memory.ts';

export const REPLAY_ENTRY: Kind<ReplayEntry> = shapeOf<ReplayEntry>({ scope: TEXT, key: TEXT, untilMs: FINITE });

export const REPLAY_SHARE: Kind<ReplayShare> = shapeOf<ReplayShare>({
  owner: TEXT,
  kind: optional(oneOf(['message', 'trust'])),
});
