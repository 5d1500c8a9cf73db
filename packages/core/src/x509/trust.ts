/** Whom we believe: anchors, and the rules by which a chain of certificates leads to one (RFC 5280 §6). */

import type { SignatureAlgorithm } from '../algorithms/public-key.ts';
import { SIGNATURE_ALGORITHMS, signatureAlgorithm } from '../algorithms/public-key.ts';
import type { PublicKey } from '../asymmetric/key.ts';
import { Fault } from '../base/fault.ts';
import { limitFault } from '../base/limit-fault.ts';
import type { Limits } from '../base/limits.ts';
import { called, requireAnswer } from '../options/called.ts';
import type { Kind } from '../options/kind.ts';
import { callback, FLAG, INSTANT_MS, listOf, oneOf, requireKind, whole } from '../options/kind.ts';
import { objectWith, shapeOf } from '../options/shape.ts';
import type { Certificate } from './certificate.ts';
import { areSame, CERTIFICATE } from './certificate.ts';
import { DistinguishedName } from './distinguished-name.ts';
import { KEY_USAGE } from './extensions.ts';
import { MESSAGE_PURPOSES, purposeIds } from './key-purpose.ts';
import type { RevocationList } from './revocation-list.ts';
import type { TrustOptions } from './trust-options.ts';
import { TRUST_OPTIONS } from './trust-options.ts';

export interface ValidationRequest {
  readonly atMs: number;
  /** What the message wants to use the key for. */
  readonly use: 'signature' | 'encryption';
  readonly limits: Pick<Limits, 'certificatesMax'>;
}

/** A certificate that a {@link Trust} vouches for. Only {@link Trust.validate} makes one. */
export interface TrustedCertificate {
  readonly certificate: Certificate;
  /** From the certificate itself to the anchor. */
  readonly chain: readonly Certificate[];
  /** For the one use that was asked for. */
  readonly publicKey: PublicKey;
  /**
   * From here to there, both included, the same trust says the same of the certificate for this use: no certificate and no
   * list begins or ends in between. Nowhere, if it was asked of `acceptsSubject`.
   */
  readonly fromMs: number;
  readonly untilMs: number;
}

// Signatures looked at for one certificate. Certificates with equal names and keys cannot make it more.
const SIGNATURE_CHECKS_MAX = 32;

interface Search extends ValidationRequest {
  readonly candidates: readonly Certificate[];
  signatureChecks: number;
}

/** An immutable set of anchors and rules. */
export class Trust {
  readonly #anchors: readonly Certificate[];
  readonly #intermediates: readonly Certificate[];
  readonly #revocationLists: readonly RevocationList[];
  readonly #needsRevocationList: boolean;
  readonly #signatureAlgorithms: ReadonlySet<SignatureAlgorithm>;
  readonly #rsaBitsMin: number | undefined;
  readonly #purposes: ReadonlySet<string> | undefined;
  readonly #subjects: readonly DistinguishedName[] | undefined;
  readonly #acceptsSubject: (certificate: Certificate) => boolean;

  /** @throws Fault `caller.option-invalid` an unknown member, or a name or an algorithm that cannot be read */
  constructor(options: TrustOptions) {
    requireKind(TRUST_OPTIONS, options, 'trust');
    this.#anchors = [...options.anchors];
    this.#intermediates = [...(options.intermediates ?? [])];
    // The newest list of an issuer counts.
    this.#revocationLists = [...(options.revocationLists ?? [])].sort((a, b) => b.thisUpdateMs - a.thisUpdateMs);
    this.#needsRevocationList = options.revocation !== 'if-listed';
    this.#signatureAlgorithms = new Set(
      options.signatureAlgorithms === undefined
        ? SIGNATURE_ALGORITHMS.filter(({ hash }) => hash !== 'sha1')
        : options.signatureAlgorithms.map((name) => ownOption('signatureAlgorithms', name, signatureAlgorithm)),
    );
    this.#rsaBitsMin = options.rsaBitsMin;
    const { purposes = MESSAGE_PURPOSES } = options;
    this.#purposes = purposes === 'any' ? undefined : purposeIds(purposes);
    this.#subjects = options.subjects?.map((text) => ownOption('subjects', text, DistinguishedName.parse));
    this.#acceptsSubject = options.acceptsSubject ?? acceptsEverybody;
  }

  /**
   * Finds a chain from `certificate` to an anchor; `others` are what came with it, in any order. An anchor that is itself
   * the certificate is a chain of one.
   *
   * @throws Fault `peer.certificate-untrusted` no chain, or one that breaks a rule (the reason says which);
   *   `peer.certificate-expired` outside its validity; `peer.certificate-revoked`; `peer.certificate-status-unknown` no
   *   current list where one is required; `peer.key-usage` not for this use, or too weak a key; `peer.limit-certificates`
   *   more than `certificatesMax`, or too many ways to try.
   */
  validate(certificate: Certificate, others: readonly Certificate[], request: ValidationRequest): TrustedCertificate {
    requireKind(CERTIFICATE, certificate, 'certificate');
    requireKind(CERTIFICATES, others, 'others');
    requireKind(REQUEST, request, 'request');
    const { certificatesMax } = request.limits;
    if (others.length >= certificatesMax)
      throw limitFault('peer.limit-certificates', 'certificatesMax', certificatesMax, others.length + 1);
    checkItself(certificate, request.atMs);
    checkUse(certificate, request.use);
    this.#checkPurpose(certificate);
    const rules = { uses: [request.use], rsaBitsMin: this.#rsaBitsMin };
    const publicKey = certificate.publicKey(rules, 'peer.key-usage');
    const candidates = [...this.#anchors, ...this.#intermediates, ...others];
    const chain = this.#chainFrom(certificate, [], { ...request, candidates, signatureChecks: 0 });
    if (!this.#isMeant(certificate))
      throw untrusted('subject', this.#isListed(certificate) ? 'acceptsSubject' : 'subjects');
    return { certificate, chain, publicKey, ...this.#steadyTime([certificate, ...candidates], request.atMs) };
  }

  /** Anchors and intermediates for which `isMeant` holds: for messages that name a certificate instead of bringing it. */
  certificatesWhere(isMeant: (certificate: Certificate) => boolean): readonly Certificate[] {
    requireKind(PREDICATE, isMeant, 'isMeant');
    return [...this.#anchors, ...this.#intermediates].filter((certificate) => {
      const answer: unknown = isMeant(certificate);
      // safety: a promise would be a yes to each.
      requireAnswer(FLAG, answer, 'isMeant()');
      return answer;
    });
  }

  /** The time around `atMs` in which nothing begins or ends. */
  #steadyTime(certificates: readonly Certificate[], atMs: number): Pick<TrustedCertificate, 'fromMs' | 'untilMs'> {
    if (this.#acceptsSubject !== acceptsEverybody) return { fromMs: Number.POSITIVE_INFINITY, untilMs: 0 };
    // The first millisecond of each new state.
    const changes = [
      ...certificates.flatMap(({ notBeforeMs, notAfterMs }) => [notBeforeMs, notAfterMs + 1]),
      ...this.#revocationLists.flatMap(({ thisUpdateMs, nextUpdateMs }) => [thisUpdateMs, nextUpdateMs]),
    ];
    return {
      fromMs: Math.max(...changes.filter((changeMs) => changeMs <= atMs)),
      untilMs: Math.min(...changes.filter((changeMs) => changeMs > atMs)) - 1,
    };
  }

  // Depth first: the chain from `certificate` on, which stands above those `below`. If there is none, the first failure
  // of a link is told.
  #chainFrom(certificate: Certificate, below: readonly Certificate[], search: Search): readonly Certificate[] {
    const path = [...below, certificate];
    if (this.#anchors.some((anchor) => anchor.equals(certificate))) return path;
    if (path.length === search.limits.certificatesMax) {
      throw limitFault('peer.limit-certificates', 'certificatesMax', path.length, path.length + 1);
    }
    let failure: Fault | undefined;
    for (const issuer of search.candidates) {
      if (!isIssuer(issuer, certificate) || path.some((known) => known.equals(issuer))) continue;
      try {
        this.#checkLink(certificate, issuer, below, search);
        return this.#chainFrom(issuer, path, search);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        if (error.code === 'peer.limit-certificates') throw error;
        failure ??= error;
      }
    }
    throw failure ?? untrusted('issuer');
  }

  // Whether `issuer` may have issued `certificate`, and has. Cheap things first.
  #checkLink(certificate: Certificate, issuer: Certificate, below: readonly Certificate[], search: Search): void {
    checkItself(issuer, search.atMs);
    checkAuthority(issuer, [...below, certificate]);
    this.#checkPurpose(issuer);
    const row = certificate.signatureAlgorithm;
    if (row === undefined || !this.#signatureAlgorithms.has(row)) throw untrusted('algorithm', 'signatureAlgorithms');
    const rules = { uses: ['signature'], rsaBitsMin: this.#rsaBitsMin } as const;
    const issuerKey = issuer.publicKey(rules, 'peer.key-usage');
    search.signatureChecks++;
    if (search.signatureChecks > SIGNATURE_CHECKS_MAX) {
      throw limitFault('peer.limit-certificates', 'signatureChecksMax', SIGNATURE_CHECKS_MAX, search.signatureChecks);
    }
    if (!certificate.isSignedBy(issuerKey)) throw untrusted('signature');
    this.#checkRevocation(certificate, issuer, issuerKey, search.atMs);
  }

  #checkRevocation(certificate: Certificate, issuer: Certificate, issuerKey: PublicKey, atMs: number): void {
    const list = this.#revocationLists.find(
      (candidate) =>
        areSame(candidate.issuerDer, issuer.subjectDer) &&
        candidate.signatureAlgorithm !== undefined &&
        this.#signatureAlgorithms.has(candidate.signatureAlgorithm) &&
        candidate.thisUpdateMs <= atMs &&
        allows(issuer, KEY_USAGE.revocationListSign) &&
        candidate.isSignedBy(issuerKey),
    );
    // An outdated list still tells who was revoked by then.
    if (list?.lists(certificate.serialNumber) === true) {
      throw new Fault('peer.certificate-revoked', { serialNumber: certificate.serialNumber.toString() });
    }
    if (this.#needsRevocationList && list?.isCurrent(atMs) !== true) {
      throw new Fault('peer.certificate-status-unknown', {
        serialNumber: certificate.serialNumber.toString(),
        option: 'trust.revocation',
      });
    }
  }

  // RFC 5280 §4.2.1.12: critical or not, a certificate is for the purposes that it names.
  #checkPurpose({ extensions: { purposes } }: Certificate): void {
    const allowed = this.#purposes;
    if (purposes === undefined || allowed === undefined || purposes.some((purpose) => allowed.has(purpose))) return;
    throw new Fault('peer.key-usage', { purposes: purposes.join(' ').slice(0, 128), option: 'trust.purposes' });
  }

  #isMeant(certificate: Certificate): boolean {
    return this.#isListed(certificate) && called('acceptsSubject', FLAG, () => this.#acceptsSubject(certificate));
  }

  #isListed(certificate: Certificate): boolean {
    return this.#subjects?.some((subject) => subject.equals(certificate.subject)) ?? true;
  }
}

const CERTIFICATES = listOf(CERTIFICATE);
const PREDICATE = callback<(certificate: Certificate) => boolean>();
const REQUEST: Kind<ValidationRequest> = shapeOf<ValidationRequest>({
  atMs: INSTANT_MS,
  use: oneOf(['signature', 'encryption']),
  limits: objectWith<ValidationRequest['limits']>({ certificatesMax: whole() }),
});

function acceptsEverybody(): boolean {
  return true;
}

function checkItself(certificate: Certificate, atMs: number): void {
  const { notBeforeMs, notAfterMs, extensions } = certificate;
  if (atMs < notBeforeMs || atMs > notAfterMs) throw new Fault('peer.certificate-expired', { notBeforeMs, notAfterMs });
  const [forbidden] = extensions.forbidden;
  if (forbidden !== undefined) throw new Fault('peer.certificate-untrusted', { reason: 'extension', id: forbidden });
}

function checkUse(certificate: Certificate, use: ValidationRequest['use']): void {
  // RFC 5280 §4.2.1.3: either bit is for signatures over something other than certificates and lists.
  const signing = KEY_USAGE.digitalSignature | KEY_USAGE.contentCommitment;
  if (!allows(certificate, use === 'signature' ? signing : KEY_USAGE.keyEncipherment)) {
    throw new Fault('peer.key-usage', { use });
  }
}

function checkAuthority(issuer: Certificate, path: readonly Certificate[]): void {
  const { isAuthority, pathLengthMax = Number.POSITIVE_INFINITY } = issuer.extensions;
  if (!isAuthority || !allows(issuer, KEY_USAGE.certificateSign)) throw untrusted('authority');
  const below = path.slice(1).filter((certificate) => !certificate.isSelfIssued).length;
  if (below > pathLengthMax) throw untrusted('path length');
}

function isIssuer(issuer: Certificate, certificate: Certificate): boolean {
  if (!areSame(issuer.subjectDer, certificate.issuerDer)) return false;
  const named = certificate.extensions.authorityKeyIdentifier;
  const own = issuer.extensions.subjectKeyIdentifier;
  return named === undefined || own === undefined || areSame(named, own);
}

function allows(certificate: Certificate, anyOf: number): boolean {
  const { keyUsage } = certificate.extensions;
  return keyUsage === undefined || (keyUsage & anyOf) !== 0;
}

function untrusted(reason: string, option?: keyof TrustOptions): Fault {
  return new Fault('peer.certificate-untrusted', { reason, ...(option && { option: `trust.${option}` }) });
}

function ownOption<T>(option: string, text: string, read: (text: string) => T): T {
  try {
    return read(text);
  } catch {
    throw new Fault('caller.option-invalid', { option: `trust.${option}`, value: text.slice(0, 64) });
  }
}
