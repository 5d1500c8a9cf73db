// Kinds of messages that certificates, session keys and endorsements secure: rows of the matrix, in both directions.
import type { KeyWrapName, SuiteName } from '@parley/core';
import type { CertificateReference, KeyRecipient } from '@parley/engine';
import type { PartyKind } from '../../core/x509/issue.ts';

export const REFERENCE_NAMES: Readonly<Record<CertificateReference, string>> = {
  direct: 'BinarySecurityToken with a certificate',
  'pki-path': 'BinarySecurityToken with a path',
  embedded: 'token inside the reference',
  'subject-key-identifier': 'SubjectKeyIdentifier',
  thumbprint: 'ThumbprintSHA1',
  'issuer-serial': 'issuer and serial number',
};
export const CERTIFICATE_REFERENCES = Object.keys(REFERENCE_NAMES) as readonly CertificateReference[];

/** Kind of key, and algorithm. */
export type Signing = readonly [PartyKind, string];
export const SIGNING: readonly Signing[] = [
  ['rsa', 'rsa-sha1'],
  ['rsa', 'rsa-sha256'],
  ['rsa', 'rsa-sha384'],
  ['rsa', 'rsa-sha512'],
  ['rsa', 'sha256-rsa-MGF1'],
  ['rsa', 'sha384-rsa-MGF1'],
  ['rsa', 'sha512-rsa-MGF1'],
  ['rsa', 'rsa-pss'],
  ['rsa', 'rsa-pss-sha384'],
  ['rsa', 'rsa-pss-sha512'],
  ['P-256', 'ecdsa-sha1'],
  ['P-256', 'ecdsa-sha256'],
  ['P-384', 'ecdsa-sha384'],
  ['P-521', 'ecdsa-sha512'],
  ['ed25519', 'eddsa-ed25519'],
];

/** RSASSA-PSS, which few peers have. */
export const isPss = ([, algorithm]: Signing): boolean => algorithm.startsWith('rsa-pss') || algorithm.endsWith('MGF1');

/** Key transport with its hashes. */
export type Transport = Pick<KeyRecipient, 'transport' | 'hash' | 'maskHash'>;
export const KEY_TRANSPORTS: readonly Transport[] = [
  { transport: 'rsa-1_5' },
  { transport: 'rsa-oaep-mgf1p' },
  { transport: 'rsa-oaep-mgf1p', hash: 'sha256' },
  { transport: 'rsa-oaep-mgf1p', hash: 'sha384' },
  { transport: 'rsa-oaep-mgf1p', hash: 'sha512' },
  { transport: 'rsa-oaep', hash: 'sha256', maskHash: 'sha256' },
  { transport: 'rsa-oaep', hash: 'sha384', maskHash: 'sha384' },
  { transport: 'rsa-oaep', hash: 'sha512', maskHash: 'sha1' },
];

export const BOOTSTRAP_SHAPES = [
  { name: 'sign', encrypt: 'none', order: 'sign-then-encrypt' },
  { name: 'sign, then encrypt Body', encrypt: 'body', order: 'sign-then-encrypt' },
  { name: 'sign, then encrypt Body and Signature', encrypt: 'body-and-signature', order: 'sign-then-encrypt' },
  { name: 'encrypt Body, then sign', encrypt: 'body', order: 'encrypt-then-sign' },
] as const;
export type BootstrapShape = (typeof BOOTSTRAP_SHAPES)[number];

export const SESSION_STYLES = BOOTSTRAP_SHAPES.flatMap((shape) =>
  (['explicit', 'direct'] as const).flatMap((keys) =>
    (['attached', 'external'] as const).map((token) => ({ shape, keys, token })),
  ),
);
export type SessionStyle = (typeof SESSION_STYLES)[number];

/** What encrypts, where nothing else is said. */
export const SUITE: SuiteName = 'Basic256GCMSha256';

export const ROW = {
  signedByReference: (reference: CertificateReference) => `X.509 signature; ${REFERENCE_NAMES[reference]}`,
  signedWith: ([, algorithm]: Signing) => `X.509 signature; ${algorithm}`,
  tokenSigned: 'X.509 signature; its token signed',
  tokenDereferenced: (reference: CertificateReference) =>
    `X.509 signature; its token signed by STR-Transform; ${REFERENCE_NAMES[reference]}`,
  encryptedByReference: (reference: CertificateReference) =>
    `encrypted for a certificate; ${REFERENCE_NAMES[reference]}`,
  encryptedWith: (transport: Transport) => `encrypted for a certificate; ${Object.values(transport).join(', ')}`,
  wrapped: (wrap: KeyWrapName) => `session key wrapped; ${wrap}`,
  x509: ({ name }: BootstrapShape) => `X.509: ${name}`,
  session: ({ shape, keys, token }: SessionStyle) =>
    `EncryptedKey: ${shape.name}; ${keys === 'explicit' ? 'DerivedKeyTokens' : 'the secret itself'}${token === 'attached' ? '' : '; by EncryptedKeySHA1'}`,
  endorsed: ({ name }: BootstrapShape, signToken: boolean) =>
    `context, ${signToken ? 'signed endorsing' : 'endorsing'} X.509: ${name}`,
} as const;
