/**
 * Names as text (RFC 4514): `CN=Alice\, A.,OU=Sales+L=Bern,O=Example`. Peers also write what RFC 2253 and RFC 1779 allow:
 * spaces around separators, `;` for `,`, values in quotes, `OID.` before a number; and Windows doubles a quote in quotes.
 */
import { Fault } from '../base/fault.ts';
import type { NameAttribute } from './attribute-value.ts';
import { readAttributeValue } from './attribute-value.ts';
import { DerReader } from './der.ts';
import { attributeTypeOf } from './name-keywords.ts';
import { parseOneline } from './name-oneline.ts';

const TEXT_LENGTH_MAX = 2048;

// type "=" value, up to a separator. The value: in quotes, as #hex, or plain with escapes.
const ATTRIBUTE =
  /\s*(?:OID\.)?([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)\s*=\s*(?:"((?:[^"\\]|\\.|"")*)"|#([0-9A-Fa-f]+)|((?!#)(?:[^",;+<>\\]|\\.)*?))\s*([,;+]|$)/isy;
// \W and \U: characters of a BMPString as OpenSSL writes them that is to write ASCII only.
const ESCAPES = /((?:\\[0-9A-Fa-f]{2})+)|\\(?:W([0-9A-F]{4})|U([0-9A-F]{8}))|\\(.)|"(")/gs;

/** The relative names of `text`, most significant first. @throws Fault `peer.encoding-invalid` */
export function parseNameText(text: string): NameAttribute[][] {
  if (text.length > TEXT_LENGTH_MAX) throw invalid();
  if (text.trimStart().startsWith('/')) return parseOneline(text.trim());
  const relativeNames: NameAttribute[][] = [];
  let attributes: NameAttribute[] = [];
  let at = 0;
  let isMore = text.trim() !== '';
  while (isMore) {
    ATTRIBUTE.lastIndex = at;
    const match = ATTRIBUTE.exec(text);
    if (match === null) throw invalid();
    const [whole, type = '', quoted, hex, plain = '', separator = ''] = match;
    const value = hex === undefined ? unescaped(quoted ?? plain) : valueOfHex(hex);
    attributes.push({ type: typeOf(type), value });
    if (separator !== '+') {
      relativeNames.push(attributes);
      attributes = [];
    }
    at += whole.length;
    isMore = separator !== '';
  }
  return relativeNames.reverse();
}

function typeOf(text: string): string {
  const type = /^\d/.test(text) ? text : attributeTypeOf(text);
  if (type === undefined)
    throw new Fault('peer.encoding-invalid', { encoding: 'distinguished name', keyword: text.slice(0, 64) });
  return type;
}

// RFC 4514 §2.4: `\,` is the character, `\C3\A4` the octets of UTF-8.
function unescaped(text: string): string {
  return text.replace(
    ESCAPES,
    (
      _,
      pairs: string | undefined,
      unit: string | undefined,
      scalar: string | undefined,
      escaped: string | undefined,
      doubled: string | undefined,
    ) => {
      const code = unit ?? scalar;
      if (code !== undefined) return characterOf(Number.parseInt(code, 16));
      if (pairs === undefined) return escaped ?? doubled ?? '';
      const octets = Uint8Array.from(pairs.slice(1).split('\\'), (pair) => Number.parseInt(pair, 16));
      try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
      } catch {
        throw invalid();
      }
    },
  );
}

function characterOf(code: number): string {
  if (code > 0x10ffff) throw invalid();
  return String.fromCodePoint(code);
}

function valueOfHex(hex: string): string {
  if (hex.length % 2 !== 0) throw invalid();
  const octets = new Uint8Array(hex.length / 2);
  for (let i = 0; i < octets.length; i++) octets[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  try {
    const reader = new DerReader(octets);
    const value = readAttributeValue(reader);
    reader.expectEnd();
    return value;
  } catch {
    throw invalid();
  }
}

function invalid(): Fault {
  return new Fault('peer.encoding-invalid', { encoding: 'distinguished name' });
}
