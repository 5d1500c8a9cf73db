/** `planOf`: what `open` would do with a message, in which order, as plain data. It is `open`'s own plan, in other words. */
import { readDocument } from '@parley/codec/internal';
import type { CipherName, HashName, KeyTransportName, KeyWrapName, Reply } from '@parley/core';
import { encodeBase64, failedReply } from '@parley/core/internal';
import type { CertificateName } from '../claims/certificate-name.ts';
import { derivationOf } from '../keys/resolved-key.ts';
import { Workspace } from '../memory/workspace.ts';
import type { Derivation, PartRole } from '../message/opened-message.ts';
import { requireTimestampPlace } from '../plan/coverage.ts';
import type { EncryptedPlace, PlannedDecryption } from '../plan/decryption.ts';
import type { DocumentPlan } from '../plan/document.ts';
import { isSettled, planReceived } from '../plan/document.ts';
import type {
  BroughtCertificate,
  PlannedCertificate,
  PlannedEnvelope,
  PlannedKey,
  PlannedSymmetricKey,
} from '../plan/planned-key.ts';
import { isSecret } from '../plan/planned-key.ts';
import type { PlannedSignature } from '../plan/signatures.ts';
import type { Policy } from '../policy/policy.ts';
import type { MessageClaims } from '../read/message.ts';
import { readMessage } from '../read/message.ts';
import { nameOfPart, namespaceText } from './hand-over.ts';
import type { PlanRequest } from './request.ts';
import { checkedPlanning } from './request-shape.ts';

/** What `open` does with one message. */
export interface MessagePlan {
  /** Name of the policy that it was made with. */
  readonly profile: string;
  /**
   * What comes first. `decrypt-then-verify`: the values of the signatures that can be seen are checked before anything is
   * decrypted, and their digests afterwards.
   */
  readonly order: 'verify' | 'verify-then-decrypt' | 'decrypt-then-verify';
  /** In the order in which they are verified. Not those that ciphertext hides, or whose tokens it hides. */
  readonly signatures: readonly SignaturePlan[];
  /** In the order in which they are decrypted. */
  readonly decryptions: readonly DecryptionPlan[];
  /** Plaintext may hold signatures, their tokens, signed elements, or lists of more to decrypt: then `open` plans again. */
  readonly moreAfterDecryption: boolean;
}

/** One signature. */
export interface SignaturePlan {
  /** Short name: `hmac-sha256`, `rsa-sha256`. */
  readonly algorithm: string;
  /** Whether it vouches for other signatures, as the policy asks for. */
  readonly isEndorsing: boolean;
  readonly key: KeyPlan;
  /** What it covers, as far as that can be seen. */
  readonly references: readonly ReferencePlan[];
  /** How many elements it covers that ciphertext hides. */
  readonly hiddenReferences: number;
}

/** An element that a signature covers. */
export interface ReferencePlan {
  readonly role: PartRole;
  readonly namespace: string;
  readonly localName: string;
  readonly digest: HashName;
  /** Whether it is covered by STR-Transform. */
  readonly isTokenTransform: boolean;
}

/** One part to decrypt. */
export interface DecryptionPlan {
  /** The part that it is, or stands in. Of a child of Security, only the content tells what it is. */
  readonly place: EncryptedPlace;
  readonly target: 'content' | 'element';
  readonly cipher: CipherName;
  readonly key: SymmetricKeyPlan;
}

/** Which key a reference names. Whether there is such a key, only `open` finds out. */
export type KeyPlan = SymmetricKeyPlan | CertificateKeyPlan | AssertionKeyPlan;
export type SymmetricKeyPlan =
  | ContextKeyPlan
  | EncryptedKeyPlan
  | KnownEncryptedKeyPlan
  | UsernameKeyPlan
  | AssertionSecretPlan;

export interface ContextKeyPlan {
  readonly source: 'context';
  readonly identifier: string;
  readonly instance: string | undefined;
  /** Whether a SecurityContextToken of the message names the context, or the reference itself. */
  readonly namedBy: 'token' | 'reference';
  /** Innermost last. */
  readonly derivation: readonly Derivation[];
}

/** A key that the message brings. */
export interface EncryptedKeyPlan {
  readonly source: 'encrypted-key';
  /** SHA-1 of its cipher value. */
  readonly sha1Base64: string;
  readonly opening: TransportPlan | WrapPlan;
  readonly derivation: readonly Derivation[];
}

/** Opened with a private key. */
export interface TransportPlan {
  readonly algorithm: KeyTransportName;
  /** Of RSA-OAEP. */
  readonly hash: HashName | undefined;
  readonly maskHash: HashName | undefined;
  readonly recipient: CertificatePlan;
}

/** Opened with a secret. */
export interface WrapPlan {
  readonly algorithm: KeyWrapName;
  readonly wrappingKey: SymmetricKeyPlan;
}

/** A key that came in another message, or was sent in one; named by EncryptedKeySHA1. */
export interface KnownEncryptedKeyPlan {
  readonly source: 'known-encrypted-key';
  readonly sha1Base64: string;
  readonly derivation: readonly Derivation[];
}

/** A key made of the password of a user. */
export interface UsernameKeyPlan {
  readonly source: 'username';
  readonly username: string;
  readonly iterations: number;
  readonly derivation: readonly Derivation[];
}

/** The secret of whoever a SAML assertion is about. */
export interface AssertionSecretPlan {
  readonly source: 'saml';
  readonly assertionId: string;
  readonly issuer: string;
  /** SHA-1 of the cipher value of the EncryptedKey in it. */
  readonly sha1Base64: string;
  readonly opening: TransportPlan | WrapPlan;
  readonly derivation: readonly Derivation[];
}

/** The public key of whoever a SAML assertion is about. */
export interface AssertionKeyPlan {
  readonly source: 'saml';
  readonly assertionId: string;
  readonly issuer: string;
}

export interface CertificateKeyPlan {
  readonly source: 'certificate';
  readonly certificate: CertificatePlan;
}

export type CertificatePlan =
  /** The message holds it: as a token, inside the reference, as a KeyIdentifier or in ds:X509Data. */
  | {
      readonly form: BroughtCertificate['form'];
      /** RFC 4514 text. */
      readonly subject: string;
      /** Base64 SHA-1 of the certificate. */
      readonly thumbprint: string;
    }
  /** The message names it: base64, the serial number and the issuer, or the subject. */
  | { readonly form: CertificateName['by']; readonly name: string };

/**
 * What `open` would do with a message, with the same policy: which signatures it would verify and what it would decrypt, in
 * which order, and with which keys, by their names. No key is needed, and none is touched.
 *
 * What can be refused without a key is refused with the code that `open` gives. Borrows `message` for the call. The answer
 * is plain data; its texts come from the message and may hold any character.
 */
export function planOf(message: Uint8Array, request: PlanRequest): Reply<MessagePlan> {
  try {
    const { policy, workspace = new Workspace() } = checkedPlanning(message, request);
    readDocument(message, policy.limits, workspace.tape, policy.reader);
    const claims = readMessage(workspace.tape, policy);
    requireTimestampPlace(claims, policy);
    return { ok: true, value: messagePlan(planReceived(claims, policy, workspace.certificates), policy) };
  } catch (error) {
    return failedReply(error);
  }
}

function messagePlan(plan: DocumentPlan, { name }: Policy): MessagePlan {
  const { claims, decryptions, signatures, signedCiphertext } = plan;
  return {
    profile: name,
    order: orderOf(plan),
    signatures: signatures.map((signature) => signaturePlan(claims, signature)),
    decryptions: [...decryptions, ...signedCiphertext].map(decryptionPlan),
    moreAfterDecryption: !isSettled(plan),
  };
}

function orderOf({ decryptions, signedCiphertext }: DocumentPlan): MessagePlan['order'] {
  if (decryptions.length > 0) return 'decrypt-then-verify';
  return signedCiphertext.length > 0 ? 'verify-then-decrypt' : 'verify';
}

function signaturePlan(claims: MessageClaims, planned: PlannedSignature): SignaturePlan {
  const { claim, elements, hidden, isEndorsing, key, references, roles } = planned;
  return {
    algorithm: claim.algorithm.name,
    isEndorsing,
    key: keyPlan(key),
    references: references.map(({ digest, isTokenTransform, target }, index) => {
      const role = roles[index]!;
      const covered = elements[index]!;
      const element = isTokenTransform && covered === target && key.named >= 0 ? key.named : covered;
      return {
        role,
        namespace: namespaceText(claims.tape, element),
        localName: nameOfPart(claims, role, element),
        digest: digest.name,
        isTokenTransform,
      };
    }),
    hiddenReferences: hidden.length,
  };
}

function decryptionPlan({ claim, place, key }: PlannedDecryption): DecryptionPlan {
  return { place, target: claim.target, cipher: claim.cipher.name, key: symmetricKeyPlan(key) };
}

function keyPlan(key: PlannedKey): KeyPlan {
  if (isSecret(key)) return symmetricKeyPlan(key);
  if (key.source === 'saml') return { source: key.source, assertionId: key.claim.id, issuer: key.claim.issuer };
  return { source: 'certificate', certificate: certificatePlan(key.certificate) };
}

function symmetricKeyPlan(key: PlannedSymmetricKey): SymmetricKeyPlan {
  const derivation = key.derivations.map(derivationOf);
  switch (key.source) {
    case 'context': {
      const { identifier, instance, source, token } = key;
      return { source, identifier, instance, namedBy: token < 0 ? 'reference' : 'token', derivation };
    }
    case 'encrypted-key': {
      const { sha1Base64, opening } = key.envelope;
      return { source: key.source, sha1Base64, opening: openingPlan(opening), derivation };
    }
    case 'known-encrypted-key':
      return { source: key.source, sha1Base64: key.sha1Base64, derivation };
    case 'saml': {
      const { sha1Base64, opening } = key.envelope;
      const { id: assertionId, issuer } = key.claim;
      return { source: key.source, assertionId, issuer, sha1Base64, opening: openingPlan(opening), derivation };
    }
    case 'username':
      return { source: key.source, username: key.username, iterations: key.iterations, derivation };
  }
}

function openingPlan(opening: PlannedEnvelope['opening']): EncryptedKeyPlan['opening'] {
  if ('wrappingKey' in opening)
    return { algorithm: opening.method.name, wrappingKey: symmetricKeyPlan(opening.wrappingKey) };
  const { algorithm, oaep } = opening.method;
  return {
    algorithm: algorithm.name,
    hash: oaep?.hash,
    maskHash: oaep?.maskHash,
    recipient: certificatePlan(opening.recipient),
  };
}

function certificatePlan(planned: PlannedCertificate): CertificatePlan {
  if (planned.form === 'name') return { form: planned.by, name: planned.text };
  const { certificate, form } = planned;
  return { form, subject: certificate.subject.toString(), thumbprint: encodeBase64(certificate.thumbprintSha1()) };
}
