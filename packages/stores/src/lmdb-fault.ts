import { Fault } from '@parley/core';

// LMDB's own codes: page not found, corrupted, version mismatch, invalid file.
const CORRUPTION_CODES: ReadonlySet<number> = new Set([-30797, -30796, -30794, -30793]);
/** Turns of the event loop that the driver may take to say why: it does so in the one in which it fails. */
const CAUSE_TURNS = 8;

/** lmdb rejects with a general error that carries a promise of the real one, which somebody must handle and which may never settle. */
export async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  try {
    await Promise.race([error.commitError, turns(CAUSE_TURNS)]);
    return error;
  } catch (cause) {
    return cause;
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** What went wrong in LMDB, as ours. */
export function storeFault(error: unknown, operation: string): Fault {
  if (error instanceof Fault) return error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : 0;
  const detail = { operation, lmdbCode: code };
  return new Fault(CORRUPTION_CODES.has(code) ? 'internal.store-corrupt' : 'internal.store-unavailable', detail);
}
