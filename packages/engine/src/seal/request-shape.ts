/** What each member of a request to seal may be. What members exclude each other is in rules.ts. */
import { CanonicalElement } from '@parley/codec';
import { CertifiedKey, PrivateKey, Secret, SUITE_NAMES } from '@parley/core';
import type { Kind, Members } from '@parley/core/internal';
import {
  CONTEXT,
  callback,
  either,
  FLAG,
  INSTANT_MS,
  instanceOf,
  keyed,
  listOf,
  MAC_ALGORITHMS,
  OCTETS,
  once,
  oneOf,
  only,
  optional,
  PASSWORD_ITERATIONS_CEILING,
  PASSWORD_ITERATIONS_DEFAULT,
  SIGNATURE_ALGORITHM,
  shapeOf,
  TEXT,
  tagged,
  textLike,
  whole,
} from '@parley/core/internal';
import { Workspace } from '../memory/workspace.ts';
import type { NamedContext } from '../message/opened-message.ts';
import { LAYOUTS } from '../policy/layout.ts';
import { HEADER_NAME, PAYLOAD_PATH } from '../policy/policy-shape.ts';
import { PROTECTION_ORDERS } from '../policy/protection-order.ts';
import { EncryptedKey } from './encrypted-key.ts';
import type {
  AssertionSealRequest,
  AssertionSignature,
  AssertionToken,
  BootstrapSealRequest,
  CertificateSealRequest,
  CertificateSignature,
  ContextProof,
  EncryptedKeySealRequest,
  PasswordSealRequest,
  SealOptions,
  SealRequest,
  SignedSelection,
  SupportingUsername,
  TransportSealRequest,
} from './request.ts';
import { HASH, RECIPIENT } from './session-key.ts';

const SUITE = oneOf(SUITE_NAMES);
const GENERATION = oneOf(['200512', '200502']);

export const SIGN: Kind<SignedSelection> = once(
  shapeOf<SignedSelection>({
    body: FLAG,
    addressing: FLAG,
    timestamp: FLAG,
    tokens: optional(FLAG),
    headers: optional(listOf(HEADER_NAME)),
    payload: optional(listOf(PAYLOAD_PATH)),
  }),
);

export const ASSERTION_TOKEN: Kind<AssertionToken> = shapeOf<AssertionToken>({
  octets: OCTETS,
  reference: optional(oneOf(['key-identifier', 'direct'])),
  sign: optional(oneOf(['id', 'str-transform'])),
  encrypt: optional(FLAG),
});

const ASSERTION_SIGNATURE: Members<AssertionSignature> = {
  assertion: ASSERTION_TOKEN,
  proof: instanceOf<PrivateKey | Secret>(PrivateKey, Secret),
  algorithm: optional(SIGNATURE_ALGORITHM),
};

export const CERTIFICATE_SIGNATURE: Kind<CertificateSignature> = shapeOf<CertificateSignature>({
  key: instanceOf(CertifiedKey),
  reference: oneOf(['direct', 'pki-path', 'embedded', 'subject-key-identifier', 'thumbprint', 'issuer-serial']),
  algorithm: optional(SIGNATURE_ALGORITHM),
  signToken: optional(either(FLAG, oneOf(['str-transform']))),
  encryptToken: optional(FLAG),
});

export const ENDORSEMENT: Kind<CertificateSignature | AssertionSignature> = keyed({
  key: CERTIFICATE_SIGNATURE,
  assertion: shapeOf<AssertionSignature>(ASSERTION_SIGNATURE),
});

type Anonymous = Extract<SupportingUsername, { readonly passwordType: 'none' }>;
type Proven = Extract<SupportingUsername, { readonly password: Secret }>;

const USER = { username: TEXT, sign: optional(FLAG), encrypt: optional(FLAG) };
const PROVEN: Kind<Proven> = shapeOf<Proven>({
  ...USER,
  passwordType: oneOf(['text', 'digest']),
  password: instanceOf(Secret),
});

const USERNAME: Kind<SupportingUsername> = tagged('passwordType', {
  none: shapeOf<Anonymous>({ ...USER, passwordType: oneOf(['none']) }),
  text: PROVEN,
  digest: PROVEN,
});

const CONTEXT_KEY = {
  context: CONTEXT,
  instance: optional(TEXT),
  keys: oneOf(['explicit', 'implied', 'direct']),
  token: oneOf(['attached', 'external']),
  tokenId: optional(TEXT),
  tokenElement: optional(instanceOf(CanonicalElement)),
  tokenReference: optional(instanceOf(CanonicalElement)),
  mac: optional(oneOf(MAC_ALGORITHMS.map(({ name }) => name))),
  derivedKeyDefaults: optional(oneOf(['written', 'omitted'])),
};

/** No message is good for longer. */
const LIFETIME_MS_MAX = 2 ** 40;

const NAMED_CONTEXT: Kind<NamedContext> = shapeOf<NamedContext>({
  identifier: TEXT,
  instance: optional(TEXT),
  version: oneOf(['200512', '200502']),
});

export const ID_PREFIX: Kind<string> = textLike(
  /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/,
  'the beginning of an NCName in ASCII, of at most 64',
);

const TRANSPORT: Members<TransportSealRequest> = {
  transport: only(true),
  atMs: INSTANT_MS,
  timestampLifetimeMs: whole(1, LIFETIME_MS_MAX),
  fillRandom: callback(),
  mustUnderstand: optional(FLAG),
  role: optional(TEXT),
  confirm: optional(listOf(TEXT)),
  idPrefix: optional(ID_PREFIX),
  username: optional(USERNAME),
  assertions: optional(listOf(ASSERTION_TOKEN)),
  bearerContext: optional(NAMED_CONTEXT),
  workspace: optional(instanceOf(Workspace)),
};

const { transport: _, bearerContext: _b, ...UNPROTECTED } = TRANSPORT;

const OPTIONS: Members<Omit<SealOptions, 'suite'>> = {
  ...UNPROTECTED,
  digest: optional(HASH),
  sign: SIGN,
  encrypt: oneOf(['none', 'body', 'body-and-signature']),
  encryptHeaders: optional(listOf(HEADER_NAME)),
  encryptPayload: optional(listOf(PAYLOAD_PATH)),
  order: oneOf(PROTECTION_ORDERS),
  tokenOrder: optional(oneOf(PROTECTION_ORDERS)),
  layout: optional(oneOf(LAYOUTS)),
  endorse: optional(ENDORSEMENT),
  proveContext: optional(shapeOf<ContextProof>({ ...CONTEXT_KEY, over: optional(oneOf(['signature', 'timestamp'])) })),
};

const DERIVED = {
  version: optional(GENERATION),
  mac: optional(oneOf(MAC_ALGORITHMS.map(({ name }) => name))),
  derivedKeyDefaults: optional(oneOf(['written', 'omitted'])),
};

/** With a security context. */
export const CONTEXT_SEALING: Members<SealRequest> = {
  ...OPTIONS,
  ...CONTEXT_KEY,
  version: optional(GENERATION),
  suite: optional(SUITE),
  oneKeyForBoth: optional(FLAG),
  bearerContext: optional(NAMED_CONTEXT),
};

export const CERTIFICATE_SEALING: Members<CertificateSealRequest> = {
  ...OPTIONS,
  suite: SUITE,
  certificate: CERTIFICATE_SIGNATURE,
  recipient: optional(RECIPIENT),
};

export const ENCRYPTED_KEY_SEALING: Members<EncryptedKeySealRequest> = {
  ...OPTIONS,
  ...DERIVED,
  suite: SUITE,
  encryptedKey: instanceOf(EncryptedKey),
  keys: oneOf(['explicit', 'direct']),
  token: oneOf(['attached', 'external']),
};

const PASSWORD_SEALING: Members<PasswordSealRequest> = {
  ...OPTIONS,
  ...DERIVED,
  suite: SUITE,
  passwordKey: shapeOf<PasswordSealRequest['passwordKey']>({
    username: TEXT,
    password: instanceOf(Secret),
    iterations: optional(whole(PASSWORD_ITERATIONS_DEFAULT, PASSWORD_ITERATIONS_CEILING)),
  }),
  keys: oneOf(['explicit', 'direct']),
  signToken: optional(FLAG),
};

const ASSERTION_SEALING: Members<AssertionSealRequest> = {
  ...OPTIONS,
  ...DERIVED,
  ...ASSERTION_SIGNATURE,
  suite: SUITE,
  recipient: optional(RECIPIENT),
  keys: optional(oneOf(['explicit', 'direct'])),
};

/** Any request to `seal`: known by what the keys come from. */
export const SEALING: Kind<SealRequest | BootstrapSealRequest | TransportSealRequest> = keyed({
  transport: shapeOf<TransportSealRequest>(TRANSPORT),
  context: shapeOf<SealRequest>(CONTEXT_SEALING),
  certificate: shapeOf<CertificateSealRequest>(CERTIFICATE_SEALING),
  encryptedKey: shapeOf<EncryptedKeySealRequest>(ENCRYPTED_KEY_SEALING),
  passwordKey: shapeOf<PasswordSealRequest>(PASSWORD_SEALING),
  assertion: shapeOf<AssertionSealRequest>(ASSERTION_SEALING),
});
