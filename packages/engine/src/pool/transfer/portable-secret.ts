import type { KeyObject } from 'node:crypto';
import { createSecretKey } from 'node:crypto';
import { Secret } from '@parley/core';

/** A secret that may cross a port: cloning a key object shares a handle, and no octets lie in between. @throws Fault when it was wiped */
export function portableSecret(secret: Secret): KeyObject {
  return secret.lend((octets) => createSecretKey(octets));
}

/** The secret again, the caller's own. */
export function usableSecret(key: KeyObject): Secret {
  const octets = key.export();
  const secret = Secret.copyOf(octets);
  octets.fill(0);
  return secret;
}
