/** Whether a response answers the request that was sent (WSS 1.1 §8.5). */
import { Fault } from '@parley/core';
import { readSignatureConfirmation } from '../claims/signature-confirmation.ts';
import type { Policy } from '../policy/policy.ts';
import { refusedBy } from '../policy/refused-by.ts';
import type { MessageClaims } from '../read/message.ts';

/**
 * Whether the message confirms the signatures that were sent; only if the caller says which these were. Coverage of the
 * confirmations is settled before.
 *
 * @throws Fault `peer.confirmation-mismatch` other signatures, or as many in another number; `peer.coverage-missing`
 * none where the policy wants one; `caller.option-invalid` a policy that wants one, and nothing to compare it with.
 */
export function confirms(claims: MessageClaims, sent: readonly string[] | undefined, policy: Policy): boolean {
  if (sent === undefined) {
    if (policy.requireSignatureConfirmation)
      throw new Fault('caller.option-invalid', { option: 'signatureValuesSent' });
    return false;
  }
  const { signatureConfirmations } = claims.security;
  if (signatureConfirmations.length === 0) {
    if (policy.requireSignatureConfirmation) {
      throw refusedBy('requireSignatureConfirmation', 'peer.coverage-missing', {
        part: 'wsse11:SignatureConfirmation',
      });
    }
    return false;
  }
  const confirmed = signatureConfirmations.map((element) => readSignatureConfirmation(claims.tape, element));
  if (!isSameMultiset(confirmed, expected(sent))) throw new Fault('peer.confirmation-mismatch');
  return true;
}

/** A request without signatures is confirmed once, without a Value. */
function expected(sent: readonly string[]): readonly (string | undefined)[] {
  return sent.length === 0 ? [undefined] : sent;
}

function isSameMultiset(left: readonly (string | undefined)[], right: readonly (string | undefined)[]): boolean {
  const rest = [...right];
  return (
    left.length === right.length &&
    left.every((value) => {
      const at = rest.indexOf(value);
      if (at >= 0) rest.splice(at, 1);
      return at >= 0;
    })
  );
}
