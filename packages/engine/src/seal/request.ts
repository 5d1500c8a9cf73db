import type { CanonicalElement } from '@parley/codec';
import type {
  CertifiedKey,
  HashName,
  MacAlgorithm,
  PrivateKey,
  Secret,
  SecurityContext,
  SuiteName,
} from '@parley/core';
import type { Workspace } from '../memory/workspace.ts';
import type { HeaderName } from '../message/header-name.ts';
import type { NamedContext } from '../message/opened-message.ts';
import type { PayloadPath } from '../message/payload-path.ts';
import type { Layout } from '../policy/layout.ts';
import type { ProtectionOrder } from '../policy/protection-order.ts';
import type { AssertionReference } from '../write/assertion-reference.ts';
import type { CertificateReference } from '../write/certificate-reference.ts';
import type { EncryptedKey } from './encrypted-key.ts';
import type { KeyRecipient } from './session-key.ts';

/** What every message is asked for. */
export interface SealOptions {
  /** Now, epoch milliseconds: Created of the Timestamp. */
  readonly atMs: number;
  readonly timestampLifetimeMs: number;
  /** Fills its argument with random octets: keys, nonces and IVs. */
  readonly fillRandom: (out: Uint8Array) => void;
  readonly suite?: SuiteName;
  readonly digest?: HashName;
  readonly sign: SignedSelection;
  /** With the signature, what confirms others is encrypted too. */
  readonly encrypt: 'none' | 'body' | 'body-and-signature';
  /** Header blocks to encrypt, where they are there; each in a wsse11:EncryptedHeader. */
  readonly encryptHeaders?: readonly HeaderName[];
  /** Elements to encrypt in a Body that is not encrypted itself, after signing. */
  readonly encryptPayload?: readonly PayloadPath[];
  readonly order: ProtectionOrder;
  /** Of a UsernameToken, beside a Body encrypted first: CXF and Metro sign it in clear (default), WCF what it was encrypted to. */
  readonly tokenOrder?: ProtectionOrder | undefined;
  /** Where the Timestamp goes; tokens stand before their use in all of them. Default: `strict`, which puts it first. */
  readonly layout?: Layout;
  /** Of a Security header that is not there yet. Default: true. */
  readonly mustUnderstand?: boolean;
  /** The actor or role whose Security header is written; without one, that of the last receiver. */
  readonly role?: string;
  /**
   * For a response: the SignatureValues of the request ({@link OpenedMessage.signatureValues}), each to be confirmed and
   * the confirmation signed; none for a request that was not signed.
   */
  readonly confirm?: readonly string[];
  /**
   * A second signature, over the signature of the message (an endorsing supporting token). With `signToken` its token is
   * covered by the signature of the message (signed endorsing).
   */
  readonly endorse?: CertificateSignature | AssertionSignature;
  /** A UsernameToken beside the token of the key: a supporting token. */
  readonly username?: SupportingUsername;
  /** SAML assertions that go along: bearer assertions, and those that the sender vouches for. */
  readonly assertions?: readonly AssertionToken[];
  /**
   * A signature over that of the message with a key of a context, which proves that the sender has it, as a renewal wants it
   * whose own protection is that of its bootstrap (WS-SC §5).
   */
  readonly proveContext?: ContextProof;
  /** How new Ids begin, as an NCName does. Default: `_`. Peers that keep tokens by Id want another in each message. */
  readonly idPrefix?: string;
  readonly workspace?: Workspace;
}

/** Which key of which context is proven to be there, and how it signs. */
export interface ContextProof
  extends Pick<
    SealRequest,
    | 'context'
    | 'instance'
    | 'keys'
    | 'token'
    | 'tokenId'
    | 'tokenElement'
    | 'tokenReference'
    | 'mac'
    | 'derivedKeyDefaults'
  > {
  /** Over the signature of the message; or beside it, over the Timestamp (WS-SecurityPolicy §8.3, over TLS). Default: `signature`. */
  readonly over?: 'signature' | 'timestamp';
}

/** What is signed. */
export interface SignedSelection {
  readonly body: boolean;
  /** The wsa headers. */
  readonly addressing: boolean;
  /** It is written only if it is signed. */
  readonly timestamp: boolean;
  /**
   * The UsernameTokens and BinarySecurityTokens that the envelope brings along in its Security header (signed supporting
   * tokens). Refused if there are none, or anything else.
   */
  readonly tokens?: boolean;
  /** Other header blocks, where they are there. */
  readonly headers?: readonly HeaderName[];
  /** Elements of the Body, each on its own. In a Body that is signed or encrypted as well, they need a wsu:Id of their own. */
  readonly payload?: readonly PayloadPath[];
}

/** How a message is to be secured with a security context. */
export interface SealRequest extends SealOptions {
  readonly context: SecurityContext;
  /** The key to use, by instance (`undefined` names the first key); leave out for the newest. */
  readonly instance?: string | undefined;
  /** The generation to write, when the context does not say. */
  readonly version?: '200512' | '200502';
  /** Default: the context's. */
  readonly suite?: SuiteName;
  readonly mac?: MacAlgorithm['name'];
  /** DerivedKeyTokens, derivations implied by the STR, or the context's secret itself: to sign only, but see the next. */
  readonly keys: 'explicit' | 'implied' | 'direct';
  /**
   * With `direct`, the secret both signs and encrypts: for peers whose policy has no sp:RequireDerivedKeys, and that take no
   * derived keys either. The reader needs `requireSeparateKeys: false`. Default: `false`.
   */
  readonly oneKeyForBoth?: boolean;
  /** The SCT in the header, or a reference by Identifier. */
  readonly token: 'attached' | 'external';
  /** The wsu:Id of an attached SCT, for peers that look it up by the one that they issued. Default: a new one. */
  readonly tokenId?: string | undefined;
  /**
   * An attached SCT as its issuer wrote it, whose wsu:Id {@link tokenId} is: what else is in it is the issuer's, to be sent
   * along unchanged (WS-SC §2), such as the cookie that WCF keeps its contexts in.
   */
  readonly tokenElement?: CanonicalElement | undefined;
  /**
   * The wsse:SecurityTokenReference by which the message names its context, as the issuer wrote it (WS-Trust §4.4); one to the Id
   * of an attached SCT needs {@link tokenId}. Not for keys that a reference implies, which have attributes of their own. Default:
   * by Id or Identifier, with the Instance.
   */
  readonly tokenReference?: CanonicalElement | undefined;
  /** `omitted`: a DerivedKeyToken does not spell Offset 0 with Length 32, as WCF. Default: `written`. */
  readonly derivedKeyDefaults?: 'written' | 'omitted';
  /** As in {@link TransportSealRequest}; what signs is then `external`, for a message has one token at most. */
  readonly bearerContext?: NamedContext | undefined;
}

/** How a message is to be secured with a secret that travels in an xenc:EncryptedKey (the symmetric binding). */
export interface EncryptedKeySealRequest extends SealOptions {
  /** Stays the caller's, for the answer will be secured with it. */
  readonly encryptedKey: EncryptedKey;
  readonly suite: SuiteName;
  /** The generation of DerivedKeyTokens. Default 200512. */
  readonly version?: '200512' | '200502';
  readonly mac?: MacAlgorithm['name'];
  /** DerivedKeyTokens, or the secret itself, which must then have the length that the cipher wants. */
  readonly keys: 'explicit' | 'direct';
  /** The EncryptedKey in the header, or a reference by EncryptedKeySHA1 to one that the peer has or has made. */
  readonly token: 'attached' | 'external';
  /** As in {@link SealRequest}. */
  readonly derivedKeyDefaults?: 'written' | 'omitted';
}

/** How a message is to be signed with a certified key, and encrypted for a certificate (the asymmetric binding). */
export interface CertificateSealRequest extends SealOptions {
  readonly certificate: CertificateSignature;
  readonly suite: SuiteName;
  /** For whom it is encrypted, if it is: the session key is of this message only. */
  readonly recipient?: KeyRecipient;
}

/** How a message is to be secured with a key made of a password (WSS UsernameToken profile 1.1 §4). */
export interface PasswordSealRequest extends SealOptions {
  readonly passwordKey: {
    readonly username: string;
    /** UTF-8 octets; borrowed for the call. */
    readonly password: Secret;
    /** 1000 or more, which is the default: each costs both sides a microsecond, and him who guesses. */
    readonly iterations?: number;
  };
  readonly suite: SuiteName;
  /** The generation of DerivedKeyTokens. Default 200512. */
  readonly version?: '200512' | '200502';
  readonly mac?: MacAlgorithm['name'];
  /** DerivedKeyTokens; or the key itself and, to encrypt, a second one: of 20 octets, so AES-128 only. */
  readonly keys: 'explicit' | 'direct';
  /** Whether the signature covers the UsernameToken, too. Default: false. */
  readonly signToken?: boolean;
  /** As in {@link SealRequest}. */
  readonly derivedKeyDefaults?: 'written' | 'omitted';
}

/**
 * How a message is to be secured by the holder of the key that a SAML assertion names: signed with a private key, or with
 * everything else too with a secret that the assertion has encrypted for the peer.
 */
export interface AssertionSealRequest extends SealOptions, AssertionSignature {
  readonly suite: SuiteName;
  /** With a private key: for whom it is encrypted, if it is. */
  readonly recipient?: KeyRecipient;
  /** With a secret: DerivedKeyTokens (the default), or the secret itself, as in {@link EncryptedKeySealRequest}. */
  readonly keys?: 'explicit' | 'direct';
  /** With a secret: the generation of DerivedKeyTokens. Default 200512. */
  readonly version?: '200512' | '200502';
  /** With a secret. */
  readonly mac?: MacAlgorithm['name'];
  /** As in {@link SealRequest}. */
  readonly derivedKeyDefaults?: 'written' | 'omitted';
}

/**
 * How a message is to be furnished that the transport protects (the transport binding): with a Timestamp, and with what else says
 * who sends it. Nothing is signed, nothing encrypted.
 */
export interface TransportSealRequest
  extends Pick<
    SealOptions,
    'atMs' | 'timestampLifetimeMs' | 'fillRandom' | 'mustUnderstand' | 'role' | 'confirm' | 'idPrefix' | 'workspace'
  > {
  readonly transport: true;
  /** Neither signed nor encrypted, for there is no key. */
  readonly username?: SupportingUsername;
  /** Bearer assertions; likewise. */
  readonly assertions?: readonly AssertionToken[];
  /** A context that the message names by its SecurityContextToken, and proves nothing of: whoever reads it can do so, too. */
  readonly bearerContext?: NamedContext | undefined;
}

/** A message that no security context secures. */
export type BootstrapSealRequest =
  | CertificateSealRequest
  | EncryptedKeySealRequest
  | PasswordSealRequest
  | AssertionSealRequest;

/** A user, and what shows that it is he (WSS UsernameToken profile 1.1 §3). Passwords are UTF-8 octets, borrowed. */
export type SupportingUsername = (
  | { readonly passwordType: 'none' }
  | { readonly passwordType: 'text' | 'digest'; readonly password: Secret }
) & {
  readonly username: string;
  /** Whether the signature of the message covers the token. Default: true. */
  readonly sign?: boolean;
  /** Whether the token is encrypted, as CXF does it with the signature. Default: false. */
  readonly encrypt?: boolean;
};

/** A SAML assertion that its issuer signed. */
export interface AssertionToken {
  /**
   * The saml:Assertion element, alone, in UTF-8. It goes into the message octet for octet, and so declares its namespaces
   * itself. Borrowed.
   */
  readonly octets: Uint8Array;
  /** Default: `key-identifier`. */
  readonly reference?: AssertionReference;
  /** How the signature of the message covers it, if it does: by its id, or by STR-Transform of an STR behind it, as WSS4J does. */
  readonly sign?: 'id' | 'str-transform';
  /**
   * Whether it goes encrypted: not one whose secret secures the message, and not one that is signed by STR-Transform. It must
   * mean the same wherever it stands. Default: false.
   */
  readonly encrypt?: boolean;
}

/** A signature by the holder of the key that an assertion names. */
export interface AssertionSignature {
  readonly assertion: AssertionToken;
  /** The private key, or the secret. Borrowed. */
  readonly proof: PrivateKey | Secret;
  /** Of a private key: short name or URI. Default: the suite's, which is for RSA keys. */
  readonly algorithm?: string;
}

/** A signature with a certified key. */
export interface CertificateSignature {
  readonly key: CertifiedKey;
  readonly reference: CertificateReference;
  /**
   * Short name or URI; of `#rsa-pss`, `rsa-pss-sha384` and `rsa-pss-sha512` are written with their parameters. Default: the
   * suite's, which is for RSA keys.
   */
  readonly algorithm?: string;
  /**
   * Whether the signature of the message covers the token too: by its Id, for a token that is in the message; or by
   * STR-Transform, for every reference but `embedded`, and not of an endorsing signature.
   */
  readonly signToken?: boolean | 'str-transform';
  /**
   * Whether its token, which is then in the message, goes encrypted: not one that is signed by STR-Transform. One that is not
   * signed at all anybody could have put there, and `open` takes it only by a policy that says so. Default: false.
   */
  readonly encryptToken?: boolean;
}

/** A message that was secured, and what a response may confirm of it. */
export interface SealedMessage {
  /** The message; the caller's own. */
  readonly octets: Uint8Array;
  /** SignatureValue of each signature made, in base64. */
  readonly signatureValues: readonly string[];
}
