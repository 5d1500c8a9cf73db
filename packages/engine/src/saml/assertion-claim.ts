/** What a SAML assertion says (SAML 1.1 §2, SAML 2.0 §2), alike for both versions. Claims, until its issuer's signature is checked. */
import type { ConfirmationName, SamlVersion } from '@parley/core';
import type { AssertionAttribute, AssertionSubject } from '../message/opened-message.ts';
import type { EnvelopedSignatureClaim } from './enveloped-signature.ts';
import type { HolderKeyClaim } from './holder-key.ts';

/** How a message is to show that the assertion is about its sender. */
export interface ConfirmationClaim {
  readonly method: ConfirmationName;
  /** There is one exactly for `holder-of-key`. */
  readonly key: HolderKeyClaim | undefined;
  readonly validity: Validity;
  readonly recipient: string | undefined;
}

/** From NotBefore on, and before NotOnOrAfter; epoch milliseconds. */
export interface Validity {
  readonly notBeforeMs: number | undefined;
  readonly notOnOrAfterMs: number | undefined;
}

export interface ConditionsClaim {
  readonly validity: Validity;
  /** All of them hold, each for any one of its audiences. */
  readonly audiences: readonly (readonly string[])[];
  /** OneTimeUse, or DoNotCacheCondition of SAML 1.1. */
  readonly useOnce: boolean;
}

/** What the two versions say in other words. */
export interface AssertionContent {
  readonly id: string;
  readonly issuer: string;
  readonly signature: EnvelopedSignatureClaim | undefined;
  readonly subject: AssertionSubject | undefined;
  readonly confirmation: ConfirmationClaim;
  readonly conditions: ConditionsClaim;
  readonly attributes: readonly AssertionAttribute[];
}

/** An assertion as claimed. */
export interface AssertionClaim extends AssertionContent {
  readonly element: number;
  readonly version: SamlVersion;
  readonly issuedAtMs: number;
}
