/** The content of an element, without the module: the definition that it is held to. */
import { sameOctets } from '../octets/octet-hash.ts';
import type { ContentRules } from './image.ts';
import { CONTENT_WORDS, Hole } from './image.ts';
import { holeEnd } from './plain-holes.ts';

const BLANK = 0x20;
const QUOTE = 0x22;
const SLASH = 0x2f;
const COLON = 0x3a;
const GREATER = 0x3e;
const EQUALS = 0x3d;

/** Attributes that are, or may be, more than the application's: declarations, `xml…`, and all names of Ids. */
const RESERVED = /^(?:xml.*|[iI][dD]|AssertionID)$/s;

interface Name {
  readonly start: number;
  readonly end: number;
}

/** The `</` that ends an element whose content begins at `start`, or -1 if that is not as `rules` say. */
export function contentEnd(message: Uint8Array, start: number, rules: ContentRules): number {
  const open: Name[] = [];
  let nodes = 0;
  let at = start;
  for (;;) {
    at = holeEnd(message, at, Hole.text);
    if (at < 0) return -1;
    if (message[at + 1] === SLASH) {
      const name = open.pop();
      if (name === undefined) return at;
      const end = at + 2 + name.end - name.start;
      if (!sameOctets(message, at + 2, end, message, name.start, name.end) || message[end] !== GREATER) return -1;
      at = end + 1;
      continue;
    }
    const end = nameEnd(message, at + 1, rules);
    if (end < 0 || open.length === rules.depthMax) return -1;
    open.push({ start: at + 1, end });
    const attributes = attributesIn(message, end, rules);
    nodes += 1 + attributes.count;
    if (attributes.end < 0 || nodes > rules.nodesMax) return -1;
    at = attributes.end;
  }
}

/** Where the name of an element ends that is in the namespace of all, or -1. */
function nameEnd(message: Uint8Array, start: number, { prefix, nameBytesMax }: ContentRules): number {
  let at = start;
  if (prefix.length > 0) {
    at += prefix.length;
    if (!sameOctets(message, start, at, prefix, 0, prefix.length) || message[at] !== COLON) return -1;
    at++;
  }
  const end = localEnd(message, at);
  return end > at && end - start <= nameBytesMax ? end : -1;
}

/** Attributes up to just past `>`, in the order of C14N; an `end` of -1 for any other. */
function attributesIn(
  message: Uint8Array,
  start: number,
  rules: ContentRules,
): { readonly end: number; readonly count: number } {
  let before = '';
  let count = 0;
  let at = start;
  for (; message[at] === BLANK; count++) {
    const end = localEnd(message, at + 1);
    const name = String.fromCharCode(...message.subarray(at + 1, end));
    if (name <= before || RESERVED.test(name) || name.length > rules.nameBytesMax || count === rules.attributesMax)
      return NONE;
    if (message[end] !== EQUALS || message[end + 1] !== QUOTE) return NONE;
    const stop = holeEnd(message, end + 2, Hole.attribute);
    if (stop < 0 || message[stop] !== QUOTE || stop - end - 2 > rules.valueBytesMax) return NONE;
    before = name;
    at = stop + 1;
  }
  return message[at] === GREATER ? { end: at + 1, count } : NONE;
}

const NONE = { end: -1, count: 0 };

/** Where a name of ASCII without a colon ends; `start` if none begins there. */
function localEnd(message: Uint8Array, start: number): number {
  if (!/[A-Za-z_]/.test(String.fromCharCode(message[start] ?? 0))) return start;
  let at = start + 1;
  while (at < message.length && /[A-Za-z0-9._-]/.test(String.fromCharCode(message[at]!))) at++;
  return at;
}

/** The rules whose words are at `offset` of an image. */
export function rulesAt(words: Int32Array, octets: Uint8Array, offset: number): ContentRules {
  const [at, size, depthMax, nodesMax, attributesMax, nameBytesMax, valueBytesMax] = words.subarray(
    offset >> 2,
    (offset >> 2) + CONTENT_WORDS,
  ) as unknown as readonly [number, number, number, number, number, number, number];
  return { prefix: octets.subarray(at, at + size), depthMax, nodesMax, attributesMax, nameBytesMax, valueBytesMax };
}
