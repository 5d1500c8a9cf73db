import { Fault, type FaultCode } from '@parley/core';

/** The code of the Fault that `action` throws, or `undefined` if it returns. Anything else thrown goes on. */
export function codeOf(action: () => unknown): FaultCode | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
  return undefined;
}
