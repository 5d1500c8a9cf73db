/** Small damage to documents, most of which breaks well-formedness somewhere. */
import type { Random } from './random.ts';

const encoder = new TextEncoder();

const SNIPPETS = [
  '<',
  '>',
  '/',
  '&',
  '"',
  "'",
  '=',
  ' ',
  ':',
  ';',
  '-',
  ']',
  '?',
  '!',
  '\0',
  '\u0001',
  '\u007f',
  '\ufffe',
  '\uffff',
  '￼',
  '<!--',
  '-->',
  '--',
  '<![CDATA[',
  ']]>',
  '<?x',
  '?>',
  '<?xml version="1.0"?>',
  '/>',
  '</',
  '<a>',
  '</a>',
  '<a/>',
  '&#0;',
  '&#x0;',
  '&#xD800;',
  '&#xFFFE;',
  '&#x110000;',
  '&#4294967361;',
  '&#x100000041;',
  '&#;',
  '&#x;',
  '&#x4g;',
  '&#65',
  '&nbsp;',
  '&amp',
  '&AMP;',
  '&lt',
  '&a;',
  ' xmlns=""',
  ' xmlns:a=""',
  ' xmlns:a="urn:a"',
  ' xmlns:xml="urn:a"',
  ' xmlns:xmlns="urn:a"',
  ' xmlns:="urn:a"',
  ' xmlns:xml="http://www.w3.org/XML/1998/namespace"',
  ' xmlns:q="http://www.w3.org/XML/1998/namespace"',
  ' xmlns="http://www.w3.org/2000/xmlns/"',
  ' xmlns:q="http://www.w3.org/2000/xmlns/"',
  ' a="1"',
  ' a="2" a="3"',
  ' b:a="1"',
  ' a:a="1" b:a="2"',
  ' xml:q="1" xml:q="1"',
  ' a:b:c="1"',
  ' :a="1"',
  ' a:="1"',
  ' 1a="1"',
  ' -a="1"',
  ' ·a="1"',
  ' a·="1"',
  ' ÷="1"',
  ' \u0300a="1"',
  ' a\u0300="1"',
  ' 𐀀="1"',
  ' \u{f0000}="1"',
  ' a=1',
  ' a',
  ' a=',
  ' a="<"',
  ' a="1"b="2"',
  '<xmlns:a/>',
  '<xml:a/>',
  '<:a/>',
  '<a:/>',
  '<a:b:c/>',
  '< a/>',
  '<a/ >',
  '\ufeff',
  '\u0085',
  '\u2028',
];

/** `bytes` with one to three places damaged. */
export function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  let damaged = bytes;
  for (let left = 1 + random.below(3); left > 0; left--) damaged = mutatedOnce(damaged, random);
  return damaged;
}

function mutatedOnce(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  const length = random.chance(50) ? 1 : 1 + random.below(12);
  switch (random.below(5)) {
    case 0:
      return joined(bytes, at, encoder.encode(random.pick(SNIPPETS)), at);
    case 1:
      return joined(bytes, at, new Uint8Array(0), Math.min(bytes.length, at + length));
    case 2:
      return joined(bytes, at, bytes.slice(at, at + length), at);
    case 3:
      return joined(bytes, at, Uint8Array.of(random.below(256)), Math.min(bytes.length, at + 1));
    default:
      return joined(bytes, tagEnd(bytes, at), encoder.encode(random.pick(SNIPPETS)), tagEnd(bytes, at));
  }
}

/** Where attributes may stand, from `from` on: before the next `>` or `/`. */
function tagEnd(bytes: Uint8Array, from: number): number {
  const at = bytes.findIndex((octet, index) => index >= from && (octet === 0x3e || octet === 0x2f));
  return at < 0 ? bytes.length : at;
}

function joined(bytes: Uint8Array, end: number, middle: Uint8Array, start: number): Uint8Array {
  const whole = new Uint8Array(end + middle.length + bytes.length - start);
  whole.set(bytes.subarray(0, end), 0);
  whole.set(middle, end);
  whole.set(bytes.subarray(start), end + middle.length);
  return whole;
}
