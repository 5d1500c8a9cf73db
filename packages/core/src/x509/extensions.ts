/** The extensions of a certificate (RFC 5280 §4.2), those that decide something here. */
import { contextTag, DerReader, malformed, TAG } from './der.ts';

/** Bits of keyUsage (RFC 5280 §4.2.1.3). */
export const KEY_USAGE = {
  digitalSignature: 0x01,
  contentCommitment: 0x02,
  keyEncipherment: 0x04,
  certificateSign: 0x20,
  revocationListSign: 0x40,
} as const;

export interface CertificateExtensions {
  /** basicConstraints: may issue certificates. */
  readonly isAuthority: boolean;
  /** How many authorities may stand below, self-issued ones not counted. */
  readonly pathLengthMax: number | undefined;
  /** `KEY_USAGE` bits; `undefined` allows everything. */
  readonly keyUsage: number | undefined;
  /** Object identifiers of extendedKeyUsage, critical or not; `undefined` allows everything. */
  readonly purposes: readonly string[] | undefined;
  readonly subjectKeyIdentifier: Uint8Array | undefined;
  readonly authorityKeyIdentifier: Uint8Array | undefined;
  /** Critical ones that are not understood, and name constraints in any case: they refuse the certificate. */
  readonly forbidden: readonly string[];
}

export interface Extension {
  readonly id: string;
  readonly isCritical: boolean;
  /** Content of the OCTET STRING. */
  readonly value: Uint8Array;
}

const ID = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;

const UNDERSTOOD: ReadonlySet<string> = new Set([
  ID.subjectKeyIdentifier,
  ID.keyUsage,
  ID.basicConstraints,
  ID.authorityKeyIdentifier,
  ID.extendedKeyUsage,
]);

const EXTENSIONS_MAX = 64;

/** Extensions ::= SEQUENCE OF Extension, each at most once. @throws Fault `peer.certificate-malformed` */
export function readExtensions(reader: DerReader): Map<string, Extension> {
  const extensions = new Map<string, Extension>();
  const list = reader.inside(TAG.sequence);
  while (!list.isAtEnd) {
    const extension = list.inside(TAG.sequence);
    const id = extension.objectIdentifier();
    const isCritical = extension.isNext(TAG.boolean) && extension.boolean();
    const value = extension.content(TAG.octetString);
    extension.expectEnd();
    if (extensions.has(id) || extensions.size === EXTENSIONS_MAX) throw malformed('extension');
    extensions.set(id, { id, isCritical, value });
  }
  return extensions;
}

/** What `extensions` of a certificate say. @throws Fault `peer.certificate-malformed` */
export function understandExtensions(extensions: ReadonlyMap<string, Extension>): CertificateExtensions {
  const { isAuthority, pathLengthMax } = basicConstraints(extensions.get(ID.basicConstraints));
  return {
    isAuthority,
    pathLengthMax,
    keyUsage: whole(extensions.get(ID.keyUsage), (value) => value.namedBits()),
    purposes: whole(extensions.get(ID.extendedKeyUsage), readPurposes),
    subjectKeyIdentifier: whole(extensions.get(ID.subjectKeyIdentifier), (value) => value.content(TAG.octetString)),
    authorityKeyIdentifier: authorityKeyIdentifier(extensions.get(ID.authorityKeyIdentifier)),
    forbidden: [...extensions.values()]
      .filter(({ id, isCritical }) => id === ID.nameConstraints || (isCritical && !UNDERSTOOD.has(id)))
      .map(({ id }) => id),
  };
}

// BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }
function basicConstraints(
  extension: Extension | undefined,
): Pick<CertificateExtensions, 'isAuthority' | 'pathLengthMax'> {
  const constraints = whole(extension, (value) => {
    const content = value.inside(TAG.sequence);
    const isAuthority = content.isNext(TAG.boolean) && content.boolean();
    const pathLength = content.isAtEnd ? undefined : content.integer();
    content.expectEnd();
    if (pathLength !== undefined && (pathLength < 0n || !isAuthority)) throw malformed('basic constraints');
    // More than a path can have is as good as none.
    return { isAuthority, pathLengthMax: pathLength === undefined ? undefined : Math.min(Number(pathLength), 255) };
  });
  return constraints ?? { isAuthority: false, pathLengthMax: undefined };
}

// ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF KeyPurposeId
function readPurposes(value: DerReader): readonly string[] {
  const content = value.inside(TAG.sequence);
  const purposes: string[] = [];
  do purposes.push(content.objectIdentifier());
  while (!content.isAtEnd);
  return purposes;
}

// AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] OPTIONAL, issuer [1] OPTIONAL, serial [2] OPTIONAL }
function authorityKeyIdentifier(extension: Extension | undefined): Uint8Array | undefined {
  return whole(extension, (value) => {
    const content = value.inside(TAG.sequence);
    const identifier = contextTag(0, 'primitive');
    const octets = content.isNext(identifier) ? content.content(identifier) : undefined;
    for (const tag of [contextTag(1, 'constructed'), contextTag(2, 'primitive')]) {
      if (content.isNext(tag)) content.content(tag);
    }
    content.expectEnd();
    return octets;
  });
}

function whole<T>(extension: Extension | undefined, read: (value: DerReader) => T): T | undefined {
  if (extension === undefined) return undefined;
  const reader = new DerReader(extension.value);
  const result = read(reader);
  reader.expectEnd();
  return result;
}
