import { scan, Tape } from '@parley/codec';
import { digestAlgorithm, Fault } from '@parley/core';
import { digest } from '@parley/core/internal';
import { base64Octets } from '../claims/claim.ts';
import { readEncryptedKey } from '../claims/encrypted-key.ts';
import { policyOf } from '../policy/policy-of.ts';
import { readAssertion } from '../saml/assertion.ts';

/**
 * By what others name the secret that an assertion (borrowed) has encrypted for its receiver: the SHA-1 of that cipher value, as of any
 * xenc:EncryptedKey (WSS 1.1 §7.3).
 * @throws Fault `caller.input-invalid` no assertion, or one whose holder has no secret
 */
export function holderSecretSha1(assertion: Uint8Array): Uint8Array {
  const policy = policyOf('saml');
  try {
    const tape = new Tape();
    scan(assertion, policy.limits, tape);
    const { key } = readAssertion(tape, 0, policy).confirmation;
    if (key?.form === 'encrypted-key')
      return digest(
        digestAlgorithm('sha1'),
        base64Octets(tape, readEncryptedKey(tape, key.element, policy).cipherValue),
      );
  } catch (error) {
    throw new Fault('caller.input-invalid', { input: 'assertion' }, error);
  }
  throw new Fault('caller.input-invalid', { input: 'assertion', reason: 'its holder has no secret' });
}
