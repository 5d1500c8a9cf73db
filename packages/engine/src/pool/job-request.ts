import { Fault } from '@parley/core';
import type { PoolMessage } from './contract.ts';
import type { JobRequest } from './flight.ts';

/** @throws Fault `caller.input-invalid` for what is no Uint8Array */
export function openRequest({ message, atMs, soapAction, signatureValuesSent }: PoolMessage): JobRequest {
  requireOctets(message);
  return { octets: message, atMs, soapAction, signatureValuesSent, seal: undefined };
}

/** @throws Fault `caller.input-invalid` */
export function requireOctets(octets: unknown): void {
  if (!(octets instanceof Uint8Array)) throw new Fault('caller.input-invalid', { reason: 'not a Uint8Array' });
}
