import type { XmlWriter } from '@parley/codec';
import type { AlgorithmSuite } from '@parley/core';
import { invariant } from '@parley/core/internal';
import { writeReferenceList } from '../write/encrypted-data.ts';
import { writeEncryptedKeyReference } from '../write/token-reference.ts';
import { EncryptedKey } from './encrypted-key.ts';
import type { MessageIds } from './message-ids.ts';
import type { EncryptionKey, MessageKeys, MessageToken, Signer } from './message-keys.ts';
import type { CertificateSealRequest } from './request.ts';

/**
 * The keys of the asymmetric binding: our private key signs, whatever names it, and a session key of this message alone, encrypted for the
 * recipient, encrypts. Its xenc:EncryptedKey holds the first ReferenceList; what was signed as ciphertext, beside what is encrypted
 * after signing, has a list of its own further down, as CXF writes it.
 */
export class CertificateKeys implements MessageKeys {
  readonly tokens: readonly MessageToken[];
  readonly signer: Signer;
  readonly #ids: MessageIds;
  readonly #encryptedKey: EncryptedKey | undefined;
  readonly #encryptedKeyId: string;
  readonly #encryption: EncryptionKey | undefined;
  #isWritten = false;

  /**
   * @param signer with its token, where it has one to be written
   * @throws Fault as {@link EncryptedKey.forRecipient}
   */
  constructor(
    signer: Signer & { readonly token?: MessageToken | undefined },
    request: Pick<CertificateSealRequest, 'recipient' | 'fillRandom'>,
    suite: AlgorithmSuite,
    ids: MessageIds,
  ) {
    this.signer = signer;
    this.tokens = signer.token === undefined ? [] : [signer.token];
    this.#ids = ids;
    const tokenId = ids.fresh();
    this.#encryptedKeyId = tokenId;
    if (request.recipient === undefined) return;
    const { recipient, fillRandom } = request;
    this.#encryptedKey = EncryptedKey.forRecipient(recipient, { suite, fillRandom });
    this.#encryption = {
      secret: this.#encryptedKey.secret,
      cipher: suite.cipher,
      writeReference: (writer) => writeEncryptedKeyReference(writer, { tokenId }),
    };
  }

  encryption(): EncryptionKey {
    invariant(this.#encryption !== undefined, 'an encryption key was asked for');
    return this.#encryption;
  }

  writeReferenceList(writer: XmlWriter, dataIds: readonly string[]): void {
    if (this.#isWritten) writeReferenceList(writer, dataIds);
    else this.#encryptedKey?.write(writer, this.#ids, this.#encryptedKeyId, dataIds);
    this.#isWritten = true;
  }

  wipe(): void {
    this.#encryptedKey?.wipe();
  }
}
