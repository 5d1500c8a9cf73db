import { Fault } from '@parley/core';

/** What a broker ended a link with: `amqp:not-found` and the like. */
export function conditionOf(error: unknown): string {
  const condition: unknown =
    typeof error === 'object' && error !== null && 'condition' in error ? error.condition : undefined;
  return typeof condition === 'string' ? condition : 'unknown';
}

/** The fault of a link that a broker ended. */
export function linkFault(error: unknown, option: string, address: string): Fault {
  const condition = conditionOf(error);
  return NEVER.has(condition)
    ? new Fault('caller.option-invalid', { option, got: address, reason: condition }, error)
    : new Fault('internal.bus-unavailable', { reason: condition }, error);
}

/** It will not be otherwise the next time. */
const NEVER: ReadonlySet<string> = new Set(['amqp:not-found', 'amqp:unauthorized-access', 'amqp:not-allowed']);
