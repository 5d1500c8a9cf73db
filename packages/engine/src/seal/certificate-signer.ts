import type { XmlWriter } from '@parley/codec';
import type { AlgorithmSuite, SignatureAlgorithm } from '@parley/core';
import { encodeBase64, sign, signatureAlgorithm } from '@parley/core/internal';
import {
  dereferencedToken,
  isInMessage,
  writeCertificateReference,
  writeCertificateToken,
} from '../write/certificate-reference.ts';
import type { MessageIds } from './message-ids.ts';
import type { MessageToken, Signer } from './message-keys.ts';
import type { CertificateSignature } from './request.ts';

/** Signs with a certified key: the signature of a message, or one that endorses it. */
export class CertificateSigner implements Signer {
  readonly method: SignatureAlgorithm;
  readonly headroomBytes = 0;
  /** The token that the signature refers to, if the message holds it. */
  readonly token: MessageToken | undefined;
  readonly dereferenced: Signer['dereferenced'];
  readonly #signature: CertificateSignature;
  readonly #tokenId: string;

  /** @throws Fault `peer.alg-forbidden` there is no such algorithm */
  constructor(signature: CertificateSignature, suite: AlgorithmSuite, ids: MessageIds) {
    this.method = signature.algorithm === undefined ? suite.signature : signatureAlgorithm(signature.algorithm);
    this.#signature = signature;
    this.#tokenId = ids.fresh();
    const { key, reference, signToken = false, encryptToken: isHidden = false } = signature;
    if (signToken === 'str-transform') {
      const octets = dereferencedToken({ path: key.path, reference, tokenId: this.#tokenId });
      this.dereferenced = { id: ids.fresh(), octets };
    }
    if (!isInMessage(reference)) return;
    const tokenId = this.#tokenId;
    const write = (writer: XmlWriter): void => writeCertificateToken(writer, tokenId, key.path, reference);
    this.token = signToken === true ? { write, isHidden, signedId: tokenId } : { write, isHidden };
  }

  /** @throws Fault `caller.keys-invalid` the key is of another family than the algorithm, or not for signatures */
  valueBase64(octets: Uint8Array, start: number, end: number): string {
    return encodeBase64(sign(this.method, this.#signature.key.privateKey, octets.subarray(start, end)));
  }

  writeReference(writer: XmlWriter): void {
    const { key, reference } = this.#signature;
    writeCertificateReference(writer, {
      path: key.path,
      reference,
      tokenId: this.#tokenId,
      id: this.dereferenced?.id,
    });
  }
}
