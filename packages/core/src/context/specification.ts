/**
 * The two generations of WS-Trust and WS-SecureConversation. 1.3 and 1.4 share the 200512 namespaces; Feb 2005 is
 * what WCF's wsHttpBinding and older peers speak. One exchange never mixes them.
 */
export type Version = '200512' | '200502';

/** The URIs that differ between the generations. */
export interface VersionUris {
  readonly version: Version;
  readonly trust: string;
  readonly conversation: string;
  /** TokenType and ValueType of a SecurityContextToken. */
  readonly sct: string;
  /** ValueType of a DerivedKeyToken. */
  readonly dkt: string;
  readonly pSha1: string;
  readonly computedKeyPSha1: string;
}

function urisOf(version: Version, trust: string, conversation: string): VersionUris {
  return Object.freeze({
    version,
    trust,
    conversation,
    sct: `${conversation}/sct`,
    dkt: `${conversation}/dk`,
    pSha1: `${conversation}/dk/p_sha1`,
    computedKeyPSha1: `${trust}/CK/PSHA1`,
  });
}

/** The URIs of each generation (protocol: WS-SC §1.2, WS-Trust §2.3). */
export const VERSION_URIS: Readonly<Record<Version, VersionUris>> = Object.freeze({
  '200512': urisOf(
    '200512',
    'http://docs.oasis-open.org/ws-sx/ws-trust/200512',
    'http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512',
  ),
  '200502': urisOf('200502', 'http://schemas.xmlsoap.org/ws/2005/02/trust', 'http://schemas.xmlsoap.org/ws/2005/02/sc'),
});

const WSS10 = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-';
const WSS11 = 'http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#';
const USERNAME_PROFILE = `${WSS10}username-token-profile-1.0#`;
const X509_PROFILE = `${WSS10}x509-token-profile-1.0#`;

/** ValueTypes of tokens and of key identifiers in WS-Security (protocol §3.1). */
export const TOKEN_TYPES: Readonly<
  Record<
    | 'x509v3'
    | 'x509PkiPath'
    | 'x509SubjectKeyIdentifier'
    | 'thumbprintSha1'
    | 'encryptedKey'
    | 'encryptedKeySha1'
    | 'usernameToken',
    string
  >
> = Object.freeze({
  x509v3: `${X509_PROFILE}X509v3`,
  x509PkiPath: `${X509_PROFILE}X509PKIPathv1`,
  x509SubjectKeyIdentifier: `${X509_PROFILE}X509SubjectKeyIdentifier`,
  thumbprintSha1: `${WSS11}ThumbprintSHA1`,
  encryptedKey: `${WSS11}EncryptedKey`,
  encryptedKeySha1: `${WSS11}EncryptedKeySHA1`,
  usernameToken: `${USERNAME_PROFILE}UsernameToken`,
});

/** Types of wsse:Password. */
export const PASSWORD_TYPES: Readonly<Record<'text' | 'digest', string>> = Object.freeze({
  text: `${USERNAME_PROFILE}PasswordText`,
  digest: `${USERNAME_PROFILE}PasswordDigest`,
});

/** The transform that signs the token which a reference names. */
export const STR_TRANSFORM: string = `${WSS10}soap-message-security-1.0#STR-Transform`;

/** The transform that leaves out the signature which holds it (XML Signature §6.6.4). */
export const ENVELOPED_SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

/** The one EncodingType of WS-Security. */
export const BASE64_BINARY: string = `${WSS10}soap-message-security-1.0#Base64Binary`;

/** SAML assertions are of one of two generations, too. */
export type SamlVersion = '1.1' | '2.0';

/**
 * How a message shows that an assertion is about its sender: by a key that the assertion names, by nothing but having it, or
 * by the word of whoever signs the message.
 */
export type ConfirmationName = 'holder-of-key' | 'bearer' | 'sender-vouches';

export const CONFIRMATION_NAMES: readonly ConfirmationName[] = ['holder-of-key', 'bearer', 'sender-vouches'];

/** What WS-Security calls assertions of each version, and their confirmation (WSS SAML Token Profile 1.1 §3). */
export interface SamlUris {
  /** wsse11:TokenType of a reference. */
  readonly tokenType: string;
  /** ValueType of the KeyIdentifier that holds an assertion's id. */
  readonly keyIdentifier: string;
  readonly confirmation: Readonly<Record<ConfirmationName, string>>;
}

const SAML_PROFILE = 'http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-';

function samlUrisOf(version: SamlVersion, keyIdentifier: string): SamlUris {
  const method = `urn:oasis:names:tc:SAML:${version === '1.1' ? '1.0' : '2.0'}:cm:`;
  return Object.freeze({
    tokenType: `${SAML_PROFILE}1.1#SAMLV${version}`,
    keyIdentifier: SAML_PROFILE + keyIdentifier,
    confirmation: Object.freeze({
      'holder-of-key': `${method}holder-of-key`,
      bearer: `${method}bearer`,
      'sender-vouches': `${method}sender-vouches`,
    }),
  });
}

/** The URIs of each version of SAML. */
export const SAML_URIS: Readonly<Record<SamlVersion, SamlUris>> = Object.freeze({
  '1.1': samlUrisOf('1.1', '1.0#SAMLAssertionID'),
  '2.0': samlUrisOf('2.0', '1.1#SAMLID'),
});
