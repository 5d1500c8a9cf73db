/** What an assertion says of its holder's key, for whoever has no message yet, or answers one. */
import { Tape } from '@parley/codec';
import { scan } from '@parley/codec/internal';
import type { Certificate } from '@parley/core';
import { digestAlgorithm, Fault } from '@parley/core';
import { digest } from '@parley/core/internal';
import { base64Octets } from '../claims/claim.ts';
import { readEncryptedKey } from '../claims/encrypted-key.ts';
import { policyOf } from '../policy/policy-of.ts';
import { readAssertion } from '../saml/assertion.ts';
import type { HolderKeyClaim } from '../saml/holder-key.ts';

/**
 * By what others name the secret that an assertion (borrowed) has encrypted for its receiver: the SHA-1 of that cipher value, as of any
 * xenc:EncryptedKey (WSS 1.1 §7.3).
 * @throws Fault `caller.input-invalid` no assertion, or one whose holder has no secret
 */
export function holderSecretSha1(assertion: Uint8Array): Uint8Array {
  const cipherValue = ofHolder(assertion, (key, tape) =>
    key?.form === 'encrypted-key'
      ? base64Octets(tape, readEncryptedKey(tape, key.element, policyOf('saml')).cipherValue)
      : undefined,
  );
  if (cipherValue === undefined) throw refused('its holder has no secret');
  return digest(digestAlgorithm('sha1'), cipherValue);
}

/**
 * The certificate by which an assertion (borrowed) names its holder: nobody but its issuer vouches for it.
 * @throws Fault `caller.input-invalid` no assertion, or one whose holder has no certificate
 */
export function holderCertificate(assertion: Uint8Array): Certificate {
  const certificate = ofHolder(assertion, (key) => (key?.form === 'certificate' ? key.certificate : undefined));
  if (certificate === undefined) throw refused('its holder has no certificate');
  return certificate;
}

function ofHolder<T>(assertion: Uint8Array, read: (key: HolderKeyClaim | undefined, tape: Tape) => T): T {
  const policy = policyOf('saml');
  try {
    const tape = new Tape();
    scan(assertion, policy.limits, tape);
    return read(readAssertion(tape, 0, policy).confirmation.key, tape);
  } catch (error) {
    throw refused('unreadable', error);
  }
}

function refused(reason: string, cause?: unknown): Fault {
  return new Fault('caller.input-invalid', { input: 'assertion', reason }, cause);
}
