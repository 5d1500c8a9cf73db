/** Whether a message shows that the assertions in it are about its sender (WSS SAML Token Profile 1.1 §3.5). */
import { Fault } from '@parley/core';
import type { OpenScope } from '../keys/scope.ts';
import type { VerifiedAssertion } from '../keys/verified-assertion.ts';
import { verifyAssertion } from '../keys/verify-assertion.ts';
import type { MessageClaims } from '../read/message.ts';
import type { AssertionClaim } from '../saml/assertion-claim.ts';
import type { VerifiedPart } from './verify-signatures.ts';

/**
 * Verifies all assertions of a message whose signatures are `verified`.
 * @throws Fault `peer.assertion-unconfirmed`, and what verifying an assertion throws
 */
export function confirmAssertions(
  claims: MessageClaims,
  verified: readonly VerifiedPart[],
  scope: OpenScope,
): readonly VerifiedAssertion[] {
  return claims.assertions.map((claim) => {
    const assertion = verifyAssertion(claims, claim, scope);
    if (!isConfirmed(claim, verified))
      throw new Fault('peer.assertion-unconfirmed', { method: claim.confirmation.method });
    return assertion;
  });
}

function isConfirmed(claim: AssertionClaim, verified: readonly VerifiedPart[]): boolean {
  switch (claim.confirmation.method) {
    case 'bearer':
      return true;
    // Its key made a signature that counts, over the message or over the signature of the message.
    case 'holder-of-key':
      return verified.some(({ signature: { resolved } }) => resolved.source === 'saml' && resolved.assertion === claim);
    // Whoever vouches is somebody with a certificate of our anchors, not somebody who can make a key for us.
    case 'sender-vouches':
      return verified.some(
        ({ element, isEndorsing, signature: { resolved } }) =>
          element === claim.element && !isEndorsing && resolved.source === 'certificate',
      );
  }
}
