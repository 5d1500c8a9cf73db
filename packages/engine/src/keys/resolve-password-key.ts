/** A user's password -> the key that is made of it (WSS UsernameToken profile 1.1 §4). */
import { passwordKey, Secret } from '@parley/core';
import { encodeBase64 } from '@parley/core/internal';
import type { PlannedPasswordKey } from '../plan/planned-key.ts';
import type { PasswordKey } from './password-keys.ts';
import type { OpenScope } from './scope.ts';
import { userPassword } from './user-password.ts';

/**
 * The key that `planned` describes; of a user whom we do not know, one that is never right.
 * @throws Fault `peer.limit-tokens`
 */
export function passwordKeyOf(
  { username, salt, iterations, lengthBytes }: PlannedPasswordKey,
  { credentials, passwordKeys, policy }: OpenScope,
): PasswordKey {
  const name = `${lengthBytes} ${iterations} ${encodeBase64(salt)} ${username}`;
  return passwordKeys.get(name, policy.limits, () => {
    const { secret, isKnown } = userPassword(username, credentials);
    const make = (out: Uint8Array): void => secret.lend((password) => passwordKey(password, salt, iterations, out));
    return { secret: Secret.filledBy(lengthBytes, make), username, isKnown };
  });
}
