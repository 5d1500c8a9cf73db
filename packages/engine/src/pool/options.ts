import { Fault } from '@parley/core';
import { requireOptions } from '@parley/core/internal';
import type { KeySourceName } from '../message/opened-message.ts';
import { checkedPolicy } from '../policy/policy-of.ts';
import type { PoolOptions } from './contract.ts';
import { POOL_OPTIONS } from './options-shape.ts';

/** {@link PoolOptions} with nothing left open. */
export type CompletePoolOptions = Required<Omit<PoolOptions, 'credentials' | 'workerUrl' | 'onRefused' | 'meter'>> &
  Pick<PoolOptions, 'credentials' | 'onRefused' | 'meter'>;

const DEFAULTS = {
  batchMessagesMax: 64,
  batchBytesMax: 1024 * 1024,
  queueBytesMax: 64 * 1024 * 1024,
  queueMessagesMax: 8192,
  whenFull: 'wait',
  cachedContextsMax: 4096,
  templatesMax: 64,
  contextAgeMaxMs: 1000,
  jobTimeoutMs: 5000,
  workerHeapMiBMax: 512,
} as const;

/** Of a resolver without `changes`. */
const MUTE_AGE_LEAST_MS = 100;

/** `options` over the defaults. @throws Fault `caller.option-invalid` naming the option */
export function completePoolOptions(options: PoolOptions): CompletePoolOptions {
  requireOptions(POOL_OPTIONS, options, 'options');
  const policy = checkedPolicy(options.policy);
  const complete: CompletePoolOptions = { ...DEFAULTS, ...withoutUndefined(options), policy };
  const { signedBy, endorsedBy, passwordTypes } = complete.policy;
  const sources = [...signedBy, ...endorsedBy];
  // Passwords are looked up, and stay with whoever has them.
  if (passwordTypes.length > 0)
    throw new Fault('caller.option-invalid', {
      option: 'policy.passwordTypes',
      reason: 'passwords stay with whoever has them: use open',
    });
  // What nobody signs is a user's; and without credentials, workers know contexts, and refuse what others sign.
  const isForWorkers = (source: KeySourceName): boolean =>
    source === 'context' || (complete.credentials !== undefined && source !== 'username');
  if (!signedBy.some(isForWorkers) || !endorsedBy.every(isForWorkers) || sources.includes('username'))
    throw new Fault('caller.option-invalid', {
      option: 'policy.signedBy',
      got: sources.join(' '),
      reason: 'without credentials a pool has the keys of contexts, and users prove themselves to open only',
    });
  // Workers that forget everything faster than it is looked up would never have it.
  if (complete.contexts.changes === undefined && complete.contextAgeMaxMs < MUTE_AGE_LEAST_MS)
    throw new Fault('caller.option-invalid', { option: 'contextAgeMaxMs', least: MUTE_AGE_LEAST_MS });
  return complete;
}

function withoutUndefined(options: PoolOptions): PoolOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as unknown as PoolOptions;
}
