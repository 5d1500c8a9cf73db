/** The value of a name's attribute: one of ASN.1's many kinds of string. */
import { DerReader, malformed, TAG } from './der.ts';

/** One attribute of a relative distinguished name. */
export interface NameAttribute {
  /** Object identifier, dotted. */
  readonly type: string;
  /** Text; of a value that is none, `#` and its DER in hex. */
  readonly value: string;
}

/**
 * The next element as text; of what is no string, `#` and its DER in hex.
 *
 * @throws Fault `peer.certificate-malformed` not DER, not of its character set, or with a NUL in it (a name that ends for
 *   one reader and goes on for the next).
 */
export function readAttributeValue(reader: DerReader): string {
  const tag = reader.nextTag;
  const element = reader.element(tag);
  const text = textOf(tag, new DerReader(element).content(tag));
  if (text === undefined) return `#${hexOf(element)}`;
  if (text.includes('\0')) throw malformed('name');
  return text;
}

function textOf(tag: number, octets: Uint8Array): string | undefined {
  switch (tag) {
    case TAG.utf8String:
      return decode('utf-8', octets);
    case TAG.numericString:
    case TAG.printableString:
    case TAG.ia5String:
    case TAG.visibleString:
    case TAG.teletexString: // which everybody takes for Latin-1
      return decode('latin1', octets);
    case TAG.bmpString:
      return decode('utf-16be', octets);
    case TAG.universalString:
      return decodeUtf32(octets);
    default:
      return undefined;
  }
}

function decode(encoding: string, octets: Uint8Array): string {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    throw malformed('name');
  }
}

function decodeUtf32(octets: Uint8Array): string {
  if (octets.length % 4 !== 0) throw malformed('name');
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  let text = '';
  for (let at = 0; at < octets.length; at += 4) {
    const code = view.getUint32(at);
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) throw malformed('name');
    text += String.fromCodePoint(code);
  }
  return text;
}

function hexOf(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
}
