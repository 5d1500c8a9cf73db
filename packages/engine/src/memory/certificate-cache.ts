import type { Limits, Trust, TrustedCertificate, ValidationRequest } from '@parley/core';
import { Certificate, digestAlgorithm } from '@parley/core';
import { digestBase64 } from '@parley/core/internal';

const SHA256 = digestAlgorithm('sha256');

interface Judged {
  readonly trust: Trust;
  readonly request: ValidationRequest;
  readonly trusted: TrustedCertificate;
}

/**
 * Certificates that messages brought, and what was found out about them: a peer signs with one for a year. Bounded, the
 * least recently used goes first; owned by one thread. It says what reading and validating anew would say.
 */
export class CertificateCache {
  readonly #certificatesMax: number;
  // safety: by a digest of all octets that nobody can collide; a thumbprint of SHA-1 is somebody else's too.
  readonly #read = new Map<string, Certificate>();
  readonly #judged = new WeakMap<Certificate, Judged>();

  constructor(certificatesMax: number) {
    this.#certificatesMax = certificatesMax;
  }

  /** {@link Certificate.read}; the same object for the same octets while it is held. @throws Fault as that does */
  read(der: Uint8Array, limits: Limits): Certificate {
    const name = digestBase64(SHA256, der);
    const known = this.#read.get(name);
    if (known === undefined || der.length > limits.certificateBytesMax)
      return this.#add(name, Certificate.read(der, limits, 'message'));
    this.#read.delete(name);
    this.#read.set(name, known);
    return known;
  }

  /** {@link Trust.validate}, remembered as long as it would say the same; refusals are not. @throws Fault as that does */
  validate(
    trust: Trust,
    certificate: Certificate,
    others: readonly Certificate[],
    request: ValidationRequest,
  ): TrustedCertificate {
    const known = this.#judged.get(certificate);
    if (known !== undefined && others.length === 0 && isStill(known, trust, request)) return known.trusted;
    const trusted = trust.validate(certificate, others, request);
    if (others.length === 0) this.#judged.set(certificate, { trust, request, trusted });
    return trusted;
  }

  /** Forgets everything. */
  clear(): void {
    this.#read.clear();
  }

  #add(name: string, certificate: Certificate): Certificate {
    if (this.#read.size >= this.#certificatesMax) this.#read.delete(this.#read.keys().next().value as string);
    this.#read.set(name, certificate);
    return certificate;
  }
}

// Another trust, such as one with newer revocation lists, is asked anew.
function isStill(known: Judged, trust: Trust, { atMs, use, limits }: ValidationRequest): boolean {
  return (
    known.trust === trust &&
    known.request.use === use &&
    known.request.limits.certificatesMax === limits.certificatesMax &&
    known.trusted.fromMs <= atMs &&
    atMs <= known.trusted.untilMs
  );
}
