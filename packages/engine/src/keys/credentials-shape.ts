/** What each member of credentials may be. */
import { Certificate, PrivateKey, Trust } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { callback, instanceOf, listOf, objectWith, once, optional, port, shapeOf, TEXT } from '@parley/core/internal';
import type { AssertionIssuer, Credentials, OwnKey } from './credentials.ts';

export const CREDENTIALS: Kind<Credentials> = once(
  shapeOf<Credentials>({
    trust: optional(instanceOf(Trust)),
    assertionIssuers: optional(listOf(shapeOf<AssertionIssuer>({ name: TEXT, trust: instanceOf(Trust) }))),
    // A CertifiedKey is one, and more.
    ownKeys: optional(
      listOf(objectWith<OwnKey>({ certificate: instanceOf(Certificate), privateKey: instanceOf(PrivateKey) })),
    ),
    encryptedKeys: optional(port('get')),
    passwords: optional(port('get')),
    authenticate: optional(callback()),
    keepEncryptedKey: optional(callback()),
  }),
);
