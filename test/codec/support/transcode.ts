/** The same document in other encodings. */
import { octets } from './reading.ts';

const HIGH_OF_WINDOWS_1252 = '€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ';
const HIGH_OF_ISO_8859_15 = new Map([
  ['€', 0xa4],
  ['Š', 0xa6],
  ['š', 0xa8],
  ['Ž', 0xb4],
  ['ž', 0xb8],
  ['Œ', 0xbc],
  ['œ', 0xbd],
  ['Ÿ', 0xbe],
]);

/** Of a character: its octet, or -1. */
type OctetOf = (character: string) => number;

const OCTET_OF: Readonly<Record<string, OctetOf>> = {
  'US-ASCII': (character) => (character < '\x80' ? character.charCodeAt(0) : -1),
  'ISO-8859-1': (character) => (character <= 'ÿ' ? character.charCodeAt(0) : -1),
  'iso-8859-15': (character) =>
    HIGH_OF_ISO_8859_15.get(character) ??
    (character <= 'ÿ' && ![...HIGH_OF_ISO_8859_15.values()].includes(character.charCodeAt(0))
      ? character.charCodeAt(0)
      : -1),
  'Windows-1252': (character) => {
    const high = character === '\0' ? -1 : HIGH_OF_WINDOWS_1252.indexOf(character);
    if (high >= 0) return 0x80 + high;
    return character < '\x80' || (character >= '\xa0' && character <= 'ÿ') ? character.charCodeAt(0) : -1;
  },
};

export const SINGLE_OCTET_NAMES: readonly string[] = Object.keys(OCTET_OF);
export const UTF_16_FORMS: readonly string[] = ['utf-16le', 'utf-16be', 'utf-16le with mark', 'utf-16be with mark'];

/** `text` without byte order mark and XML declaration. */
export function withoutDeclaration(text: string): string {
  return text.replace(/^\ufeff/u, '').replace(/^<\?xml .*?\?>/u, '');
}

/** `text` in the encoding `name`; what the encoding lacks as references. */
export function inSingleOctets(text: string, name: string): Uint8Array {
  const octetOf = OCTET_OF[name]!;
  const encoded: number[] = [...octets(`<?xml version="1.0" encoding="${name}"?>`)];
  for (const character of withoutDeclaration(text)) {
    const octet = octetOf(character);
    if (octet >= 0) encoded.push(octet);
    else encoded.push(...octets(`&#x${character.codePointAt(0)!.toString(16)};`));
  }
  return Uint8Array.from(encoded);
}

/** `text` in UTF-16. */
export function inUtf16(text: string, form: string): Uint8Array {
  const name = form.slice(0, 8);
  const isMarked = form !== name;
  const declaration = `<?xml version="1.0" encoding="${isMarked ? 'UTF-16' : name.toUpperCase()}"?>`;
  const units = Buffer.from(`${isMarked ? '\ufeff' : ''}${declaration}${withoutDeclaration(text)}`, 'utf16le');
  return new Uint8Array(name === 'utf-16be' ? units.swap16() : units);
}
