/** What each member of a policy may be. */
import { CANONICALISATION_ALGORITHMS, READERS } from '@parley/codec';
import type { Limits } from '@parley/core';
import type { Kind, Members } from '@parley/core/internal';
import {
  CIPHER_ALGORITHMS,
  CONFIRMATION_NAMES,
  DIGEST_ALGORITHMS,
  either,
  FLAG,
  KEY_TRANSPORT_ALGORITHMS,
  KEY_WRAP_ALGORITHMS,
  LIMITS,
  listOf,
  MAC_ALGORITHMS,
  oneOf,
  optional,
  partOf,
  SIGNATURE_ALGORITHMS,
  SOME_LIMITS,
  shapeOf,
  TEXT,
  whole,
} from '@parley/core/internal';
import { ADDRESSING_NAMES } from '../message/addressing-names.ts';
import type { HeaderName } from '../message/header-name.ts';
import type { ElementName, PayloadPath } from '../message/payload-path.ts';
import { LAYOUTS } from './layout.ts';
import type { Policy, PolicyChanges } from './policy.ts';

/** A header block by name. */
export const HEADER_NAME: Kind<HeaderName> = shapeOf<HeaderName>({ namespace: TEXT, localName: optional(TEXT) });

/** Where elements of the payload stand. */
export const PAYLOAD_PATH: Kind<PayloadPath> = listOf(shapeOf<ElementName>({ namespace: TEXT, localName: TEXT }), 1);

const KEY_SOURCE = oneOf(['context', 'certificate', 'encrypted-key', 'known-encrypted-key', 'username', 'saml']);

const MEMBERS: Members<Omit<Policy, 'limits'>> = {
  name: TEXT,
  reader: oneOf(READERS),
  clockSkewMs: whole(),
  timestampAgeMaxMs: whole(),
  requireSignedBody: FLAG,
  requireTimestamp: FLAG,
  requireSignedAddressing: FLAG,
  trustTransport: FLAG,
  requiredHeaders: listOf(either(oneOf(ADDRESSING_NAMES), HEADER_NAME)),
  signedHeaders: listOf(HEADER_NAME),
  requireEncryptedBody: FLAG,
  encryptedHeaders: listOf(HEADER_NAME),
  requireSignedEncryption: FLAG,
  requireSignatureConfirmation: FLAG,
  role: optional(TEXT),
  understoodHeaders: listOf(HEADER_NAME),
  requireMustUnderstand: FLAG,
  layout: oneOf(LAYOUTS),
  allowComments: FLAG,
  requireUniqueForeignIds: FLAG,
  canonicalisations: listOf(oneOf(CANONICALISATION_ALGORITHMS.map(({ name }) => name))),
  allowMissingTransforms: FLAG,
  allowBareX509Data: FLAG,
  allowMistypedReferences: FLAG,
  allowTokenTransform: FLAG,
  digests: listOf(oneOf(DIGEST_ALGORITHMS.map(({ name }) => name))),
  macs: listOf(oneOf(MAC_ALGORITHMS.map(({ name }) => name))),
  ciphers: listOf(oneOf(CIPHER_ALGORITHMS.map(({ name }) => name))),
  signedBy: listOf(KEY_SOURCE),
  requireProof: FLAG,
  endorsedBy: listOf(KEY_SOURCE),
  passwordTypes: listOf(oneOf(['text', 'digest'])),
  requireUser: FLAG,
  requireSignedUser: FLAG,
  signatures: listOf(oneOf(SIGNATURE_ALGORITHMS.map(({ name }) => name))),
  keyTransports: listOf(oneOf(KEY_TRANSPORT_ALGORITHMS.map(({ name }) => name))),
  rsa15KeyBytes: whole(1, 64),
  keyWraps: listOf(oneOf(KEY_WRAP_ALGORITHMS.map(({ name }) => name))),
  requireSeparateKeys: FLAG,
  confirmations: listOf(oneOf(CONFIRMATION_NAMES)),
  requireAssertion: FLAG,
  requireSignedAssertion: FLAG,
  signedPayload: listOf(PAYLOAD_PATH),
  allowBearerContext: FLAG,
  allowTokenCopy: FLAG,
  allowMixedGenerations: FLAG,
  allowIdentifierFragment: FLAG,
  keyWithoutInstance: oneOf(['first', 'newest']),
  allowUnqualifiedIds: FLAG,
  allowSeveralIds: FLAG,
  audiences: listOf(TEXT),
  replyAddresses: listOf(TEXT),
  endpointAddress: optional(TEXT),
};

export const POLICY: Kind<Policy> = shapeOf<Policy>({ ...MEMBERS, limits: LIMITS }, 'a policy of policyOf');

export const POLICY_CHANGES: Kind<PolicyChanges> = partOf<
  Omit<Policy, 'limits'> & { readonly limits: Partial<Limits> }
>({
  ...MEMBERS,
  limits: SOME_LIMITS,
});
