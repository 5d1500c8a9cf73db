import type { Reply } from '@parley/core';
import { failedReply } from '@parley/core/internal';

/** What `work` gives, or what it throws, as a reply: `unwrap` the other way. */
export function replyOf<T>(work: () => T): Reply<T> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    return failedReply(error);
  }
}
