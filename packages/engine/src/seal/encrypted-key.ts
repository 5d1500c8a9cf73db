import { createHash } from 'node:crypto';
import type { XmlWriter } from '@parley/codec';
import { Tape } from '@parley/codec';
import type {
  AlgorithmSuite,
  Certificate,
  HashName,
  KeyTransportName,
  KeyWrapAlgorithm,
  KeyWrapName,
} from '@parley/core';
import { Fault, Secret } from '@parley/core';
import type { KeyTransport } from '@parley/core/internal';
import { encryptKey, keyTransport, keyTransportAlgorithm, keyWrapAlgorithm, wrapKey } from '@parley/core/internal';
import type { CertificateReference } from '../write/certificate-reference.ts';
import { isInMessage, writeCertificateReference, writeCertificateToken } from '../write/certificate-reference.ts';
import { writeEncryptedKey, writeKeyName } from '../write/encrypted-key.ts';
import { writeEncryptedKeyReference } from '../write/token-reference.ts';
import { MessageIds } from './message-ids.ts';

/** Whose key encrypts a session key, and how. */
export interface KeyRecipient {
  /** The peer's, with an RSA key. Whether it is to be trusted was decided by whoever gives it. */
  readonly certificate: Certificate;
  readonly reference: Exclude<CertificateReference, 'pki-path'>;
  /** Default: the suite's. `rsa-1_5` only if it is asked for here or by the suite. */
  readonly transport?: KeyTransportName;
  /** Of RSA-OAEP. Default: SHA-1. */
  readonly hash?: HashName;
  /** Of MGF1, which `rsa-oaep` alone lets one choose. Default: SHA-1. */
  readonly maskHash?: HashName;
}

/** A secret that both sides have already, and what the peer knows it by. */
export interface WrappingKey {
  /** Borrowed for the call. */
  readonly secret: Secret;
  /** A ds:KeyName, or the EncryptedKeySHA1 of the xenc:EncryptedKey that it came in. */
  readonly name: { readonly keyName: string } | { readonly sha1: Uint8Array };
  /** Default: the suite's. */
  readonly algorithm?: KeyWrapName;
}

/** What a new session key is made of. */
export interface SessionKeyOptions {
  readonly suite: AlgorithmSuite;
  /** The secret to send (copied); leave it out for a new one of the suite's length. */
  readonly secret?: Secret | undefined;
  readonly fillRandom: (out: Uint8Array) => void;
}

/** An xenc:EncryptedKey as messages hold it. */
export interface EncryptedKeyEnvelope {
  readonly method: KeyTransport | KeyWrapAlgorithm;
  readonly cipherValue: Uint8Array;
  readonly keyInfo: { readonly recipient: KeyRecipient } | { readonly wrappingKey: WrappingKey['name'] };
}

/**
 * A session key with the form in which it travels (xenc:EncryptedKey): encrypted for a certificate, wrapped under a shared
 * secret, or one that came from the peer. Its owner wipes it.
 */
export class EncryptedKey {
  readonly secret: Secret;
  /** SHA-1 of what the CipherValue holds: by this, answers name it (EncryptedKeySHA1, WSS 1.1 §7.3). */
  readonly sha1: Uint8Array;
  /** How it travels; `undefined` for one that is {@link known} only. */
  readonly envelope: EncryptedKeyEnvelope | undefined;

  private constructor(secret: Secret, sha1: Uint8Array, envelope: EncryptedKeyEnvelope | undefined) {
    this.secret = secret;
    this.sha1 = sha1;
    this.envelope = envelope;
  }

  /**
   * A session key for a peer, by its certificate.
   *
   * @throws Fault `caller.keys-invalid` the certificate's key is not RSA, or shorter than the suite allows;
   *   `peer.alg-forbidden` a hash that the transport has not; `caller.input-invalid` the secret does not fit.
   */
  static forRecipient(recipient: KeyRecipient, { suite, secret, fillRandom }: SessionKeyOptions): EncryptedKey {
    const { certificate, transport, hash, maskHash } = recipient;
    const algorithm = transport === undefined ? suite.keyTransport : keyTransportAlgorithm(transport);
    const method = keyTransport(algorithm, { hash, maskHash });
    const rules = {
      uses: [method.oaep === undefined ? 'rsa-1_5' : 'encryption'] as const,
      rsaBitsMin: suite.rsaBitsMin,
    };
    const publicKey = certificate.publicKey(rules, 'caller.keys-invalid');
    return EncryptedKey.#make({ method, keyInfo: { recipient } }, { suite, secret, fillRandom }, (octets) =>
      encryptKey(method, publicKey, octets, fillRandom),
    );
  }

  /**
   * A session key under a secret that the peer has.
   *
   * @throws Fault `caller.option-invalid` the wrapping secret has not the algorithm's length; `caller.input-invalid` the
   *   secret cannot be wrapped.
   */
  static wrapped(wrappingKey: WrappingKey, { suite, secret, fillRandom }: SessionKeyOptions): EncryptedKey {
    const method = wrappingKey.algorithm === undefined ? suite.keyWrap : keyWrapAlgorithm(wrappingKey.algorithm);
    if (wrappingKey.secret.lengthBytes !== method.keyBytes)
      throw new Fault('caller.option-invalid', { option: 'wrappingKey', keyBytes: wrappingKey.secret.lengthBytes });
    return EncryptedKey.#make(
      { method, keyInfo: { wrappingKey: wrappingKey.name } },
      { suite, secret, fillRandom },
      (octets) => wrappingKey.secret.lend((wrapping) => wrapKey(method, wrapping, octets, fillRandom)),
    );
  }

  /** One that came in a message of the peer, or was sent before: it can be referred to. Takes `secret`, copies `sha1`. */
  static known(secret: Secret, sha1: Uint8Array): EncryptedKey {
    return new EncryptedKey(secret, Uint8Array.from(sha1), undefined);
  }

  /** One that was made on another thread. Takes all it is given. */
  static restored(secret: Secret, sha1: Uint8Array, envelope: EncryptedKeyEnvelope | undefined): EncryptedKey {
    return new EncryptedKey(secret, sha1, envelope);
  }

  /** Whether it can be put into an assertion: all that names its recipient stands in it. */
  get isSelfContained(): boolean {
    const keyInfo = this.envelope?.keyInfo;
    return keyInfo !== undefined && !('recipient' in keyInfo && isInMessage(keyInfo.recipient.reference));
  }

  /** Whether it can be put into a message. */
  get isAttachable(): boolean {
    return this.envelope !== undefined;
  }

  /**
   * Writes the xenc:EncryptedKey, and before it the token with the recipient's certificate where the reference wants one.
   * @throws Fault `caller.option-invalid` it is {@link known} only
   */
  write(writer: XmlWriter, ids: MessageIds, id: string | undefined, dataIds: readonly string[]): void {
    if (this.envelope === undefined)
      throw new Fault('caller.option-invalid', { option: 'token', reason: 'known only' });
    const { method, keyInfo, cipherValue } = this.envelope;
    const writeKeyInfo =
      'recipient' in keyInfo ? recipientWriter(writer, ids, keyInfo.recipient) : keyName(keyInfo.wrappingKey);
    writeEncryptedKey(writer, { id, method, writeKeyInfo, dataIds }, cipherValue);
  }

  /**
   * Writes it where no Security header is: in an assertion, or in a Body.
   * @throws Fault `caller.option-invalid` it is {@link known} only, or names its recipient by a token
   */
  writeAlone(writer: XmlWriter): void {
    if (!this.isSelfContained)
      throw new Fault('caller.option-invalid', {
        option: 'encryptedKey',
        reason: 'an EncryptedKey that needs a token',
      });
    this.write(writer, new MessageIds(new Tape()), undefined, []);
  }

  /** Overwrites the secret. */
  wipe(): void {
    this.secret.wipe();
  }

  toString(): string {
    return `EncryptedKey(${this.secret.lengthBytes} octets)`;
  }

  static #make(
    envelope: Omit<EncryptedKeyEnvelope, 'cipherValue'>,
    { suite, secret, fillRandom }: SessionKeyOptions,
    encrypt: (octets: Uint8Array) => Uint8Array,
  ): EncryptedKey {
    const own = secret === undefined ? Secret.filledBy(suite.contextKeyBytes, fillRandom) : secret.lend(Secret.copyOf);
    try {
      const cipherValue = own.lend(encrypt);
      const sha1 = Uint8Array.from(createHash('sha1').update(cipherValue).digest());
      return new EncryptedKey(own, sha1, { ...envelope, cipherValue });
    } catch (error) {
      own.wipe();
      throw error;
    }
  }
}

function recipientWriter(writer: XmlWriter, ids: MessageIds, { certificate, reference }: KeyRecipient) {
  const path = [certificate] as const;
  const tokenId = ids.fresh();
  if (isInMessage(reference)) writeCertificateToken(writer, tokenId, path, reference);
  return (inner: XmlWriter): void => writeCertificateReference(inner, { path, reference, tokenId });
}

function keyName(name: WrappingKey['name']) {
  return (writer: XmlWriter): void =>
    'keyName' in name ? writeKeyName(writer, name.keyName) : writeEncryptedKeyReference(writer, name);
}
