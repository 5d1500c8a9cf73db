import type { Kind } from '@parley/core/internal';
import { anything, listOf, requireInput, requireKind, requireOptions } from '@parley/core/internal';
import type { PoolMessage } from './contract.ts';
import type { JobRequest } from './flight.ts';
import { POOL_MESSAGE } from './options-shape.ts';

const MESSAGES: Kind<readonly PoolMessage[]> = listOf(anything());

/** The job of one message. @throws Fault `caller.input-invalid`, `caller.option-invalid` */
export function openRequest(given: PoolMessage): JobRequest {
  requireOptions(POOL_MESSAGE, given, 'message');
  const { message, atMs, soapAction, signatureValuesSent } = given;
  requireInput(message, 'message');
  return { octets: message, atMs, soapAction, signatureValuesSent, seal: undefined };
}

/** The same of many: all of them, or none. */
export function openRequests(messages: readonly PoolMessage[]): readonly JobRequest[] {
  requireKind(MESSAGES, messages, 'messages');
  return messages.map(openRequest);
}
