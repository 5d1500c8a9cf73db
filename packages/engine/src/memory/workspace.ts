import { OctetSink, Tape } from '@parley/codec';
import { CertificateCache } from './certificate-cache.ts';
import { DerivedKeyCache } from './derived-key-cache.ts';

const DERIVED_KEYS_MAX = 1024;
const CERTIFICATES_MAX = 256;

/**
 * Everything that `open` and `seal` need again and again, made once per thread: tapes, places for octets, derived
 * keys. Not shared between threads, and not used by two calls at once; both functions are synchronous.
 */
export class Workspace {
  /** The message as it came. */
  readonly tape: Tape = new Tape();
  /** The message with its encrypted parts replaced by plaintext. */
  readonly plainTape: Tape = new Tape();
  /** The octets of {@link plainTape}. */
  readonly plain: OctetSink = new OctetSink();
  /** One cipher value. */
  readonly ciphertext: OctetSink = new OctetSink();
  /** Canonical octets. */
  readonly sink: OctetSink = new OctetSink();
  /** What is written into a message. */
  readonly written: OctetSink = new OctetSink();
  readonly keys: DerivedKeyCache = new DerivedKeyCache(DERIVED_KEYS_MAX);
  readonly certificates: CertificateCache = new CertificateCache(CERTIFICATES_MAX);

  /** Wipes derived keys, plaintext, canonical and written octets. */
  wipe(): void {
    this.keys.clear();
    this.certificates.clear();
    this.plain.wipe();
    this.sink.wipe();
    this.written.wipe();
  }
}
