/** What each member of credentials may be. */
import { Certificate, PrivateKey, Trust } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { callback, instanceOf, listOf, objectWith, once, optional, port, shapeOf, TEXT } from '@parley/core/internal';
import type { AssertionIssuer, Credentials, OwnKey } from './credentials.ts';

// A CertifiedKey is one, and more.
export const OWN_KEY: Kind<OwnKey> = objectWith<OwnKey>({
  certificate: instanceOf(Certificate),
  privateKey: instanceOf(PrivateKey),
});
export const OWN_KEYS: Kind<readonly OwnKey[]> = listOf(OWN_KEY);
export const ASSERTION_ISSUERS: Kind<readonly AssertionIssuer[]> = listOf(
  shapeOf<AssertionIssuer>({ name: TEXT, trust: instanceOf(Trust) }),
);

export const CREDENTIALS: Kind<Credentials> = once(
  shapeOf<Credentials>({
    trust: optional(instanceOf(Trust)),
    assertionIssuers: optional(ASSERTION_ISSUERS),
    ownKeys: optional(OWN_KEYS),
    encryptedKeys: optional(port('get')),
    passwords: optional(port('get')),
    authenticate: optional(callback()),
    keepEncryptedKey: optional(callback()),
  }),
);
