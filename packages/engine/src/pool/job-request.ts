import { Fault } from '@parley/core';
import type { PoolMessage } from './contract.ts';
import type { JobRequest } from './flight.ts';
import type { PortableSeal } from './transfer/portable-seal.ts';

/** What is asked for `message`. @throws Fault `caller.input-invalid` it has no octets */
export function openRequest({ message, atMs, soapAction, signatureValuesSent, mayDecrypt }: PoolMessage): JobRequest {
  requireOctets(message);
  return { octets: message, atMs, soapAction, signatureValuesSent, mayDecrypt, seal: undefined };
}

/** The same for an envelope that is to be sealed. */
export function sealRequest(octets: Uint8Array, atMs: number, seal: PortableSeal): JobRequest {
  return { octets, atMs, soapAction: undefined, signatureValuesSent: undefined, mayDecrypt: undefined, seal };
}

/** @throws Fault `caller.input-invalid` */
export function requireOctets(octets: unknown): void {
  if (!(octets instanceof Uint8Array)) throw new Fault('caller.input-invalid', { reason: 'not a Uint8Array' });
}
