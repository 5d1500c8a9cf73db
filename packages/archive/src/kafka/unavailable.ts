import { Fault } from '@parley/core';
import { connectionReason } from '@parley/core/internal';

/** What the client failed with, as something that passes, and the broker if it names one; the cause is kept. */
export function unavailable(error: unknown): Fault {
  // Of tries that are given up it says only how the last one failed.
  const last = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = connectionReason(last) ?? typeOf(last) ?? (last instanceof Error ? last.name : 'unknown');
  const bus = last instanceof Error && 'broker' in last ? String(last.broker) : undefined;
  return new Fault('internal.bus-unavailable', { reason, ...(bus !== undefined && { bus }) }, error);
}

/** What a broker calls it. */
function typeOf(error: unknown): string | undefined {
  return error instanceof Error && 'type' in error && typeof error.type === 'string' ? error.type : undefined;
}
