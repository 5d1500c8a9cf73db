import { createHash } from 'node:crypto';
import type { XmlWriter } from '@parley/codec';
import { Tape } from '@parley/codec';
import type { AlgorithmSuite, KeyWrapAlgorithm } from '@parley/core';
import { Fault, Secret } from '@parley/core';
import type { KeyTransport } from '@parley/core/internal';
import {
  encryptKey,
  filling,
  instanceOf,
  keyTransport,
  keyTransportAlgorithm,
  keyWrapAlgorithm,
  requireInput,
  requireKind,
  wrapKey,
} from '@parley/core/internal';
import { isInMessage, writeCertificateReference, writeCertificateToken } from '../write/certificate-reference.ts';
import { writeEncryptedKey, writeKeyName } from '../write/encrypted-key.ts';
import { writeEncryptedKeyReference } from '../write/token-reference.ts';
import { MessageIds } from './message-ids.ts';
import type { KeyRecipient, SessionKeyOptions, WrappingKey } from './session-key.ts';
import { RECIPIENT, SESSION_KEY, WRAPPING_KEY } from './session-key.ts';

const SECRET = instanceOf(Secret);

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
   *   `caller.option-invalid` a hash that the transport has not; `caller.input-invalid` the secret does not fit.
   */
  static forRecipient(recipient: KeyRecipient, options: SessionKeyOptions): EncryptedKey {
    requireKind(RECIPIENT, recipient, 'recipient');
    requireKind(SESSION_KEY, options, 'options');
    const { suite } = options;
    const fillRandom = filling(options);
    const method = transportOf(recipient, suite);
    const rules = {
      uses: [method.oaep === undefined ? 'rsa-1_5' : 'encryption'] as const,
      rsaBitsMin: suite.rsaBitsMin,
    };
    const publicKey = recipient.certificate.publicKey(rules, 'caller.keys-invalid');
    return EncryptedKey.#make({ method, keyInfo: { recipient } }, options, (octets) =>
      encryptKey(method, publicKey, octets, fillRandom),
    );
  }

  /**
   * A session key under a secret that the peer has.
   *
   * @throws Fault `caller.option-invalid` the wrapping secret has not the algorithm's length; `caller.input-invalid` the
   *   secret cannot be wrapped.
   */
  static wrapped(wrappingKey: WrappingKey, options: SessionKeyOptions): EncryptedKey {
    requireKind(WRAPPING_KEY, wrappingKey, 'wrappingKey');
    requireKind(SESSION_KEY, options, 'options');
    const fillRandom = filling(options);
    const method =
      wrappingKey.algorithm === undefined ? options.suite.keyWrap : keyWrapAlgorithm(wrappingKey.algorithm);
    if (wrappingKey.secret.lengthBytes !== method.keyBytes)
      throw new Fault('caller.option-invalid', {
        option: 'wrappingKey.secret',
        lengthBytes: wrappingKey.secret.lengthBytes,
        wanted: method.keyBytes,
      });
    return EncryptedKey.#make({ method, keyInfo: { wrappingKey: wrappingKey.name } }, options, (octets) =>
      wrappingKey.secret.lend((wrapping) => wrapKey(method, wrapping, octets, fillRandom)),
    );
  }

  /** One that came in a message of the peer, or was sent before: it can be referred to. Takes `secret`, copies `sha1`. */
  static known(secret: Secret, sha1: Uint8Array): EncryptedKey {
    requireKind(SECRET, secret, 'secret');
    requireInput(sha1, 'sha1');
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
    options: SessionKeyOptions,
    encrypt: (octets: Uint8Array) => Uint8Array,
  ): EncryptedKey {
    const { suite, secret } = options;
    const own =
      secret === undefined ? Secret.filledBy(suite.contextKeyBytes, filling(options)) : secret.lend(Secret.copyOf);
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

/** @throws Fault `caller.option-invalid` a hash that the transport has not */
function transportOf({ transport, hash, maskHash }: KeyRecipient, suite: AlgorithmSuite): KeyTransport {
  const algorithm = transport === undefined ? suite.keyTransport : keyTransportAlgorithm(transport);
  try {
    return keyTransport(algorithm, { hash, maskHash });
  } catch (error) {
    const detail = error instanceof Fault ? error.detail : {};
    throw new Fault('caller.option-invalid', {
      option: hash === undefined ? 'recipient.maskHash' : 'recipient.hash',
      ...detail,
    });
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
