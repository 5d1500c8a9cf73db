import type { Tape } from '@parley/codec';
import { localName } from '@parley/codec/internal';
import type { SamlVersion } from '@parley/core';
import { limitFault } from '@parley/core/internal';
import { samlVersionOf } from '../claims/assertion-reference.ts';
import { endOf, requireAttribute, startOf } from '../claims/claim.ts';
import type { Policy } from '../policy/policy.ts';
import type { AssertionClaim } from './assertion-claim.ts';
import { instantOf } from './assertion-parts.ts';
import { readSaml11 } from './saml11.ts';
import { readSaml20 } from './saml20.ts';

const ISSUE_INSTANT = localName('IssueInstant');

/**
 * Reads one saml:Assertion, of either version.
 *
 * @throws Fault `peer.limit-assertions` it is too long; `peer.structure-invalid`, `peer.limit-value`, `peer.timestamp-invalid`;
 *   `peer.assertion-condition`, `peer.assertion-unconfirmed` a condition or a confirmation method that we do not know; of its
 *   signature `peer.alg-forbidden`, `peer.transform-forbidden`, `peer.ref-*`, `peer.limit-references`; `peer.keyinfo-forbidden`
 */
export function readAssertion(tape: Tape, element: number, policy: Policy): AssertionClaim {
  const { assertionBytesMax } = policy.limits;
  const bytes = endOf(tape, element) - startOf(tape, element);
  if (bytes > assertionBytesMax)
    throw limitFault('peer.limit-assertions', 'assertionBytesMax', assertionBytesMax, bytes);
  const version = samlVersionOf(tape, element) as SamlVersion;
  const content = version === '1.1' ? readSaml11(tape, element, policy) : readSaml20(tape, element, policy);
  const issuedAtMs = instantOf(tape, requireAttribute(tape, element, ISSUE_INSTANT, 'IssueInstant'));
  return { element, version, issuedAtMs, ...content };
}
