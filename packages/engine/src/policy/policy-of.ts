import { READERS } from '@parley/codec';
import { Fault } from '@parley/core';
import { completeLimits } from '@parley/core/internal';
import { LAYOUTS } from './layout.ts';
import type { Policy, PolicyChanges } from './policy.ts';
import { ALL_PROFILES, STRICT } from './profiles.ts';

/**
 * The policy called `profile`, with `changes` over it; frozen.
 * @throws Fault `caller.option-invalid` for an unknown profile, reader or layout, a limit that is not a whole number, or
 *   messages that neither a key nor a user proves.
 */
export function policyOf(profile: string = 'strict', changes: PolicyChanges = {}): Policy {
  if (!Object.hasOwn(ALL_PROFILES, profile))
    throw new Fault('caller.option-invalid', { option: 'profile', value: profile.slice(0, 64) });
  const { limits, ...rest } = changes;
  const base = { ...STRICT, name: profile, ...ALL_PROFILES[profile] };
  const policy = Object.freeze({ ...base, ...rest, limits: completeLimits(limits) });
  if (!READERS.includes(policy.reader)) throw new Fault('caller.option-invalid', { option: 'reader' });
  if (!LAYOUTS.includes(policy.layout)) throw new Fault('caller.option-invalid', { option: 'layout' });
  // safety: of what nobody signs, somebody has to be known, or it is said that nobody is.
  if (policy.signedBy.length === 0 && !policy.requireUser && policy.requireProof)
    throw new Fault('caller.option-invalid', { option: 'signedBy' });
  if (policy.signedBy.length > 0 && policy.allowBearerContext)
    throw new Fault('caller.option-invalid', { option: 'allowBearerContext' });
  if (policy.signedBy.length > 0 && !policy.requireProof)
    throw new Fault('caller.option-invalid', { option: 'requireProof' });
  if (policy.trustTransport && !policy.requireProof)
    throw new Fault('caller.option-invalid', { option: 'trustTransport' });
  return policy;
}
