/** Agreement on a secret with keys that live for one exchange (X25519, RFC 7748; HKDF, RFC 5869). */
import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, diffieHellman, hkdfSync } from 'node:crypto';
import { Fault } from '../base/fault.ts';
import { Secret } from '../base/secret.ts';

export const AGREEMENT_KEY_BYTES = 32;

/** What stands before the octets of such a key in PKCS #8 and in SPKI (RFC 8410). */
const PRIVATE_PREFIX = Uint8Array.from([
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20,
]);
const PUBLIC_PREFIX = Uint8Array.from([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x03, 0x21, 0x00]);

/** One side's key pair. It leaves no copy of the private octets outside of the key object. */
export class AgreementKey {
  readonly #privateKey: KeyObject;
  /** To be sent; not to be changed. */
  readonly publicOctets: Uint8Array;

  constructor(fillRandom: (out: Uint8Array) => void) {
    const der = new Uint8Array(PRIVATE_PREFIX.length + AGREEMENT_KEY_BYTES);
    der.set(PRIVATE_PREFIX);
    fillRandom(der.subarray(PRIVATE_PREFIX.length));
    try {
      this.#privateKey = createPrivateKey({ key: bufferOf(der), format: 'der', type: 'pkcs8' });
    } finally {
      der.fill(0);
    }
    const spki = createPublicKey(this.#privateKey).export({ format: 'der', type: 'spki' });
    this.publicOctets = Uint8Array.from(spki.subarray(PUBLIC_PREFIX.length));
  }

  /**
   * `lengthBytes` octets that only the two sides can make, of what they agreed on, the transcript and what they are for.
   * @throws Fault `peer.key-usage` no key, or one of the few with which anybody could make them
   */
  agree(theirs: Uint8Array, transcript: Uint8Array, purpose: string, lengthBytes: number): Secret {
    if (theirs.length !== AGREEMENT_KEY_BYTES) throw new Fault('peer.key-usage', { reason: 'not an agreement key' });
    const der = new Uint8Array(PUBLIC_PREFIX.length + AGREEMENT_KEY_BYTES);
    der.set(PUBLIC_PREFIX);
    der.set(theirs, PUBLIC_PREFIX.length);
    let shared: Uint8Array;
    try {
      const publicKey = createPublicKey({ key: bufferOf(der), format: 'der', type: 'spki' });
      shared = diffieHellman({ privateKey: this.#privateKey, publicKey });
    } catch (error) {
      throw new Fault('peer.key-usage', { reason: 'not an agreement key' }, error);
    }
    try {
      const octets = new Uint8Array(hkdfSync('sha256', shared, transcript, purpose, lengthBytes));
      try {
        return Secret.copyOf(octets);
      } finally {
        octets.fill(0);
      }
    } finally {
      shared.fill(0);
    }
  }
}

/** Over the same octets. */
function bufferOf(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length);
}
