import type { Reply } from '@parley/core';
import { Fault } from '@parley/core';
import { failedReply } from '@parley/core/internal';

/** The value of a reply; a failed one is thrown. @throws Fault what the reply holds */
export function unwrapped<T>(reply: Reply<T>): T {
  if (!reply.ok) throw new Fault(reply.code, reply.detail);
  return reply.value;
}

/** The other way: what `work` gives, or what it throws, as a reply. */
export function replyOf<T>(work: () => T): Reply<T> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    return failedReply(error);
  }
}
