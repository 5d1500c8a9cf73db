/** Every ceiling that a message can run into. Units are in the names; bytes are octets on the wire. */
export interface Limits {
  /** The message, and each decrypted form of it. A SOAP message above 1 MiB is a file transfer. */
  readonly messageBytesMax: number;
  /** Open elements at one time. .NET allows 64, Santuario 100. */
  readonly depthMax: number;
  /** Elements, attributes and declarations in all: sizes the tape. */
  readonly nodesMax: number;
  readonly attributesPerElementMax: number;
  readonly namespacesPerElementMax: number;
  /** A QName, prefix and colon included. */
  readonly nameBytesMax: number;
  /** An attribute value as written. */
  readonly attributeValueBytesMax: number;
  /** Identifier, MessageID and other texts that become keys of a table. */
  readonly identifierBytesMax: number;
  /** Children of soap:Header. */
  readonly headerBlocksMax: number;
  /** ds:Signature elements in the Security header. */
  readonly signaturesMax: number;
  /** ds:Reference elements of one signature. Santuario allows 30, .NET 100. */
  readonly referencesMax: number;
  /** Exactly one exclusive C14N is all that a peer needs. */
  readonly transformsMax: number;
  /** Tokens in the Security header. */
  readonly tokensMax: number;
  /** xenc:EncryptedData elements. .NET allows 100. */
  readonly encryptedPartsMax: number;
  /** xenc:EncryptedKey elements: each may cost an operation with our private key. */
  readonly encryptedKeysMax: number;
  /** One certificate. With a key of 4096 bits, usual ones have 1 to 3 KiB. */
  readonly certificateBytesMax: number;
  /** Of one chain, anchor included; and of one message's PKIPath. */
  readonly certificatesMax: number;
  /** SAML assertions in the Security header: each costs a signature and a chain of certificates. */
  readonly assertionsMax: number;
  /** One assertion as written. */
  readonly assertionBytesMax: number;
  /** WSS4J refuses below 16 since 2026. */
  readonly derivedKeyBytesMin: number;
  /** Rampart's transport binding asks for 256 (it writes bits). */
  readonly derivedKeyBytesMax: number;
  /** WCF allows 64. */
  readonly derivedKeyOffsetMax: number;
  /** A key derived from a derived key has depth 2. */
  readonly derivationDepthMax: number;
  readonly nonceBytesMin: number;
  /** WCF allows 128. */
  readonly nonceBytesMax: number;
  readonly labelBytesMax: number;
  /** A password that is sent as text. */
  readonly passwordBytesMax: number;
  /** Keys that one message may have made of passwords: one to sign with and one to encrypt with. */
  readonly passwordKeysMax: number;
  /** The least that the Basic Security Profile allows. */
  readonly passwordIterationsMin: number;
  /** Paid before anything is proven, about a microsecond each. Peers send 1000. */
  readonly passwordIterationsMax: number;
  /** Canonical octets made for one message, as a multiple of its size: stops one subtree signed 32 times. */
  readonly canonicalFactorMax: number;
}

/** The limits of the strict profile. Each has a test at the limit and one above it. */
export const DEFAULT_LIMITS: Limits = Object.freeze({
  messageBytesMax: 1024 * 1024,
  depthMax: 128,
  nodesMax: 200_000,
  attributesPerElementMax: 256,
  namespacesPerElementMax: 64,
  nameBytesMax: 1024,
  attributeValueBytesMax: 64 * 1024,
  identifierBytesMax: 1024,
  headerBlocksMax: 256,
  signaturesMax: 4,
  referencesMax: 32,
  transformsMax: 1,
  tokensMax: 16,
  encryptedPartsMax: 8,
  encryptedKeysMax: 1,
  certificateBytesMax: 16 * 1024,
  certificatesMax: 8,
  assertionsMax: 2,
  assertionBytesMax: 64 * 1024,
  derivedKeyBytesMin: 16,
  derivedKeyBytesMax: 256,
  derivedKeyOffsetMax: 1024,
  derivationDepthMax: 2,
  nonceBytesMin: 8,
  nonceBytesMax: 128,
  labelBytesMax: 256,
  passwordBytesMax: 1024,
  passwordKeysMax: 2,
  passwordIterationsMin: 1000,
  passwordIterationsMax: 10_000,
  canonicalFactorMax: 4,
});
