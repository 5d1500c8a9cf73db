import type { Reply } from './fault.ts';
import { Fault, isFaultCode } from './fault.ts';
import { got } from './got.ts';

/**
 * The value of `reply`, where a refusal is an exception to its reader.
 * @throws Fault the code, detail and cause of a reply that failed; `caller.option-invalid` what is no reply
 */
export function unwrap<T>(reply: Reply<T>): T {
  if (isReply(reply)) {
    if (reply.ok) return reply.value;
    throw new Fault(reply.code, reply.detail, reply.cause);
  }
  // A promise that nobody waited for, most likely.
  throw new Fault('caller.option-invalid', { option: 'reply', got: got(reply), wanted: 'a reply' });
}

function isReply(reply: unknown): boolean {
  try {
    const { ok, code } = reply as Readonly<Record<string, unknown>>;
    return ok === true || (ok === false && typeof code === 'string' && isFaultCode(code));
  } catch {
    return false;
  }
}
