/** What a policy wants of SAML assertions, as far as it needs no key and no clock. */
import { Fault } from '@parley/core';
import type { Policy } from '../policy/policy.ts';
import { refusedBy } from '../policy/refused-by.ts';
import type { AssertionClaim } from '../saml/assertion-claim.ts';

/**
 * Checks that each is confirmed in a way that the policy has, signed by somebody, and for us.
 * @throws Fault `peer.assertion-unconfirmed`, `peer.assertion-untrusted`, `peer.assertion-condition`
 */
export function requireAcceptable(assertions: readonly AssertionClaim[], policy: Policy): void {
  for (const { conditions, confirmation, signature } of assertions) {
    const { method, recipient } = confirmation;
    if (!policy.confirmations.includes(method))
      throw refusedBy('confirmations', 'peer.assertion-unconfirmed', { method });
    // safety: a signature that is missing is no signature that one may do without (T07).
    if (signature === undefined) throw new Fault('peer.assertion-untrusted', { reason: 'unsigned' });
    requireAudience(conditions.audiences, policy);
    requireRecipient(recipient, policy);
  }
}

function requireAudience(restrictions: readonly (readonly string[])[], { audiences }: Policy): void {
  const isForUs = (restriction: readonly string[]): boolean => restriction.some((name) => audiences.includes(name));
  const isRestricted = audiences.length === 0 || restrictions.length > 0;
  if (!isRestricted || !restrictions.every(isForUs))
    throw refusedBy('audiences', 'peer.assertion-condition', { reason: 'audience' });
}

function requireRecipient(recipient: string | undefined, { audiences, endpointAddress }: Policy): void {
  if (recipient !== undefined && recipient !== endpointAddress && !audiences.includes(recipient))
    throw refusedBy('audiences', 'peer.assertion-condition', { reason: 'recipient' });
}
