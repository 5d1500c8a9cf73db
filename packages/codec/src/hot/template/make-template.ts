/**
 * A document and its holes -> the template of all documents that are the same but for what is in the holes.
 *
 * The canonical parts are cut out of what `canonicalise` itself makes of a marked copy: one in which each hole holds a mark
 * that no document has. There is no second C14N here.
 */
import type { Limits } from '@parley/core';
import type { CanonicalisationOptions } from '../../canonical/options.ts';
import { bytesEqual } from '../../tape/navigate.ts';
import { E, ELEMENT_WORDS, Tape } from '../../tape/tape.ts';
import { decodeText } from '../../tape/text.ts';
import { canonicalise } from '../canonical/canonicalise.ts';
import { OctetSink } from '../octets/octet-sink.ts';
import { scan } from '../scan/scan.ts';
import type { ContentRules, HoleKind, ImageContent, Piece, Segment } from './image.ts';
import { Hole, imageOf } from './image.ts';
import type { Matcher } from './matcher.ts';
import { MATCH_LIMITS } from './matcher.ts';
import { OctetTemplate } from './octet-template.ts';

/** Octets [start, end) of a document, in whose place others may be. */
export interface TemplateHole {
  readonly start: number;
  readonly end: number;
  readonly kind: HoleKind;
  /** No two holes that are ids may be equal. */
  readonly isId: boolean;
  /** Of a fragment: the start of the hole with the id that it names. */
  readonly names?: number;
  readonly bytesMax: number;
  /** Of a hole of that kind. */
  readonly content?: ContentRules;
}

/** An element whose canonical octets are wanted. */
export interface TemplatePart {
  readonly element: number;
  readonly canonicalisation: CanonicalisationOptions | undefined;
  /** Of its canonical octets, the start tag. */
  readonly startTagOnly?: boolean;
}

/** More than one mark needs: U+E000, five digits, U+E001. */
const MARK = '\u{e000}';
const MARK_END = '\u{e001}';
const MARK_DIGITS = 5;
const MARK_PATTERN = new RegExp(`${MARK}(\\d{${MARK_DIGITS}})${MARK_END}`, 'u');

const encoder = new TextEncoder();

/**
 * Makes the template; `undefined` where none can be: a document with marks in it, too many holes, or a template that does
 * not fit its own document.
 * @param tape of the document
 * @param holes in document order, apart from each other
 * @param matcher that the template is tried and used with
 */
export function makeTemplate(
  tape: Tape,
  holes: readonly TemplateHole[],
  parts: readonly TemplatePart[],
  limits: Limits,
  matcher: Matcher,
): OctetTemplate | undefined {
  const pieces = canonicalPieces(tape, holes, parts, limits);
  const template = pieces && templateOf(tape, holes, pieces, matcher);
  return template !== undefined && givesItsOwn(template, tape, parts) ? template : undefined;
}

/**
 * The same with parts that are made of `pieces`, whatever they are. Their holes may be one more than the document has, which
 * {@link Matcher.lend} fills.
 */
export function templateOf(
  tape: Tape,
  holes: readonly TemplateHole[],
  pieces: readonly (readonly Piece[])[],
  matcher: Matcher,
): OctetTemplate | undefined {
  const ids = holes.flatMap(({ isId }, hole) => (isId ? [hole] : []));
  const { holes: holesMax, parts: partsMax, ids: idsMax, imageBytes } = MATCH_LIMITS;
  if (holes.length >= holesMax || pieces.length > partsMax || ids.length > idsMax) return undefined;
  const content: ImageContent = {
    segments: segmentsOf(tape.bytes, holes),
    equals: holes.flatMap(({ names }, hole) =>
      names === undefined ? [] : [[hole, holes.findIndex(({ start }) => start === names)] as const],
    ),
    ids,
    parts: pieces,
  };
  const image = imageOf(content);
  if (image.octets.length > imageBytes) return undefined;
  const template = new OctetTemplate(image, matcher);
  return takesItsOwn(template, tape) ? template : undefined;
}

/**
 * What the canonical octets of `parts` are made of in all documents that are the same but for what is in the holes; `undefined` for
 * a document with marks in it.
 */
export function canonicalPieces(
  tape: Tape,
  holes: readonly TemplateHole[],
  parts: readonly TemplatePart[],
  limits: Limits,
): readonly (readonly Piece[])[] | undefined {
  const marked = markedCopy(tape, holes, limits);
  return marked && parts.map((part) => piecesOf(canonicalOctets(marked, part)));
}

function segmentsOf(document: Uint8Array, holes: readonly TemplateHole[]): readonly Segment[] {
  let at = 0;
  const segments = holes.map(({ start, end, kind, bytesMax, content }) => {
    const fixed = document.subarray(at, start);
    at = end;
    return { fixed, kind, bytesMax, content };
  });
  return [...segments, { fixed: document.subarray(at), kind: Hole.none, bytesMax: 0 }];
}

/** The tape of the document with marks in its holes: the same elements, and nothing of what the holes held. */
export function markedCopy(tape: Tape, holes: readonly TemplateHole[], limits: Limits): Tape | undefined {
  const { bytes } = tape;
  if (hasMark(bytes)) return undefined;
  const out = new OctetSink(bytes.length + holes.length * 16);
  let at = 0;
  holes.forEach(({ start, end }, hole) => {
    out.write(bytes, at, start);
    const mark = encoder.encode(`${MARK}${String(hole).padStart(MARK_DIGITS, '0')}${MARK_END}`);
    out.write(mark, 0, mark.length);
    at = end;
  });
  out.write(bytes, at, bytes.length);
  const marked = new Tape();
  scan(out.bytes.slice(0, out.length), { ...limits, messageBytesMax: Number.MAX_SAFE_INTEGER }, marked);
  return hasSameElements(tape, marked, holes) ? marked : undefined;
}

// U+E000 to U+E03F begin so.
function hasMark(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(0xee); at >= 0; at = bytes.indexOf(0xee, at + 1)) if (bytes[at + 1] === 0x80) return true;
  return false;
}

/** Whether `marked` has the elements of `tape` but for those in holes, which are the last of all. */
function hasSameElements(tape: Tape, marked: Tape, holes: readonly TemplateHole[]): boolean {
  const content = holes.find(({ kind }) => kind === Hole.content);
  let count = tape.elementCount;
  while (content !== undefined && count > 0 && tape.elements[(count - 1) * ELEMENT_WORDS + E.start]! >= content.start)
    count--;
  if (marked.elementCount !== count) return false;
  if (content === undefined && tape.attributeCount !== marked.attributeCount) return false;
  for (let words = 0; words < count * ELEMENT_WORDS; words += ELEMENT_WORDS) {
    const isSame = (word: number): boolean => tape.elements[words + word] === marked.elements[words + word];
    if (!isSame(E.parent) || !isSame(E.attributeCount) || !isSame(E.declarationCount)) return false;
  }
  return true;
}

/** Octets that were made of a marked copy, cut at its marks; and wherever `lent.text` stands, for a hole that is lent. */
export function piecesOf(
  octets: Uint8Array,
  lent?: { readonly text: string; readonly hole: number },
): readonly Piece[] {
  // Constant, hole, constant, hole, ..., constant.
  const cut = decodeText(octets, 0, octets.length).split(MARK_PATTERN);
  const pieces: Piece[] = [];
  for (let index = 0; index < cut.length; index += 2) {
    const marked = cut[index + 1];
    const constants = lent === undefined ? [cut[index]!] : cut[index]!.split(lent.text);
    const last = constants.pop()!;
    for (const constant of constants) pieces.push({ constant: encoder.encode(constant), hole: lent!.hole });
    pieces.push({ constant: encoder.encode(last), hole: marked === undefined ? -1 : Number(marked) });
  }
  return pieces;
}

/** Whether the template takes the document that it is of; it has its prints then. */
function takesItsOwn(template: OctetTemplate, { bytes }: Tape): boolean {
  const { matcher } = template;
  try {
    if (!matcher.take(bytes) || !template.matches(bytes)) return false;
    matcher.print();
    template.prints.set(matcher.prints);
    return true;
  } finally {
    matcher.drop();
  }
}

/** Whether the template gives the canonical octets of the document that it is of. */
function givesItsOwn(template: OctetTemplate, tape: Tape, parts: readonly TemplatePart[]): boolean {
  const { matcher } = template;
  try {
    if (!matcher.take(tape.bytes) || !template.matches(tape.bytes) || template.write(0) < 0) return false;
    return parts.every((wanted, part) =>
      bytesEqual(matcher.out, matcher.places[part * 2]!, matcher.places[part * 2 + 1]!, canonicalOctets(tape, wanted)),
    );
  } finally {
    matcher.drop();
  }
}

/** The canonical octets of a part. */
export function canonicalOctets(
  tape: Tape,
  { element, canonicalisation, startTagOnly = false }: TemplatePart,
): Uint8Array {
  const sink = new OctetSink();
  canonicalise(tape, element, sink, canonicalisation);
  const octets = sink.take();
  return startTagOnly ? octets.subarray(0, startTagEnd(octets)) : octets;
}

const QUOTE = 0x22;
const GREATER = 0x3e;

/** Just past the start tag that canonical octets begin with: values stand in double quotes, and hold none. */
export function startTagEnd(octets: Uint8Array): number {
  let isInValue = false;
  let at = 0;
  for (; isInValue || octets[at] !== GREATER; at++) if (octets[at] === QUOTE) isInValue = !isInValue;
  return at + 1;
}
