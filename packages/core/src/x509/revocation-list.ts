import type { SignatureAlgorithm } from '../algorithms/public-key.ts';
import { PublicKey } from '../asymmetric/key.ts';
import { requireInput } from '../base/input.ts';
import { BIGINT, INSTANT_MS, instanceOf, requireKind } from '../options/kind.ts';
import { areSame } from './certificate.ts';
import { configured } from './configured.ts';
import { contextTag, DerReader, malformed, TAG } from './der.ts';
import type { Extension } from './extensions.ts';
import { readExtensions } from './extensions.ts';
import type { SignedStructure } from './signed-structure.ts';
import { isSignedBy, readSignedStructure, structureAlgorithm } from './signed-structure.ts';

// cRLNumber and authorityKeyIdentifier; reasonCode and invalidityDate of an entry. None of them narrows a list.
const LIST_EXTENSIONS: ReadonlySet<string> = new Set(['2.5.29.20', '2.5.29.35']);
const ENTRY_EXTENSIONS: ReadonlySet<string> = new Set(['2.5.29.21', '2.5.29.24']);

/**
 * A complete revocation list of one issuer (RFC 5280 §5), read and not yet verified. Delta, indirect and partitioned lists
 * have critical extensions that are not understood here: they are refused.
 */
export class RevocationList {
  /** As it was read; not to be changed. */
  readonly der: Uint8Array;
  readonly issuerDer: Uint8Array;
  readonly thisUpdateMs: number;
  /** Not the last word from here on. A list without one never is. */
  readonly nextUpdateMs: number;
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  readonly #structure: SignedStructure;
  readonly #serialNumbers: ReadonlySet<bigint>;
  /** The last key that was found to have signed it. */
  #verifiedBy: PublicKey | undefined;

  private constructor(der: Uint8Array) {
    this.der = der;
    this.#structure = readSignedStructure(der);
    this.signatureAlgorithm = structureAlgorithm(this.#structure);
    const fields = new DerReader(this.#structure.signed).inside(TAG.sequence);
    const isVersion2 = fields.isNext(TAG.integer);
    if (isVersion2 && fields.integer() !== 1n) throw malformed('version');
    if (!areSame(fields.element(TAG.sequence), this.#structure.algorithm)) throw malformed('algorithm');
    this.issuerDer = fields.element(TAG.sequence);
    this.thisUpdateMs = fields.time();
    const hasNext = fields.isNext(TAG.utcTime) || fields.isNext(TAG.generalizedTime);
    this.nextUpdateMs = hasNext ? fields.time() : this.thisUpdateMs;
    this.#serialNumbers = fields.isNext(TAG.sequence) ? readEntries(fields.inside(TAG.sequence)) : new Set();
    if (isVersion2 && !fields.isAtEnd) {
      const extensions = fields.inside(contextTag(0, 'constructed'));
      checkUnderstood(readExtensions(extensions), LIST_EXTENSIONS);
      extensions.expectEnd();
    }
    fields.expectEnd();
  }

  /** Borrows `der`. @throws Fault `caller.keys-invalid` */
  static read(der: Uint8Array): RevocationList {
    requireInput(der, 'der');
    return configured('revocation list', () => new RevocationList(Uint8Array.from(der)));
  }

  /** Whether the certificate with this number, of this issuer, is in the list. */
  lists(serialNumber: bigint): boolean {
    requireKind(BIGINT, serialNumber, 'serialNumber');
    return this.#serialNumbers.has(serialNumber);
  }

  /** Whether it is the last word at this time. */
  isCurrent(atMs: number): boolean {
    requireKind(INSTANT_MS, atMs, 'atMs');
    return this.thisUpdateMs <= atMs && atMs < this.nextUpdateMs;
  }

  /** Whether `issuerKey` signed it. A list may be large: the last answer is remembered. */
  isSignedBy(issuerKey: PublicKey): boolean {
    requireKind(PUBLIC_KEY, issuerKey, 'issuerKey');
    const row = this.signatureAlgorithm;
    if (row === undefined || row.family !== issuerKey.family) return false;
    const known = this.#verifiedBy;
    if (known?.lend((key) => issuerKey.lend((other) => key.equals(other))) === true) return true;
    const isSigned = issuerKey.lend((key) => isSignedBy(this.#structure, row, key));
    if (isSigned) this.#verifiedBy = issuerKey;
    return isSigned;
  }
}

const PUBLIC_KEY = instanceOf(PublicKey);

// revokedCertificates ::= SEQUENCE OF SEQUENCE { serial, revocationDate, extensions OPTIONAL }
function readEntries(entries: DerReader): ReadonlySet<bigint> {
  const serialNumbers = new Set<bigint>();
  while (!entries.isAtEnd) {
    const entry = entries.inside(TAG.sequence);
    serialNumbers.add(entry.integer());
    entry.time();
    if (!entry.isAtEnd) checkUnderstood(readExtensions(entry), ENTRY_EXTENSIONS);
    entry.expectEnd();
  }
  return serialNumbers;
}

function checkUnderstood(extensions: ReadonlyMap<string, Extension>, understood: ReadonlySet<string>): void {
  for (const { id, isCritical } of extensions.values()) {
    if (isCritical && !understood.has(id)) throw malformed('extension');
  }
}
