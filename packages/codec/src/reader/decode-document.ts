/**
 * Which encoding a document is in (XML 1.0 Appendix F), and its text as UTF-8.
 *
 * safety: a closed list. In every encoding of it an octet below 80 is the ASCII character or half of a UTF-16 unit; not
 * so in EBCDIC, UTF-7, Shift_JIS and others, in which one parser may read markup where another one reads text.
 */
import { Fault } from '@parley/core';
import { malformed } from '../hot/octets/malformed.ts';
import { Octet } from '../hot/octets/octet.ts';
import type { EncodingDeclaration } from '../hot/octets/xml-declaration.ts';
import { encodingDeclaration } from '../hot/octets/xml-declaration.ts';
import { decodeText } from '../tape/text.ts';
import type { OctetTable } from './single-octet.ts';
import { asciiTable, decodeOctets, isoTable, latin1Table, windows1252Table } from './single-octet.ts';

/** A document, decoded. */
export interface DecodedDocument {
  /** UTF-8 that declares no other encoding: the document's own octets if it came so. */
  readonly octets: Uint8Array;
  /** What libxml2 is given to decode: the octets as they came, where it knows the encoding. */
  readonly source: Uint8Array;
}

interface SingleOctetEncoding {
  readonly table: () => OctetTable;
  readonly knownToLibxml: boolean;
}

// libxml2 is built without iconv: these it knows by itself, apart from the code page. There is no part 12, and of part 16
// not every build of Node knows.
const ISO_PARTS = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15];
const ASCII: SingleOctetEncoding = { table: asciiTable, knownToLibxml: true };
const WINDOWS_1252: SingleOctetEncoding = { table: windows1252Table, knownToLibxml: false };
const SINGLE_OCTET_ENCODINGS: ReadonlyMap<string, SingleOctetEncoding> = new Map([
  ['us-ascii', ASCII],
  ['ascii', ASCII],
  ['iso-8859-1', { table: latin1Table, knownToLibxml: true }],
  ...ISO_PARTS.map((part) => [`iso-8859-${part}`, { table: () => isoTable(part), knownToLibxml: true }] as const),
  ['windows-1252', WINDOWS_1252],
  ['cp1252', WINDOWS_1252],
]);
const tables = new Map<SingleOctetEncoding, OctetTable>();

const BLANK = Octet.blank;
const encoder = new TextEncoder();

/**
 * Decodes `bytes`, and takes the encoding declaration out.
 *
 * The answer may be `bytes` themselves; what is decoded is the caller's. That UTF-8 is valid is left to `scan`.
 * @throws Fault `peer.encoding-forbidden` for an encoding that is not on the list, or is not the declared one;
 * `peer.xml-malformed` for octets that the encoding gives no meaning
 */
export function decodeDocument(bytes: Uint8Array): DecodedDocument {
  const first = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  const second = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  // FF FE 00 00 begins UTF-32.
  if (first === 0xfffe && second !== 0) return decodeUtf16(bytes, 2, 'le');
  if (first === 0xfeff) return decodeUtf16(bytes, 2, 'be');
  // Without a byte order mark it must be `<?` that stands there.
  if (first === 0x3c00 && second === 0x3f00) return decodeUtf16(bytes, 0, 'le');
  if (first === 0x003c && second === 0x003f) return decodeUtf16(bytes, 0, 'be');
  return decodeAsDeclared(bytes);
}

function decodeUtf16(bytes: Uint8Array, start: number, order: 'le' | 'be'): DecodedDocument {
  const octets = encoder.encode(utf16Text(bytes.subarray(start), order));
  const name = withoutDeclaration(octets);
  if (name !== undefined && name !== 'utf-16' && name !== `utf-16${order}`) forbidden();
  // libxml2 2.9 reports an error when a surrogate pair lies across the pieces in which it decodes UTF-16BE.
  return { octets, source: order === 'be' ? octets : bytes };
}

function utf16Text(units: Uint8Array, order: 'le' | 'be'): string {
  try {
    return new TextDecoder(`utf-16${order}`, { fatal: true, ignoreBOM: true }).decode(units);
  } catch {
    // Half a unit, or half a pair.
    return malformed(0, 'utf-16');
  }
}

function decodeAsDeclared(bytes: Uint8Array): DecodedDocument {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const declaration = encodingDeclaration(bytes, hasMark ? 3 : 0);
  const name = declaration && nameOf(bytes, declaration);
  if (name === undefined || name === 'utf-8') return { octets: bytes, source: bytes };
  const encoding = hasMark ? undefined : SINGLE_OCTET_ENCODINGS.get(name);
  if (encoding === undefined) return forbidden();
  const octets = decodeOctets(bytes, tableOf(encoding));
  withoutDeclaration(octets);
  return { octets, source: encoding.knownToLibxml ? bytes : octets };
}

function tableOf(encoding: SingleOctetEncoding): OctetTable {
  const table = tables.get(encoding) ?? encoding.table();
  tables.set(encoding, table);
  return table;
}

/** Blanks the encoding declaration of a decoded document; gives the name in it. */
function withoutDeclaration(octets: Uint8Array): string | undefined {
  const declaration = encodingDeclaration(octets, 0);
  if (declaration === undefined) return undefined;
  const name = nameOf(octets, declaration);
  octets.fill(BLANK, declaration.start, declaration.nameEnd + 1);
  return name;
}

/** Names of encodings know no case (XML 1.0 §4.3.3). */
function nameOf(octets: Uint8Array, { name, nameEnd }: EncodingDeclaration): string {
  return decodeText(octets, name, nameEnd).toLowerCase();
}

function forbidden(): never {
  throw new Fault('peer.encoding-forbidden', { offset: 0 });
}
