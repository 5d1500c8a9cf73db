import { Fault, Secret } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { instanceOf, optional, requireAnswer } from '@parley/core/internal';
import type { Credentials } from './credentials.ts';

/** The password of a user; for somebody unknown another one, so that finding that out costs the same. */
export interface UserPassword {
  readonly secret: Secret;
  readonly isKnown: boolean;
}

const SECRET: Kind<Secret | undefined> = optional(instanceOf(Secret));
const NOBODYS = Secret.copyOf(new Uint8Array(16));

/**
 * The password that our credentials have for `username`; theirs.
 * @throws Fault `peer.authentication-failed` we know no passwords at all; `internal.store-unavailable` the lookup failed
 */
export function userPassword(username: string, { passwords }: Credentials): UserPassword {
  if (passwords === undefined) throw new Fault('peer.authentication-failed', { reason: 'no passwords' });
  let secret: Secret | undefined;
  try {
    secret = passwords.get(username);
  } catch (error) {
    // safety: what it threw may quote the password, so it is a cause and nothing of it a detail.
    throw new Fault('internal.store-unavailable', { reason: 'passwords' }, error);
  }
  requireAnswer(SECRET, secret, 'passwords.get()');
  return { secret: secret ?? NOBODYS, isKnown: secret !== undefined };
}
