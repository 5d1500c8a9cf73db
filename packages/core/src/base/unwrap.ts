import type { Reply } from './fault.ts';
import { Fault } from './fault.ts';

/**
 * The value of `reply`, where a refusal is an exception to its reader.
 * @throws Fault the code, detail and cause of a reply that failed
 */
export function unwrap<T>(reply: Reply<T>): T {
  if (reply.ok) return reply.value;
  throw new Fault(reply.code, reply.detail, reply.cause);
}
