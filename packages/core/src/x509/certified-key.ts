import { createPublicKey } from 'node:crypto';
import { PrivateKey } from '../asymmetric/key.ts';
import { Fault } from '../base/fault.ts';
import { instanceOf, listOf, requireKind } from '../options/kind.ts';
import type { Certificate } from './certificate.ts';
import { areSame, CERTIFICATE } from './certificate.ts';

const PRIVATE_KEY = instanceOf(PrivateKey);
const PATH = listOf(CERTIFICATE, 1);

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
    requireKind(PRIVATE_KEY, privateKey, 'privateKey');
    requireKind(PATH, path, 'path');
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
