/** Attempts to prove a password, and the comparison that tells nothing about where it failed. */
import type { Secret } from '@parley/core';
import { passwordDigest } from '@parley/core';
import { equalConstantTime, isSamePassword } from '@parley/core/internal';

/** What a UsernameToken claims. Never print or keep it. */
export type PasswordAttempt =
  | { readonly kind: 'text'; readonly username: string; readonly password: Secret }
  | {
      readonly kind: 'digest';
      readonly username: string;
      readonly nonce: Uint8Array;
      /** As written, which is what was digested. */
      readonly created: string;
      readonly createdAtMs: number;
      readonly digest: Uint8Array;
    };

/**
 * Says who it is that knows the password: the principal of the context, or `undefined` for nobody. The attempt is
 * borrowed. Take the same time for an unknown user as for a wrong password: compare with a made-up one.
 */
export type Authenticate = (attempt: PasswordAttempt) => string | undefined | Promise<string | undefined>;

/** Whether `attempt` proves `password` (borrowed; UTF-8 octets), in a time that does not depend on where they differ. */
export function passwordMatches(attempt: PasswordAttempt, password: Uint8Array): boolean {
  if (attempt.kind === 'digest') {
    return equalConstantTime(attempt.digest, passwordDigest(attempt.nonce, attempt.created, password));
  }
  return attempt.password.lend((given) => isSamePassword(given, password));
}

/** Wipes what an attempt holds. */
export function wipeAttempt(attempt: PasswordAttempt): void {
  if (attempt.kind === 'text') attempt.password.wipe();
}
