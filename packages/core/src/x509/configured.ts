import { Fault } from '../base/fault.ts';

/** Who gave us the octets of a certificate: our own configuration, or a message. */
export type CertificateOrigin = 'configuration' | 'message';

/** What `read` gives of our own configuration, where what cannot be read is no peer's fault. @throws Fault `caller.keys-invalid` */
export function configured<T>(what: 'certificate' | 'revocation list', read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Fault) || !error.code.startsWith('peer.')) throw error;
    throw new Fault('caller.keys-invalid', { what, code: error.code, ...error.detail });
  }
}
