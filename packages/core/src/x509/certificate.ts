import type { KeyObject } from 'node:crypto';
import { hash } from 'node:crypto';
import type { SignatureAlgorithm } from '../algorithms/public-key.ts';
import type { KeyBlame, KeyRules } from '../asymmetric/key.ts';
import { PublicKey, readPublicKeyInfo } from '../asymmetric/key.ts';
import { decodeBase64Text } from '../base/base64.ts';
import { Fault } from '../base/fault.ts';
import { requireInput } from '../base/input.ts';
import { limitFault } from '../base/limit-fault.ts';
import type { Limits } from '../base/limits.ts';
import type { Kind } from '../options/kind.ts';
import { instanceOf, oneOf, requireKind, TEXT, whole } from '../options/kind.ts';
import { objectWith } from '../options/shape.ts';
import type { CertificateOrigin } from './configured.ts';
import { configured } from './configured.ts';
import { contextTag, DerReader, malformed, TAG } from './der.ts';
import { DistinguishedName } from './distinguished-name.ts';
import type { CertificateExtensions } from './extensions.ts';
import { readExtensions, understandExtensions } from './extensions.ts';
import type { SignedStructure } from './signed-structure.ts';
import { isSignedBy, readSignedStructure, structureAlgorithm } from './signed-structure.ts';

type CertificateLimits = Pick<Limits, 'certificateBytesMax'>;

const SERIAL_BYTES_MAX = 20; // RFC 5280 §4.1.2.2
const SERIAL_TEXT = /^[0-9]{1,49}$/;
const PEM_BLOCK = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END /g;

/**
 * An X.509 certificate (RFC 5280 §4.1), read and not yet trusted: what it says of itself. Version 1 and 3; DER only.
 */
export class Certificate {
  /** The octets that it was read from, in memory of its own. Not to be changed. */
  readonly der: Uint8Array;
  readonly serialNumber: bigint;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly notBeforeMs: number;
  /** Still valid in this second. */
  readonly notAfterMs: number;
  readonly extensions: CertificateExtensions;
  /** `undefined` for an algorithm that we do not know. */
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  readonly issuerDer: Uint8Array;
  readonly subjectDer: Uint8Array;
  readonly #structure: SignedStructure;
  readonly #publicKeyInfo: Uint8Array;
  #keyObject: KeyObject | undefined;
  #thumbprint: Uint8Array | undefined;

  private constructor(der: Uint8Array) {
    this.der = der;
    this.#structure = readSignedStructure(der);
    this.signatureAlgorithm = structureAlgorithm(this.#structure);
    const outer = new DerReader(this.#structure.signed);
    const fields = outer.inside(TAG.sequence);
    const version = readVersion(fields);
    const serial = fields.element(TAG.integer);
    this.serialNumber = new DerReader(serial).integer();
    if (this.serialNumber < 0n || serial.length > SERIAL_BYTES_MAX + 3) throw malformed('serial number');
    if (!areSame(fields.element(TAG.sequence), this.#structure.algorithm)) throw malformed('algorithm');
    this.issuerDer = fields.element(TAG.sequence);
    this.issuer = DistinguishedName.readDer(new DerReader(this.issuerDer));
    const validity = fields.inside(TAG.sequence);
    this.notBeforeMs = validity.time();
    this.notAfterMs = validity.time() + 999;
    validity.expectEnd();
    this.subjectDer = fields.element(TAG.sequence);
    this.subject = DistinguishedName.readDer(new DerReader(this.subjectDer));
    this.#publicKeyInfo = fields.element(TAG.sequence);
    const extensions = version === 3 && !fields.isAtEnd ? fields.inside(contextTag(3, 'constructed')) : undefined;
    this.extensions = understandExtensions(extensions === undefined ? new Map() : readExtensions(extensions));
    extensions?.expectEnd();
    fields.expectEnd();
  }

  /**
   * One certificate. Borrows `der`.
   *
   * @throws Fault `caller.keys-invalid` with the code that it would be for a message's; of a message, `peer.limit-certificates`
   *   longer than `certificateBytesMax`, `peer.certificate-malformed`
   */
  static read(der: Uint8Array, limits: CertificateLimits, origin: CertificateOrigin = 'configuration'): Certificate {
    requireInput(der, 'der');
    requireKind(LIMITS, limits, 'limits');
    requireKind(ORIGIN, origin, 'origin');
    if (origin === 'configuration') return configured('certificate', () => Certificate.read(der, limits, 'message'));
    const { certificateBytesMax } = limits;
    if (der.length > certificateBytesMax)
      throw limitFault('peer.limit-certificates', 'certificateBytesMax', certificateBytesMax, der.length);
    return new Certificate(Uint8Array.from(der));
  }

  /** All certificates of a PEM file, in order; what stands between them is passed over. @throws Fault as {@link read} */
  static readPem(pem: Uint8Array, limits: CertificateLimits): readonly Certificate[] {
    requireInput(pem, 'pem');
    requireKind(LIMITS, limits, 'limits');
    const text = new TextDecoder('latin1').decode(pem);
    return Array.from(text.matchAll(PEM_BLOCK), ([, base64 = '']) =>
      Certificate.read(
        configured('certificate', () => decodePem(base64)),
        limits,
      ),
    );
  }

  /** SHA-1 of the DER: what a ThumbprintSHA1 reference holds. It finds a certificate, and proves nothing. */
  thumbprintSha1(): Uint8Array {
    this.#thumbprint ??= hash('sha1', this.der, 'buffer');
    return new Uint8Array(this.#thumbprint);
  }

  /** Content of the SubjectKeyIdentifier extension, if there is one: what an SKI reference holds. */
  get subjectKeyIdentifier(): Uint8Array | undefined {
    return this.extensions.subjectKeyIdentifier;
  }

  /**
   * Whether it is the one that a ds:X509IssuerSerial names: the names compared attribute by attribute, in either order
   * ({@link DistinguishedName.isWrittenAs}), the numbers as numbers.
   *
   * @throws Fault `peer.encoding-invalid` one of them cannot be read; `caller.option-invalid` no texts
   */
  hasIssuerSerial(issuerText: string, serialText: string): boolean {
    requireKind(TEXT, issuerText, 'issuerText');
    requireKind(TEXT, serialText, 'serialText');
    if (!SERIAL_TEXT.test(serialText)) throw new Fault('peer.encoding-invalid', { encoding: 'serial number' });
    return this.issuer.isWrittenAs(issuerText) && BigInt(serialText) === this.serialNumber;
  }

  /** Whether subject and issuer are one. */
  get isSelfIssued(): boolean {
    return areSame(this.subjectDer, this.issuerDer);
  }

  /** Octet for octet the same. */
  equals(other: Certificate): boolean {
    requireKind(CERTIFICATE, other, 'other');
    return this === other || areSame(this.der, other.der);
  }

  /** Whether `issuerKey` signed it. Nothing else of the issuer is looked at. */
  isSignedBy(issuerKey: PublicKey): boolean {
    requireKind(PUBLIC_KEY, issuerKey, 'issuerKey');
    const row = this.signatureAlgorithm;
    if (row === undefined || row.family !== issuerKey.family) return false;
    return issuerKey.lend((key) => isSignedBy(this.#structure, row, key));
  }

  /**
   * Its key, whether it is trusted or not: for peers that our own configuration names.
   *
   * @throws Fault `blame` the key is not as `rules` want it; `peer.certificate-malformed` it is none.
   */
  publicKey(rules: KeyRules, blame: KeyBlame): PublicKey {
    return PublicKey.of(this.#publicKeyObject(), rules, blame);
  }

  toString(): string {
    return `Certificate(${this.subject.toString()})`;
  }

  #publicKeyObject(): KeyObject {
    if (this.#keyObject !== undefined) return this.#keyObject;
    try {
      this.#keyObject = readPublicKeyInfo(this.#publicKeyInfo);
      return this.#keyObject;
    } catch {
      throw malformed('key');
    }
  }
}

const LIMITS = objectWith<CertificateLimits>({ certificateBytesMax: whole() });
const ORIGIN = oneOf<CertificateOrigin>(['configuration', 'message']);
const PUBLIC_KEY = instanceOf(PublicKey);
/** One that was read. */
export const CERTIFICATE: Kind<Certificate> = instanceOf(Certificate);

/** Whether both are the same octets. No secrets. */
export function areSame(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  return true;
}

// version [0] EXPLICIT INTEGER { v1(0), v2(1), v3(2) } DEFAULT v1. Nobody makes version 2.
function readVersion(fields: DerReader): 1 | 3 {
  const tag = contextTag(0, 'constructed');
  if (!fields.isNext(tag)) return 1;
  const version = fields.inside(tag);
  if (version.integer() !== 2n) throw malformed('version');
  version.expectEnd();
  return 3;
}

function decodePem(base64: string): Uint8Array {
  try {
    return decodeBase64Text(base64);
  } catch {
    throw malformed('PEM');
  }
}
