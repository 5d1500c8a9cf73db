/** Policies by name, as data: the strict one, and what each peer or bootstrap gives up of it. */
import { SIGNATURE_ALGORITHMS } from '@parley/core/internal';
import type { Policy } from './policy.ts';

/** What holds where a profile says nothing else. */
export const STRICT: Omit<Policy, 'limits'> = {
  name: 'strict',
  reader: 'scan',
  clockSkewMs: 300_000,
  timestampAgeMaxMs: 300_000,
  requireSignedBody: true,
  requireTimestamp: true,
  requireSignedAddressing: true,
  trustTransport: false,
  requiredHeaders: ['Action'],
  signedHeaders: [],
  signedPayload: [],
  requireEncryptedBody: false,
  encryptedHeaders: [],
  requireSignedEncryption: true,
  requireSignatureConfirmation: false,
  role: undefined,
  understoodHeaders: [],
  requireMustUnderstand: false,
  layout: 'strict',
  allowComments: false,
  requireUniqueForeignIds: true,
  allowTokenCopy: false,
  allowBearerContext: false,
  allowMixedGenerations: false,
  allowIdentifierFragment: false,
  allowMistypedReferences: false,
  keyWithoutInstance: 'first',
  allowUnqualifiedIds: false,
  allowSeveralIds: false,
  canonicalisations: ['exclusive'],
  allowMissingTransforms: false,
  allowBareX509Data: false,
  allowTokenTransform: false,
  digests: ['sha1', 'sha256', 'sha384', 'sha512'],
  macs: ['hmac-sha1', 'hmac-sha256', 'hmac-sha384', 'hmac-sha512'],
  ciphers: ['aes128-cbc', 'aes192-cbc', 'aes256-cbc', 'aes128-gcm', 'aes192-gcm', 'aes256-gcm'],
  signedBy: ['context'],
  requireProof: true,
  endorsedBy: [],
  passwordTypes: [],
  requireUser: false,
  requireSignedUser: true,
  signatures: [],
  keyTransports: [],
  rsa15KeyBytes: 32,
  keyWraps: [],
  requireSeparateKeys: true,
  confirmations: [],
  requireAssertion: false,
  requireSignedAssertion: true,
  audiences: [],
  replyAddresses: [],
  endpointAddress: undefined,
};

/** Everything but SHA-1. */
const SIGNATURES = SIGNATURE_ALGORITHMS.filter(({ hash }) => hash !== 'sha1').map(({ name }) => name);

// What the algorithm suites of the Java stacks and of WCF come to. CXF alone has GCM.
const SUITE_ALGORITHMS = {
  digests: ['sha1', 'sha256'],
  macs: ['hmac-sha1', 'hmac-sha256'],
  ciphers: ['aes128-cbc', 'aes192-cbc', 'aes256-cbc'],
} as const satisfies Partial<Policy>;

// spec: WS-SecurityPolicy §6.7, a policy that names no layout means Lax; and an endpoint may do without WS-Addressing.
const JAVA: Partial<Policy> = { ...SUITE_ALGORITHMS, requiredHeaders: [], layout: 'lax' };

// What CXF does to tokens, of which Open Liberty has two versions: 2.6 copies them, 3.5 and 4 mix generations.
const CXF_TOKENS: Partial<Policy> = {
  allowTokenCopy: true,
  allowMixedGenerations: true,
  allowIdentifierFragment: true,
  allowMistypedReferences: true,
};

// Each profile is what its peer gives up, and no more; what the peer never writes is refused.
const PROFILES: Readonly<Record<ProfileName, Partial<Policy>>> = {
  strict: {},
  cxf: { ...JAVA, ...CXF_TOKENS, ciphers: STRICT.ciphers },
  // interop: WCF signs Body, every wsa header and the Timestamp. Its Cancel is not encrypted, so no message need be.
  'wcf-message': SUITE_ALGORITHMS,
  // interop: WCF mixed mode signs only the Timestamp and leaves the rest to TLS.
  'wcf-mixed': { requireSignedBody: false, requireSignedAddressing: false, trustTransport: true, requiredHeaders: [] },
  websphere: { ...JAVA, ...CXF_TOKENS },
  metro: JAVA,
  // interop: Rampart's published sample signs the Timestamp alone and encrypts the Body with CBC, unsigned.
  'timestamp-only': {
    requireSignedBody: false,
    requireSignedAddressing: false,
    requiredHeaders: [],
    requireSignedEncryption: false,
  },
  // Peers without WS-Addressing: Body and Timestamp are signed; a header counts if the signature covers it.
  'body-only': { requireSignedAddressing: false, requiredHeaders: [] },
  // What old and plain writers need, of contexts and of certificates: how a message is spelt, and never what it must prove.
  tolerant: {
    signedBy: ['context', 'certificate'],
    signatures: SIGNATURES,
    keyTransports: ['rsa-oaep-mgf1p', 'rsa-oaep'],
    requiredHeaders: [],
    layout: 'lax',
    allowComments: true,
    allowUnqualifiedIds: true,
    allowSeveralIds: true,
    allowMissingTransforms: true,
    allowBareX509Data: true,
    canonicalisations: ['exclusive', 'inclusive'],
  },
};

const BOOTSTRAP_PROFILES: Readonly<Record<BootstrapProfileName, Partial<Policy>>> = {
  // Both sides have a certificate: WS-SecurityPolicy's AsymmetricBinding.
  x509: { signedBy: ['certificate'], signatures: SIGNATURES, keyTransports: ['rsa-oaep-mgf1p', 'rsa-oaep'] },
  // One side has, and the other makes a key for it: SymmetricBinding, which uses that key for everything.
  'symmetric-x509': {
    signedBy: ['encrypted-key'],
    keyTransports: ['rsa-oaep-mgf1p', 'rsa-oaep'],
    requireSeparateKeys: false,
  },
  // Both sides know a password, and sign with a key made of it.
  username: { signedBy: ['username'], requireUser: true },
  // WS-SecurityPolicy's TransportBinding: TLS protects the message, and a UsernameToken says who sent it.
  'username-transport': {
    signedBy: [],
    passwordTypes: ['text', 'digest'],
    requireUser: true,
    requireSignedUser: false,
    requireSignedBody: false,
    requireSignedAddressing: false,
    trustTransport: true,
    requiredHeaders: [],
  },
  // The answer to such a message, or under TLS to any: a Timestamp, and nothing that proves who sent it.
  transport: {
    signedBy: [],
    requireProof: false,
    requireSignedBody: false,
    requireSignedAddressing: false,
    requiredHeaders: [],
    layout: 'lax',
  },
  // A SAML assertion names the key of its holder, which signs: a private key, or a secret that its issuer encrypted for us.
  saml: {
    signedBy: ['saml'],
    confirmations: ['holder-of-key'],
    requireAssertion: true,
    signatures: SIGNATURES,
    keyTransports: ['rsa-oaep-mgf1p', 'rsa-oaep'],
    allowTokenTransform: true,
  },
  // The answer to such a message: the key is known from it, and a new one would be anybody's.
  'symmetric-x509-reply': { signedBy: ['known-encrypted-key'], requireSeparateKeys: false },
};

/** The profiles of messages within a context; `tolerant` takes a certificate in its place. */
export type ProfileName =
  | 'strict'
  | 'cxf'
  | 'wcf-message'
  | 'wcf-mixed'
  | 'websphere'
  | 'metro'
  | 'timestamp-only'
  | 'body-only'
  | 'tolerant';
export const PROFILE_NAMES: readonly ProfileName[] = Object.keys(PROFILES) as ProfileName[];

/** The profiles of messages that establish one. */
export type BootstrapProfileName =
  | 'x509'
  | 'symmetric-x509'
  | 'symmetric-x509-reply'
  | 'saml'
  | 'username'
  | 'username-transport'
  | 'transport';
export const BOOTSTRAP_PROFILE_NAMES: readonly BootstrapProfileName[] = Object.keys(
  BOOTSTRAP_PROFILES,
) as BootstrapProfileName[];

/** Any of them. */
export type PolicyName = ProfileName | BootstrapProfileName;

/** Every profile: what it changes of {@link STRICT}. */
export const ALL_PROFILES: Readonly<Record<string, Partial<Policy>>> = { ...PROFILES, ...BOOTSTRAP_PROFILES };
