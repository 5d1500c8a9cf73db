import type { ReplayCache } from '@parley/engine';
import { isBesideMessage } from '@parley/engine/internal';

/**
 * A replay cache for a message in a sequence: its number tells whether it was here, for as long as the sequence lives, so that the
 * memory is not asked for it. It is asked before anything is decrypted that could be asked again and again (T37), and for the nonce of a
 * password, which somebody could take out of one message and put into another.
 */
export function numberedReplays(cache: ReplayCache): ReplayCache {
  return {
    insertIfAbsent: (identifier, key, untilMs, nowMs, share) =>
      isBesideMessage(key) ? cache.insertIfAbsent(identifier, key, untilMs, nowMs, share) : true,
  };
}
