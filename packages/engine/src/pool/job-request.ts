import type { CertifiedKey, Reply } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { anything, failedReply, listOf, requireInput, requireKind, requireOptions } from '@parley/core/internal';
import type { PoolMessage } from './contract.ts';
import type { JobRequest } from './flight.ts';
import { POOL_MESSAGE, POOL_SEALING, STREAMED_MESSAGE } from './options-shape.ts';
import { portableSeal } from './transfer/portable-seal.ts';
import type { PoolBootstrapSealRequest, PoolSealRequest } from './transfer/seal-request.ts';

const MESSAGES: Kind<readonly PoolMessage[]> = listOf(anything());

/** The job of one message. @throws Fault `caller.input-invalid`, `caller.option-invalid` */
export function openRequest(given: PoolMessage): JobRequest {
  requireOptions(POOL_MESSAGE, given, 'message');
  return jobOf(given);
}

/** The same of many: all of them, or none. */
export function openRequests(messages: readonly PoolMessage[]): readonly JobRequest[] {
  requireKind(MESSAGES, messages, 'messages');
  return messages.map(openRequest);
}

/** The same of one that may carry what is not ours. */
export function streamedJob(given: PoolMessage): Reply<JobRequest> {
  requireOptions(STREAMED_MESSAGE, given, 'message');
  return { ok: true, value: jobOf(given) };
}

function jobOf({ message, atMs, soapAction, signatureValuesSent, mayDecrypt }: PoolMessage): JobRequest {
  requireInput(message, 'message');
  return { octets: message, atMs, soapAction, signatureValuesSent, mayDecrypt, seal: undefined };
}

/** Fails for what a worker cannot be told. @throws Fault `caller.input-invalid` for what is no Uint8Array */
export function sealRequest(
  envelope: Uint8Array,
  request: PoolSealRequest | PoolBootstrapSealRequest,
  ownKeys: readonly CertifiedKey[],
): Reply<JobRequest> {
  requireInput(envelope, 'envelope');
  try {
    requireOptions(POOL_SEALING, request, 'request');
    const seal = portableSeal(request, ownKeys);
    const { atMs } = request;
    const unasked = { soapAction: undefined, signatureValuesSent: undefined, mayDecrypt: undefined };
    return { ok: true, value: { octets: envelope, atMs, ...unasked, seal } };
  } catch (error) {
    return failedReply(error);
  }
}
