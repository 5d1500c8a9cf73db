import { Fault } from '@parley/core';
import { NOT_WRAPPED, REFUSALS } from './cryptoki.ts';

/** The result of a call that failed; `undefined` for what is no error of a token. */
export function resultOf(error: unknown): number | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' ? code : undefined;
}

/** What a driver threw, as a fault; of the error, its result and the function's name are told, and no more. */
export function faultOf(error: unknown, operation: 'open' | 'wrap' | 'unwrap'): Fault {
  if (error instanceof Fault) return error;
  const result = resultOf(error);
  if (result === undefined)
    return new Fault('internal.key-service-unavailable', { operation, reason: 'driver' }, error);
  const detail = { operation, result: `0x${result.toString(16)}` };
  if (operation === 'unwrap' && NOT_WRAPPED.has(result))
    return new Fault('caller.store-key-wrong', { ...detail, reason: 'wrapped under another key, or altered' }, error);
  const reason = REFUSALS.get(result);
  if (reason !== undefined) return new Fault('caller.key-service-refused', { ...detail, reason }, error);
  return new Fault('internal.key-service-unavailable', detail, error);
}
