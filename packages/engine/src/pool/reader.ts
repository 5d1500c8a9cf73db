/**
 * Which thread reads with libxml2: one of a process can have it, and here that is the one that calls. What is not UTF-8
 * it reads before a batch goes to the workers; what libxml2 is to do inside `open`, no worker can.
 */
import { loadNative, utf8Octets } from '@parley/codec/internal';
import type { Reply } from '@parley/core';
import { Fault } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import type { Policy } from '../policy/policy.ts';
import type { JobRequest } from './flight.ts';

/**
 * The policy by which workers, or with none the calling thread, open messages.
 * @throws Fault `caller.option-invalid` for workers that would need libxml2, `caller.libxml-unavailable`
 */
export function policyOfWorkers(policy: Policy, workers: number): Policy {
  switch (policy.reader) {
    case 'scan':
      return policy;
    case 'auto':
      return workers === 0 ? policy : { ...policy, reader: 'scan' };
    case 'libxml':
    case 'cross-check':
      if (workers > 0) {
        throw new Fault('caller.option-invalid', { option: 'workers', reason: `reader ${policy.reader} needs 0` });
      }
      loadNative();
      return policy;
  }
}

/** `request` with its message as UTF-8, or why it cannot be read. */
export function inUtf8(request: JobRequest, policy: Policy): Reply<JobRequest> {
  try {
    const octets = utf8Octets(request.octets, policy.limits);
    return { ok: true, value: octets === request.octets ? request : { ...request, octets } };
  } catch (error) {
    return failedReply(error);
  }
}
