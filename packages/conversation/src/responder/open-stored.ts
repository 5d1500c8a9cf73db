/** `open` with contexts that only a store knows: the message says which, the store is asked, `open` runs again. */

import type { Reply, SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import type { ContextMessage, OpenedMessage, OpenRequest } from '@parley/engine';
import { isContextMessage, open } from '@parley/engine';
import { unwrapped } from '../exchange/unwrapped.ts';
import { AwaitedReplays } from '../replay/awaited-replays.ts';
import type { ReplayCache } from '../replay/replay-cache.ts';
import { wipeContext } from '../store/context-copy.ts';
import type { ContextStore } from '../store/context-store.ts';

/** A message names one context; a second may stand in it by mistake, and then it is refused. */
const CONTEXTS_MAX = 2;

/** What was opened, and the context whose key proved it: the caller's own, to wipe. */
export interface StoredOpening {
  readonly message: ContextMessage;
  readonly context: SecurityContext;
}

/** An {@link OpenRequest} without what the store has, and with a cache that need not answer at once. */
export type StoredOpenRequest = Omit<OpenRequest, 'contexts' | 'replays'> & { readonly replayCache: ReplayCache };

/**
 * Opens `bytes` (borrowed), once only, with contexts of `store`, each passed through `adjust` first.
 * @throws Fault what `open` refuses with, and what the store throws
 */
export async function openStored(
  bytes: Uint8Array,
  request: StoredOpenRequest,
  store: Pick<ContextStore, 'get'>,
  adjust: (context: SecurityContext) => SecurityContext = (context) => context,
): Promise<StoredOpening> {
  const known = new Map<string, SecurityContext | undefined>();
  const replays = new AwaitedReplays(request.replayCache);
  let taken: SecurityContext | undefined;
  try {
    while (known.size <= CONTEXTS_MAX) {
      const { reply, missing } = openKnown(bytes, { ...request, replays }, known);
      if (missing !== undefined) {
        const context = await store.get(missing);
        known.set(missing, context === undefined ? undefined : adjust(context));
        continue;
      }
      if (await replays.arrived()) continue;
      const message = unwrapped(reply);
      if (!isContextMessage(message)) break;
      taken = known.get(message.identifier);
      if (taken === undefined) break;
      return { message, context: taken };
    }
    throw new Fault('peer.bad-context', { reason: 'too many contexts' });
  } finally {
    for (const context of known.values()) if (context !== taken) wipeContext(context);
  }
}

function openKnown(
  bytes: Uint8Array,
  request: Omit<OpenRequest, 'contexts'>,
  known: ReadonlyMap<string, SecurityContext | undefined>,
): { reply: Reply<OpenedMessage>; missing: string | undefined } {
  let missing: string | undefined;
  const find = (identifier: string): SecurityContext | undefined => {
    if (known.has(identifier)) return known.get(identifier);
    missing = identifier;
    throw new Fault('internal.context-needed');
  };
  return { reply: open(bytes, { ...request, contexts: { find } }), missing };
}
