import { Fault } from '@parley/core';

/** What the client failed with, as something that passes; the cause is kept. */
export function unavailable(error: unknown): Fault {
  const reason = error instanceof Error ? error.name : 'unknown';
  return new Fault('internal.bus-unavailable', { reason }, error);
}
