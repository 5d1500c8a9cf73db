import { Fault } from '@parley/core';
import type { KeySourceName } from '../message/opened-message.ts';
import type { PoolOptions } from './contract.ts';

/** {@link PoolOptions} with nothing left open. */
export type CompletePoolOptions = Required<Omit<PoolOptions, 'credentials' | 'workerUrl' | 'onRefused'>> &
  Pick<PoolOptions, 'credentials' | 'onRefused'>;

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

// Of each number: at least, at most.
const RANGES = {
  workers: [0, 1024],
  batchMessagesMax: [1, 4096],
  batchBytesMax: [1, 2 ** 30],
  queueBytesMax: [1, Number.MAX_SAFE_INTEGER],
  queueMessagesMax: [1, 2 ** 24],
  cachedContextsMax: [1, 2 ** 24],
  templatesMax: [0, 4096],
  contextAgeMaxMs: [0, 2 ** 31 - 1],
  jobTimeoutMs: [1, 2 ** 31 - 1],
  workerHeapMiBMax: [1, 2 ** 20],
} as const satisfies Partial<Record<keyof PoolOptions, readonly [number, number]>>;

/** `options` over the defaults. @throws Fault `caller.option-invalid` naming the option */
export function completePoolOptions(options: PoolOptions): CompletePoolOptions {
  const complete: CompletePoolOptions = { ...DEFAULTS, ...withoutUndefined(options) };
  for (const [name, [least, most]] of Object.entries(RANGES)) {
    const value = complete[name as keyof typeof RANGES];
    if (!Number.isSafeInteger(value) || value < least || value > most) {
      throw new Fault('caller.option-invalid', { option: name, value: String(value).slice(0, 64), least, most });
    }
  }
  const { signedBy, endorsedBy, passwordTypes } = complete.policy;
  const sources = [...signedBy, ...endorsedBy];
  // Passwords are looked up, and stay with whoever has them.
  if (passwordTypes.length > 0) throw new Fault('caller.option-invalid', { option: 'policy.passwordTypes' });
  // What nobody signs is a user's; and without credentials, workers know contexts and nothing else.
  const isForWorkers = (source: KeySourceName): boolean =>
    source === 'context' || (complete.credentials !== undefined && source !== 'username');
  if (signedBy.length === 0 || !sources.every(isForWorkers))
    throw new Fault('caller.option-invalid', { option: 'policy.signedBy', value: sources.join(' ') });
  // Workers that forget everything faster than it is looked up would never have it.
  if (complete.contexts.changes === undefined && complete.contextAgeMaxMs < MUTE_AGE_LEAST_MS)
    throw new Fault('caller.option-invalid', { option: 'contextAgeMaxMs', least: MUTE_AGE_LEAST_MS });
  if (complete.whenFull !== 'wait' && complete.whenFull !== 'refuse') {
    throw new Fault('caller.option-invalid', { option: 'whenFull' });
  }
  return complete;
}

function withoutUndefined(options: PoolOptions): PoolOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as unknown as PoolOptions;
}
