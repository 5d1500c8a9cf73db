/**
 * What an endpoint demands of a message and allows in it. The default is strict; a looser one is a named profile,
 * spelt out, so that a reader of the configuration sees what is given up.
 */

import type { CanonicalisationName, Reader } from '@parley/codec';
import type {
  CipherName,
  ConfirmationName,
  HashName,
  KeyTransportName,
  KeyWrapName,
  Limits,
  MacAlgorithm,
  SignatureName,
} from '@parley/core';
import type { AddressingName } from '../message/addressing-names.ts';
import type { HeaderName } from '../message/header-name.ts';
import type { KeySourceName } from '../message/opened-message.ts';
import type { PasswordType } from '../message/password-type.ts';
import type { PayloadPath } from '../message/payload-path.ts';
import type { Layout } from './layout.ts';

export interface Policy {
  /** Of the profile it was made from: for logs and reports. */
  readonly name: string;
  readonly limits: Limits;
  /** Who reads the message, and so in which encodings it may be. Parts that were decrypted are read the same way. */
  readonly reader: Reader;
  /** How far clocks may differ. */
  readonly clockSkewMs: number;
  /** Oldest `Created` that is still fresh, apart from skew. */
  readonly timestampAgeMaxMs: number;

  /** Parts that must be there and signed. */
  readonly requireSignedBody: boolean;
  readonly requireTimestamp: boolean;
  /** Every wsa header that is there must be signed. Without, one that is not signed is not handed over. */
  readonly requireSignedAddressing: boolean;
  /**
   * The transport answers for what no signature covers (TLS that ends here): wsa headers are handed over unsigned, too.
   * Without, they are in `claimedAddressing` alone.
   */
  readonly trustTransport: boolean;
  /**
   * Headers that must be there, and signed; wsa headers by local name. Without a MessageID, a replay is known by the
   * signature itself.
   */
  readonly requiredHeaders: readonly (AddressingName | HeaderName)[];
  /** Header blocks that must be signed where they are (sp:SignedParts). */
  readonly signedHeaders: readonly HeaderName[];
  /**
   * Elements of the Body that must be there, and each that stands at such a path be signed itself, beside the Body or instead of
   * it (sp:SignedElements). A signature over any other element in the Body is refused. Of what is around them, only the
   * names on the path are known, unless the Body is signed.
   */
  readonly signedPayload: readonly PayloadPath[];
  /** All of the content of Body. */
  readonly requireEncryptedBody: boolean;
  /** Header blocks that must have come encrypted where they are (sp:EncryptedParts). */
  readonly encryptedHeaders: readonly HeaderName[];
  /** Decrypt only what a signature covers (before or after decryption). */
  readonly requireSignedEncryption: boolean;

  /** A response says which signatures of the request it answers (WSS 1.1 §8.5); `open` is told what was sent. */
  readonly requireSignatureConfirmation: boolean;

  /**
   * The actor or role whose Security header is read; without one, or with that of the ultimate receiver, that of the last
   * receiver. Where there is none for it, one for `next` is read, which every receiver is (SOAP 1.2 §2.2).
   */
  readonly role: string | undefined;
  /**
   * Headers that the application understands, beside those of WS-Addressing and WS-Security: mandatory ones are taken. All
   * of them, mandatory or not, must be signed where they are, unless the transport answers for them. Name nothing that
   * nobody acts on.
   */
  readonly understoodHeaders: readonly HeaderName[];
  /** The Security header says that it must be understood. */
  readonly requireMustUnderstand: boolean;
  readonly layout: Layout;
  /** Comments between elements, in the whole message. Inside a value they stay refused (T10). */
  readonly allowComments: boolean;
  /**
   * Ids of any kind are unique in the message, also those of the application's elements that no signature can mean
   * (`id`, `ID`, `xml:id`). Turn it off for payloads that number their rows so; what is signed is as sure as before.
   */
  readonly requireUniqueForeignIds: boolean;
  /**
   * The SecurityContextToken of the Security header may be there again with its Id, octet for octet, as what a request in the
   * Body renews or cancels (CXF 2.6). References mean the one of the header.
   */
  readonly allowTokenCopy: boolean;
  /**
   * A SecurityContextToken that no signature is by names a context, for the transport to answer for: whoever has seen its
   * Identifier can send it. Only with {@link signedBy} empty, or {@link trustTransport}.
   */
  readonly allowBearerContext: boolean;
  /**
   * Tokens, references with their ValueType, and the context may be of different generations, as CXF mixes them after it renewed: keys are made
   * alike in both, and what names the generation is covered by no signature. The context's own is handed over.
   */
  readonly allowMixedGenerations: boolean;
  /** A reference may name a context by `#` and its Identifier, which no Id can be, as CXF's streaming engine does. */
  readonly allowIdentifierFragment: boolean;
  /**
   * A reference to a token in the message may have the ValueType of another: CXF's streaming engine writes that of what a key is
   * derived from, Rampart that of an assertion. What it leads to is what it is.
   */
  readonly allowMistypedReferences: boolean;
  /**
   * Which key of a renewed context a reference without Instance means: the first (WS-SC §5), or the newest. The latter is
   * CXF's streaming engine's, and refuses what was sent with the first key before the renewal was known.
   */
  readonly keyWithoutInstance: 'first' | 'newest';
  /**
   * A reference may mean `Id` without a prefix on any element, as old clients write it on Body and Timestamp. Only ds: and
   * xenc: elements have such an Id by their schemas.
   */
  readonly allowUnqualifiedIds: boolean;
  /** One element may have several Ids, as `wsu:Id` and `Id`. Two elements with one Id stay refused, whatever its name is. */
  readonly allowSeveralIds: boolean;
  /**
   * Exclusive C14N alone by default. Inclusive forms change with the place of the element, and a comment that is signed
   * is one that somebody takes for content: allow them only for a peer that cannot do otherwise.
   */
  readonly canonicalisations: readonly CanonicalisationName[];
  /** A ds:Reference without ds:Transforms means inclusive C14N 1.0 (XML Signature §4.4.3.2); BSP R5416 forbids it. */
  readonly allowMissingTransforms: boolean;
  /**
   * ds:X509Data beside or instead of the STR in the KeyInfo of a signature, as plain XML Signature has it; BSP R5402 and R5417
   * forbid it. All that is said there of the certificate must be true of the one that is used.
   */
  readonly allowBareX509Data: boolean;
  /** STR-Transform: the signature may cover the token of its own key, wherever that is. */
  readonly allowTokenTransform: boolean;
  readonly digests: readonly HashName[];
  readonly macs: readonly MacAlgorithm['name'][];
  readonly ciphers: readonly CipherName[];

  /**
   * What the keys may come from that sign what must be signed. An `encrypted-key` that a message brings proves nothing
   * about its sender: something else has to, such as an endorsement. If empty, nothing is signed: the transport protects
   * the message, and a user must be proven, unless {@link requireProof} says otherwise.
   */
  readonly signedBy: readonly KeySourceName[];
  /**
   * Somebody must have proven the message, by a signature or a password. Without, and with {@link signedBy} empty, all trust
   * is the transport's: what `open` hands over is shaped and fresh, and nothing more.
   */
  readonly requireProof: boolean;
  /** If not empty: a signature over that one must be there, and its key come from one of these. */
  readonly endorsedBy: readonly KeySourceName[];
  /**
   * How a UsernameToken may prove its user's password. If empty, such tokens are carried like others, and nobody is
   * believed for one. A key made of a password is taken by {@link signedBy} or {@link endorsedBy} (`username`).
   */
  readonly passwordTypes: readonly PasswordType[];
  /** Somebody must have proven a password. */
  readonly requireUser: boolean;
  /** The signature covers the token that proves it. Without, the transport has to keep it from being taken and moved. */
  readonly requireSignedUser: boolean;
  /** Signatures with public keys, by short name. */
  readonly signatures: readonly SignatureName[];
  /** How a key may be encrypted for us. RSA 1.5 also needs a private key that was read for it. */
  readonly keyTransports: readonly KeyTransportName[];
  /**
   * How long a key is that came by RSA 1.5, where no cipher tells it because keys are derived from it: as long as the
   * encryption key of the suite. 32 by default.
   */
  readonly rsa15KeyBytes: number;
  /** How a key may be encrypted with a key. */
  readonly keyWraps: readonly KeyWrapName[];
  /** A key that signs must not be one that encrypts; one EncryptedKey without derived keys is both. */
  readonly requireSeparateKeys: boolean;

  /** How a SAML assertion may be confirmed. Where there is no way, one in the Security header is refused. */
  readonly confirmations: readonly ConfirmationName[];
  /** An assertion must be there. All that are there are verified, asked for or not. */
  readonly requireAssertion: boolean;
  /** A bearer assertion must be covered by a signature of the message; one whose key signs is bound to it anyway. */
  readonly requireSignedAssertion: boolean;
  /** Who we are to issuers of assertions. With some, each assertion must be for one of them; with none, for nobody special. */
  readonly audiences: readonly string[];

  /** WS-Addressing addresses that ReplyTo and FaultTo may name besides the anonymous and none URIs. */
  readonly replyAddresses: readonly string[];
  /** The signed wsa:To must be this, when given. */
  readonly endpointAddress: string | undefined;
}

/** Changes to a profile; `limits` may be partial. */
export type PolicyChanges = Partial<Omit<Policy, 'limits'>> & { readonly limits?: Partial<Limits> };
