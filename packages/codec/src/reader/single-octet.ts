/** Encodings of one octet per character, of which 00 to 7F are ASCII. */
import { malformed } from '../hot/octets/malformed.ts';
import { OctetSink } from '../hot/octets/octet-sink.ts';

/** Code points by octet; -1 where the encoding has no character. */
export type OctetTable = Int32Array;

// Octets 80 to 9F; -1: undefined in the code page.
const WINDOWS_1252_HIGH = [
  0x20ac, -1, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, -1, 0x017d, -1,
  -1, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, -1, 0x017e,
  0x0178,
];

/** US-ASCII: nothing from 80 on. */
export function asciiTable(): OctetTable {
  return Int32Array.from({ length: 256 }, (_, octet) => (octet < 0x80 ? octet : -1));
}

/** ISO-8859-1: octets are code points. */
export function latin1Table(): OctetTable {
  return Int32Array.from({ length: 256 }, (_, octet) => octet);
}

/** Windows-1252: ISO-8859-1 with characters of its own from 80 to 9F. */
export function windows1252Table(): OctetTable {
  const table = latin1Table();
  table.set(WINDOWS_1252_HIGH, 0x80);
  return table;
}

/** A part of ISO-8859: as ISO-8859-1 up to 9F, and from A0 on what the platform has for `part`. */
export function isoTable(part: number): OctetTable {
  // Some labels mean a Windows code page there (Encoding Standard §4.2), which differs below A0 only.
  const decoder = new TextDecoder(`iso-8859-${part}`, { fatal: true });
  const high = (octet: number): number => {
    try {
      return decoder.decode(Uint8Array.of(octet)).codePointAt(0) ?? -1;
    } catch {
      return -1;
    }
  };
  return Int32Array.from({ length: 256 }, (_, octet) => (octet < 0xa0 ? octet : high(octet)));
}

/** `bytes` as UTF-8. @throws Fault `peer.xml-malformed` for an octet that is no character */
export function decodeOctets(bytes: Uint8Array, table: OctetTable): Uint8Array {
  const out = new OctetSink(bytes.length + (bytes.length >>> 2));
  for (let at = 0; at < bytes.length; at++) {
    const code = table[bytes[at]!]!;
    if (code < 0) malformed(at, 'octet-without-character');
    out.writeCodePoint(code);
  }
  return out.bytes.subarray(0, out.length);
}
