import type { ConfirmationName, HashName, SamlVersion } from '@parley/core';
import { Certificate, CertifiedKey, PublicKey } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import {
  either,
  FLAG,
  INSTANT_MS,
  instanceOf,
  keyed,
  listOf,
  oneOf,
  optional,
  SIGNATURE_ALGORITHM,
  shapeOf,
  TEXT,
  textLike,
  whole,
} from '@parley/core/internal';
import type { AssertionSubject } from '../message/opened-message.ts';
import { EncryptedKey } from '../seal/encrypted-key.ts';
import { HASH } from '../seal/session-key.ts';
import type { AttributeWish } from '../write/saml-assertion.ts';

/** What an assertion is to say, and who says it. */
export interface AssertionRequest {
  readonly version: SamlVersion;
  /** An NCName that nobody has used before; the caller's to make, as randomness is. */
  readonly id: string;
  readonly issuer: string;
  /** Signs it; its certificates go along. */
  readonly key: CertifiedKey;
  /** Short name or URI. Default: `rsa-sha256`. */
  readonly algorithm?: string;
  /** Default: `sha256`. */
  readonly digest?: HashName;
  readonly issuedAtMs: number;
  readonly lifetimeMs: number;
  readonly subject?: Pick<AssertionSubject, 'name'> & Partial<AssertionSubject>;
  readonly confirmation: Exclude<ConfirmationName, 'holder-of-key'> | { readonly holder: HolderKey };
  readonly audiences?: readonly string[];
  readonly useOnce?: boolean;
  readonly attributes?: readonly AttributeWish[];
}

/** The key whose holder an assertion is about. */
export type HolderKey =
  | { readonly certificate: Certificate }
  | { readonly publicKey: PublicKey }
  /** For whom its messages are; named otherwise than by a token, for an assertion has none. The holder is told the secret. */
  | { readonly encryptedKey: EncryptedKey };

type Subject = NonNullable<AssertionRequest['subject']>;
type Held = Extract<AssertionRequest['confirmation'], object>;
type OfCertificate = Extract<HolderKey, { readonly certificate: Certificate }>;
type OfPublicKey = Extract<HolderKey, { readonly publicKey: PublicKey }>;
type OfEncryptedKey = Extract<HolderKey, { readonly encryptedKey: EncryptedKey }>;

const HOLDER: Kind<HolderKey> = keyed({
  certificate: shapeOf<OfCertificate>({ certificate: instanceOf(Certificate) }),
  publicKey: shapeOf<OfPublicKey>({ publicKey: instanceOf(PublicKey) }),
  encryptedKey: shapeOf<OfEncryptedKey>({ encryptedKey: instanceOf(EncryptedKey) }),
});

// Names in XML 1.0, fifth edition, without a colon.
const NAME_START =
  'A-Z_a-z\\u{c0}-\\u{d6}\\u{d8}-\\u{f6}\\u{f8}-\\u{2ff}\\u{370}-\\u{37d}\\u{37f}-\\u{1fff}\\u{200c}-\\u{200d}\\u{2070}-\\u{218f}\\u{2c00}-\\u{2fef}\\u{3001}-\\u{d7ff}\\u{f900}-\\u{fdcf}\\u{fdf0}-\\u{fffd}\\u{10000}-\\u{effff}';
const NC_NAME = new RegExp(
  `^[${NAME_START}][${NAME_START}\\-.0-9\\u{b7}\\u{300}-\\u{36f}\\u{203f}-\\u{2040}]{0,255}$`,
  'u',
);

/** What an assertion may be asked to say. */
export const ASSERTION: Kind<AssertionRequest> = shapeOf<AssertionRequest>({
  version: oneOf(['1.1', '2.0']),
  id: textLike(NC_NAME, 'an NCName of at most 256 characters'),
  issuer: TEXT,
  key: instanceOf(CertifiedKey),
  algorithm: optional(SIGNATURE_ALGORITHM),
  digest: optional(HASH),
  issuedAtMs: INSTANT_MS,
  lifetimeMs: whole(1, 2 ** 40),
  subject: optional(shapeOf<Subject>({ name: TEXT, format: optional(TEXT), nameQualifier: optional(TEXT) })),
  confirmation: either(oneOf(['bearer', 'sender-vouches']), shapeOf<Held>({ holder: HOLDER })),
  audiences: optional(listOf(TEXT)),
  useOnce: optional(FLAG),
  attributes: optional(listOf(shapeOf<AttributeWish>({ name: TEXT, namespace: optional(TEXT), values: listOf(TEXT) }))),
});
