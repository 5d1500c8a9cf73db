import { Fault } from '@parley/core';

// LMDB's own codes: page not found, corrupted, version mismatch, invalid file.
const CORRUPTION_CODES: ReadonlySet<number> = new Set([-30797, -30796, -30794, -30793]);

/** lmdb rejects with a general error that carries a promise of the real one, which somebody must handle. */
export async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}

/** What went wrong in LMDB, as ours. */
export function storeFault(error: unknown, operation: string): Fault {
  if (error instanceof Fault) return error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : 0;
  const detail = { operation, lmdbCode: code };
  return new Fault(CORRUPTION_CODES.has(code) ? 'internal.store-corrupt' : 'internal.store-unavailable', detail);
}
