/** Makes certificates and revocation lists for tests, right or wrong in whatever a test is about. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { Certificate, DEFAULT_LIMITS, RevocationList } from '@parley/core';

export type Octets = Uint8Array | readonly Uint8Array[];

/** tag, length, content. */
export function der(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(content);
  const length: number[] = [];
  for (let rest = body.length; rest > 0; rest >>= 8) length.unshift(rest & 0xff);
  const head = body.length < 0x80 ? [body.length] : [0x80 | length.length, ...length];
  return Uint8Array.from(Buffer.concat([Buffer.from([tag, ...head]), body]));
}

export function sequence(...content: readonly Uint8Array[]): Uint8Array {
  return der(0x30, ...content);
}

export function integer(value: number | bigint): Uint8Array {
  const hex = BigInt(value).toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return der(2, Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex'));
}

export function objectIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const octets = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift(0x80 | (left & 0x7f));
    return groups;
  });
  return der(6, Uint8Array.from(octets));
}

export function utf8(text: string): Uint8Array {
  return der(0x0c, new TextEncoder().encode(text));
}

const TYPES: Readonly<Record<string, string>> = { CN: '2.5.4.3', O: '2.5.4.10', OU: '2.5.4.11', C: '2.5.4.6' };

/** `O=Example/CN=Root`, most significant first; values as UTF8String. */
export function name(text: string): Uint8Array {
  const parts = text === '' ? [] : text.split('/');
  return sequence(
    ...parts.map((part) => {
      const [type = '', value = ''] = part.split('=');
      return der(0x31, sequence(objectIdentifier(TYPES[type] ?? type), utf8(value)));
    }),
  );
}

export function time(atMs: number): Uint8Array {
  const text = new Date(atMs).toISOString().replace(/[-:T]|\.\d+/g, '');
  return Number(text.slice(0, 4)) < 2050
    ? der(0x17, new TextEncoder().encode(text.slice(2)))
    : der(0x18, new TextEncoder().encode(text));
}

export function bitString(octets: Uint8Array, unusedBits: number = 0): Uint8Array {
  return der(3, Uint8Array.of(unusedBits), octets);
}

export function extension(id: string, value: Uint8Array, isCritical: boolean = false): Uint8Array {
  const critical = isCritical ? [der(1, Uint8Array.of(0xff))] : [];
  return sequence(objectIdentifier(id), ...critical, der(4, value));
}

export const basicConstraints = (isAuthority: boolean, pathLength?: number): Uint8Array =>
  extension(
    '2.5.29.19',
    sequence(
      ...(isAuthority ? [der(1, Uint8Array.of(0xff))] : []),
      ...(pathLength === undefined ? [] : [integer(pathLength)]),
    ),
    true,
  );

/** By the numbers of RFC 5280: 0 digitalSignature, 1 contentCommitment, 2 keyEncipherment, 5 keyCertSign, 6 cRLSign. */
export function keyUsage(...bits: readonly number[]): Uint8Array {
  const octet = bits.reduce((sum, bit) => sum | (0x80 >> bit), 0);
  return extension('2.5.29.15', bitString(Uint8Array.of(octet), 7 - Math.max(...bits)), true);
}

export interface Party {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export type PartyKind = 'P-256' | 'P-384' | 'P-521' | 'rsa' | 'rsa-1024' | 'ed25519';

export function party(subject: string, kind: PartyKind = 'P-256'): Party {
  if (kind === 'ed25519') return { subject, ...generateKeyPairSync('ed25519') };
  if (kind.startsWith('P-')) return { subject, ...generateKeyPairSync('ec', { namedCurve: kind }) };
  return { subject, ...generateKeyPairSync('rsa', { modulusLength: kind === 'rsa' ? 2048 : 1024 }) };
}

export const NOW_MS: number = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;
const NULL = der(5);

export interface Wishes {
  readonly serial?: number | bigint;
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
  readonly extensions?: readonly Uint8Array[];
  readonly version?: Uint8Array;
  readonly issuerName?: Uint8Array;
  readonly subjectName?: Uint8Array;
  /** Object identifier and hash, in place of those of the issuer's key. */
  readonly algorithm?: readonly [id: string, hash: string | null, parameters?: Uint8Array];
  /** AlgorithmIdentifier inside the signed part, in place of the outer one. */
  readonly innerAlgorithm?: Uint8Array;
  readonly publicKeyInfo?: Uint8Array;
}

/** What RFC 5280 wants of an authority and of an end entity. */
export const AUTHORITY: readonly Uint8Array[] = [basicConstraints(true), keyUsage(5, 6)];
export const END_ENTITY: readonly Uint8Array[] = [keyUsage(0, 2)];

export function certificateDer(subject: Party, issuer: Party, wishes: Wishes = {}): Uint8Array {
  const extensions = wishes.extensions ?? (subject === issuer ? AUTHORITY : END_ENTITY);
  const algorithm = algorithmOf(issuer, wishes);
  const signed = sequence(
    wishes.version ?? der(0xa0, integer(2)),
    integer(wishes.serial ?? 1000),
    wishes.innerAlgorithm ?? algorithm.identifier,
    wishes.issuerName ?? name(issuer.subject),
    sequence(time(wishes.notBeforeMs ?? NOW_MS - DAY_MS), time(wishes.notAfterMs ?? NOW_MS + DAY_MS)),
    wishes.subjectName ?? name(subject.subject),
    wishes.publicKeyInfo ?? subject.publicKey.export({ format: 'der', type: 'spki' }),
    ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
  );
  return framed(signed, algorithm, issuer);
}

export function certificate(subject: Party, issuer: Party, wishes: Wishes = {}): Certificate {
  return Certificate.read(certificateDer(subject, issuer, wishes), DEFAULT_LIMITS, 'message');
}

export interface ListWishes extends Pick<Wishes, 'algorithm' | 'innerAlgorithm' | 'issuerName' | 'version'> {
  readonly thisUpdateMs?: number;
  readonly nextUpdateMs?: number | undefined;
  readonly entryExtensions?: readonly Uint8Array[];
  readonly extensions?: readonly Uint8Array[];
}

export function revocationListDer(issuer: Party, serials: readonly number[], wishes: ListWishes = {}): Uint8Array {
  const algorithm = algorithmOf(issuer, wishes);
  const { thisUpdateMs = NOW_MS - DAY_MS, entryExtensions = [] } = wishes;
  const nextUpdateMs = 'nextUpdateMs' in wishes ? wishes.nextUpdateMs : NOW_MS + DAY_MS;
  const entries = serials.map((serial) =>
    sequence(
      integer(serial),
      time(thisUpdateMs),
      ...(entryExtensions.length === 0 ? [] : [sequence(...entryExtensions)]),
    ),
  );
  const signed = sequence(
    wishes.version ?? integer(1),
    wishes.innerAlgorithm ?? algorithm.identifier,
    wishes.issuerName ?? name(issuer.subject),
    time(thisUpdateMs),
    ...(nextUpdateMs === undefined ? [] : [time(nextUpdateMs)]),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    ...(wishes.extensions === undefined ? [] : [der(0xa0, sequence(...wishes.extensions))]),
  );
  return framed(signed, algorithm, issuer);
}

export function revocationList(issuer: Party, serials: readonly number[], wishes: ListWishes = {}): RevocationList {
  return RevocationList.read(revocationListDer(issuer, serials, wishes));
}

export function keyIdentifierOf(subject: Party): Uint8Array {
  return createHash('sha1')
    .update(subject.publicKey.export({ format: 'der', type: 'spki' }))
    .digest();
}

interface Algorithm {
  readonly identifier: Uint8Array;
  readonly hash: string | null;
}

function algorithmOf(issuer: Party, wishes: Pick<Wishes, 'algorithm'>): Algorithm {
  const ofKey = {
    rsa: ['1.2.840.113549.1.1.11', 'sha256', NULL],
    ec: ['1.2.840.10045.4.3.2', 'sha256'],
    ed25519: ['1.3.101.112', null],
  } as const;
  const [id, hash, parameters] = wishes.algorithm ?? ofKey[issuer.privateKey.asymmetricKeyType as keyof typeof ofKey];
  return { identifier: sequence(objectIdentifier(id), ...(parameters === undefined ? [] : [parameters])), hash };
}

function framed(signed: Uint8Array, algorithm: Algorithm, issuer: Party): Uint8Array {
  return sequence(signed, algorithm.identifier, bitString(sign(algorithm.hash, signed, issuer.privateKey)));
}
