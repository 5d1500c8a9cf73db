/** wsse:UsernameToken -> the key that is made of the user's password, as planned (WSS UsernameToken profile 1.1 §4). */
import { Fault } from '@parley/core';
import { PASSWORD_KEY_BYTES, PASSWORD_KEY_USES } from '@parley/core/internal';
import { readUsernameToken } from '../claims/username-token.ts';
import type { Policy } from '../policy/policy.ts';
import { refusedBy } from '../policy/refused-by.ts';
import type { MessageClaims } from '../read/message.ts';
import type { DerivationChain } from './derivation-chain.ts';
import { requirePlace } from './place.ts';
import type { PlannedPasswordKey } from './planned-key.ts';

/** What a key made of a password is for: a base of derived keys may be made for either. */
type PasswordKeyUse = keyof typeof PASSWORD_KEY_USES | 'derivation';

/**
 * The key at the end of `chain`. `keyBytes` is how long a key to decrypt with has to be; without it, the key is to
 * sign with.
 *
 * @throws Fault `peer.keyinfo-forbidden` the policy takes no such keys, or the token makes none; `peer.key-usage` a salt of
 *   another use, or a key too short; what reading the token throws
 */
export function planPasswordKey(
  claims: MessageClaims,
  { named, reference, derivations, user }: DerivationChain,
  keyBytes: number | undefined,
  policy: Policy,
): PlannedPasswordKey {
  // safety: a message of other keys must not make us hash a thousand times.
  if (!policy.signedBy.includes('username') && !policy.endorsedBy.includes('username'))
    throw refusedBy('signedBy', 'peer.keyinfo-forbidden', { reason: 'a key of a password' });
  const { target: token } = reference;
  requirePlace(claims, token, user, claims.security.otherTokens.includes(token), policy);
  const { username, key } = readUsernameToken(claims.tape, token, policy.limits);
  if (key === undefined)
    throw new Fault('peer.keyinfo-forbidden', { reason: 'wsse:UsernameToken without wsse11:Salt' });
  const use = derivations.length > 0 ? 'derivation' : keyBytes === undefined ? 'mac' : 'encryption';
  requireSaltOf(use, key.salt);
  const lengthBytes = use === 'encryption' && keyBytes !== undefined ? keyBytes : PASSWORD_KEY_BYTES;
  if (lengthBytes > PASSWORD_KEY_BYTES) throw new Fault('peer.key-usage', { reason: 'length' });
  return { source: 'username', username, ...key, lengthBytes, token, named, derivations };
}

// spec: §4, the first octet keeps one key from being used for both.
function requireSaltOf(use: PasswordKeyUse, salt: Uint8Array): void {
  const isMeant = Object.entries(PASSWORD_KEY_USES).some(
    ([meant, octet]) => salt[0] === octet && (use === 'derivation' || use === meant),
  );
  if (!isMeant) throw new Fault('peer.key-usage', { reason: 'wsse11:Salt of another use' });
}
