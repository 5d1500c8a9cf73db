import { Fault } from '@parley/core';
import { completeLimits, isObject, oneOf, requireKind } from '@parley/core/internal';
import type { Policy, PolicyChanges } from './policy.ts';
import { POLICY, POLICY_CHANGES } from './policy-shape.ts';
import type { PolicyName } from './profiles.ts';
import { ALL_PROFILES, BOOTSTRAP_PROFILE_NAMES, PROFILE_NAMES, STRICT } from './profiles.ts';

const PROFILE = oneOf([...PROFILE_NAMES, ...BOOTSTRAP_PROFILE_NAMES]);

// Policies that were checked and cannot change any more.
const known = new WeakSet<object>();

/**
 * The policy called `profile`, with `changes` over it; frozen, lists included.
 * @throws Fault `caller.option-invalid` for an unknown profile or member, a value that a member cannot have, or messages
 *   that neither a key nor a user proves.
 */
export function policyOf(profile: PolicyName = 'strict', changes: PolicyChanges = {}): Policy {
  requireKind(PROFILE, profile, 'profile');
  requireKind(POLICY_CHANGES, changes, 'policy');
  const { limits, ...rest } = changes;
  return frozen({ ...STRICT, name: profile, ...ALL_PROFILES[profile], ...rest, limits: completeLimits(limits) });
}

/**
 * `policy` itself if {@link policyOf} made it; a checked copy of one that came another way: from JSON, from another thread,
 * or by a spread.
 * @throws Fault `caller.option-invalid`
 */
export function checkedPolicy(policy: Policy): Policy {
  // perf: by identity, for it is asked of every message.
  if (known.has(policy)) return policy;
  requireKind(POLICY, policy, 'policy');
  return frozen({ ...policy, limits: completeLimits(policy.limits) });
}

/** safety: what was checked must not change afterwards, nor a list of it (T81). */
function frozen(given: Policy): Policy {
  const copy: Record<string, unknown> = { ...given };
  for (const [name, value] of Object.entries(copy)) copy[name] = frozenCopy(value);
  const policy = Object.freeze(copy as unknown as Policy);
  const { signedBy, requireUser, requireProof } = policy;
  // safety: of what nobody signs, somebody has to be known, or it is said that nobody is.
  if (signedBy.length === 0 && !requireUser && requireProof) throw contradiction('signedBy', 'nobody proves a message');
  if (signedBy.length > 0 && policy.allowBearerContext && !policy.trustTransport)
    throw contradiction('allowBearerContext', 'signedBy names who signs');
  if (signedBy.length > 0 && !requireProof) throw contradiction('requireProof', 'signedBy names who does');
  if (policy.trustTransport && !requireProof) throw contradiction('trustTransport', 'nothing would be proven');
  known.add(policy);
  return policy;
}

function frozenCopy(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy));
  return isObject(value) ? Object.freeze({ ...value }) : value;
}

function contradiction(option: keyof Policy, reason: string): Fault {
  return new Fault('caller.option-invalid', { option: `policy.${option}`, reason });
}
