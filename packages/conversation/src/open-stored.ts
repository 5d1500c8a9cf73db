/** `open` with contexts that only a store knows: the message says which, the store is asked, `open` runs again. */

import type { Reply, SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import type { ContextMessage, OpenedMessage, OpenRequest } from '@parley/engine';
import { isContextMessage, open } from '@parley/engine';
import { wipeContext } from './store/context-copy.ts';
import type { ContextStore } from './store/context-store.ts';
import { unwrapped } from './unwrapped.ts';

/** A message names one context; a second may stand in it by mistake, and then it is refused. */
const CONTEXTS_MAX = 2;

/** What was opened, and the context whose key proved it: the caller's own, to wipe. */
export interface StoredOpening {
  readonly message: ContextMessage;
  readonly context: SecurityContext;
}

/**
 * Opens `bytes` (borrowed) with contexts of `store`, each passed through `adjust` first.
 * @throws Fault what `open` refuses with, and what the store throws
 */
export async function openStored(
  bytes: Uint8Array,
  request: Omit<OpenRequest, 'contexts'>,
  store: Pick<ContextStore, 'get'>,
  adjust: (context: SecurityContext) => SecurityContext = (context) => context,
): Promise<StoredOpening> {
  const known = new Map<string, SecurityContext | undefined>();
  let taken: SecurityContext | undefined;
  try {
    for (let round = 0; round <= CONTEXTS_MAX; round++) {
      const { reply, missing } = openKnown(bytes, request, known);
      if (missing !== undefined) {
        const context = await store.get(missing);
        known.set(missing, context === undefined ? undefined : adjust(context));
        continue;
      }
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
