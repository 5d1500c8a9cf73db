import type { Certificate } from '@parley/core';
import type { AssertionClaim } from '../saml/assertion-claim.ts';

/** An assertion that we believe: `sink.bytes[start, end)` are the canonical octets that its issuer signed. */
export interface VerifiedAssertion {
  readonly claim: AssertionClaim;
  /** That the issuer signed with. */
  readonly certificate: Certificate;
  readonly start: number;
  readonly end: number;
}
