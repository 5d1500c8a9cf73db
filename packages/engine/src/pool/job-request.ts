import type { CertifiedKey, Reply } from '@parley/core';
import { Fault } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import type { PoolMessage } from './contract.ts';
import type { JobRequest } from './flight.ts';
import { portableSeal } from './transfer/portable-seal.ts';
import type { PoolBootstrapSealRequest, PoolSealRequest } from './transfer/seal-request.ts';

/** What is asked for `message`. @throws Fault `caller.input-invalid` it has no octets */
export function openRequest({ message, atMs, soapAction, signatureValuesSent, mayDecrypt }: PoolMessage): JobRequest {
  requireOctets(message);
  return { octets: message, atMs, soapAction, signatureValuesSent, mayDecrypt, seal: undefined };
}

/** Fails for what a worker cannot be told. @throws Fault `caller.input-invalid` for what is no Uint8Array */
export function sealRequest(
  envelope: Uint8Array,
  request: PoolSealRequest | PoolBootstrapSealRequest,
  ownKeys: readonly CertifiedKey[],
): Reply<JobRequest> {
  requireOctets(envelope);
  try {
    const seal = portableSeal(request, ownKeys);
    const { atMs } = request;
    const unasked = { soapAction: undefined, signatureValuesSent: undefined, mayDecrypt: undefined };
    return { ok: true, value: { octets: envelope, atMs, ...unasked, seal } };
  } catch (error) {
    return failedReply(error);
  }
}

function requireOctets(octets: unknown): void {
  if (!(octets instanceof Uint8Array)) throw new Fault('caller.input-invalid', { reason: 'not a Uint8Array' });
}
