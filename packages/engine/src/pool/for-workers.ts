import type { FailedReply, FaultCode, Reply } from '@parley/core';
import { DEFAULT_LIMITS } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import { envelopeFault } from '../seal/rules.ts';
import type { JobRequest } from './flight.ts';
import type { CompletePoolOptions } from './options.ts';
import type { PoisonList } from './poison-list.ts';
import { inUtf8 } from './reader.ts';
import type { JobKind } from './transfer/task.ts';

/** What a worker gets to see, or the answer to a message that none does. `nowMs` is of a steady clock. */
export function forWorkers(
  kind: JobKind,
  given: JobRequest,
  { pool: { policy, workers }, poison }: { readonly pool: CompletePoolOptions; readonly poison: PoisonList },
  nowMs: number,
): Reply<JobRequest> {
  const isAsItIs = kind === 'seal' || workers === 0 || policy.reader === 'scan';
  const decoded: Reply<JobRequest> = isAsItIs ? { ok: true, value: given } : inUtf8(given, policy);
  if (!decoded.ok) return decoded;
  const { octets } = decoded.value;
  const { messageBytesMax } = kind === 'seal' ? DEFAULT_LIMITS : policy.limits;
  // Never in shared memory; `open` and `seal` see the size first and answer the same.
  if (octets.length > messageBytesMax) {
    const tooLong = failure('peer.limit-message-size', { lengthBytes: octets.length, maxBytes: messageBytesMax });
    return kind === 'seal' ? failedReply(envelopeFault(tooLong)) : tooLong;
  }
  if (poison.has(octets, nowMs)) return failure('internal.worker-lost', { reason: 'seen before' });
  return decoded;
}

/** A refusal of the pool itself. */
export function failure(code: FaultCode, detail: FailedReply['detail'] = {}): FailedReply {
  return { ok: false, code, detail };
}
