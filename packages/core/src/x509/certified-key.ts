import { createPublicKey } from 'node:crypto';
import type { PrivateKey } from '../asymmetric/key.ts';
import { Fault } from '../base/fault.ts';
import type { Certificate } from './certificate.ts';
import { areSame } from './certificate.ts';

/** A private key of ours with the certificate that tells peers whose it is. */
export class CertifiedKey {
  readonly privateKey: PrivateKey;
  readonly certificate: Certificate;
  /** The certificate first, then each issuer of the one before it, as many as were given. */
  readonly path: readonly [Certificate, ...Certificate[]];

  private constructor(privateKey: PrivateKey, path: readonly [Certificate, ...Certificate[]]) {
    this.privateKey = privateKey;
    this.certificate = path[0];
    this.path = path;
  }

  /**
   * @throws Fault `caller.keys-invalid` with the reason: `pair` the certificate is of another key, `path` a certificate is
   *   not the issuer of the one before it.
   */
  static of(privateKey: PrivateKey, path: readonly [Certificate, ...Certificate[]]): CertifiedKey {
    const [certificate] = path;
    const rules = { uses: [...privateKey.uses], rsaBitsMin: privateKey.bits };
    const isPair = certificate
      .publicKey(rules, 'caller.keys-invalid')
      .lend((certified) => privateKey.lend((key) => createPublicKey(key).equals(certified)));
    if (!isPair) throw new Fault('caller.keys-invalid', { reason: 'pair' });
    const isPath = path.every((next, index) => index === 0 || areSame(path[index - 1]!.issuerDer, next.subjectDer));
    if (!isPath) throw new Fault('caller.keys-invalid', { reason: 'path' });
    return new CertifiedKey(privateKey, path);
  }
}
