/** Small steps that every reader takes: attributes, values, and the refusal when the shape is wrong. */
import type { Tape } from '@parley/codec';
import type { OctetRange, OctetSink } from '@parley/codec/internal';
import {
  A,
  ATTRIBUTE_WORDS,
  attributeNamed,
  attributeOctets,
  attributeText,
  bytesEqual,
  decodeText,
  E,
  ELEMENT_WORDS,
  Flag,
  firstChild,
  isElementOnlyButComments,
  isNamed,
  Namespace,
  namespaceOf,
  nextSibling,
  parentOf,
  textOctets,
} from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { Fault } from '@parley/core';
import { decodeBase64, decodedBase64Length, limitFault, parseInstantOctets } from '@parley/core/internal';
import { notThere, structureInvalid } from './shape-refusals.ts';

// perf: a module's own constants are folded into its code, imported ones are looked up at every use.
const RECORD = ELEMENT_WORDS;
const ATTRIBUTE = ATTRIBUTE_WORDS;
const { content: CONTENT, contentEnd: CONTENT_END, end: END, flags: FLAGS, next: NEXT, start: START } = E;
const { declarationCount: DECLARATION_COUNT } = E;
const { flags: ATTRIBUTE_FLAGS, value: ATTRIBUTE_VALUE, valueEnd: ATTRIBUTE_VALUE_END } = A;

/** Offset of the `<` of `element`. */
export function startOf(tape: Tape, element: number): number {
  return tape.elements[element * RECORD + START]!;
}

/** Offset just past the start tag of `element`. */
export function contentOf(tape: Tape, element: number): number {
  return tape.elements[element * RECORD + CONTENT]!;
}

/** Whether there are namespace declarations in the start tag of `element`. */
export function declaresNamespaces(tape: Tape, element: number): boolean {
  return tape.elements[element * RECORD + DECLARATION_COUNT] !== 0;
}

/** Offset just past `element`. */
export function endOf(tape: Tape, element: number): number {
  return tape.elements[element * RECORD + END]!;
}

/** Whether `inner` is `outer` or stands inside it. */
export function isWithin(tape: Tape, inner: number, outer: number): boolean {
  return inner >= outer && inner < tape.elements[outer * RECORD + NEXT]!;
}

/** How many siblings stand before `element`. */
export function placeAmongSiblings(tape: Tape, element: number): number {
  let place = 0;
  for (let child = firstChild(tape, parentOf(tape, element)); child !== element; child = nextSibling(tape, child))
    place++;
  return place;
}

/**
 * Refuses text and PIs directly inside an element that holds elements only. Comments between elements mean nothing to any
 * reader: a policy takes them in the whole document or refuses it (read/message.ts).
 */
export function requireElementOnly(tape: Tape, element: number, name: string): void {
  if (!isElementOnlyButComments(tape, element)) throw structureInvalid(tape, element, `${name} holds text`);
}

// spec: a value is its characters, however they are written (XML 1.0 §4.4): an `&` can be written in no other way.
// safety: a comment or CDATA section inside a value is where two readers read two values (T10).
/** Refuses anything but characters, and references to them, inside an element that holds a value. */
export function requireCharacters(tape: Tape, element: number, name: string): void {
  const forbidden = Flag.hasChild | Flag.hasComment | Flag.hasCdata | Flag.hasProcessingInstruction;
  if ((tape.elements[element * RECORD + FLAGS]! & forbidden) !== 0) {
    throw structureInvalid(tape, element, `${name} is not plain text`);
  }
}

/**
 * The octets that the base64 text of an element stands for; a new array, owned by the caller.
 * @throws Fault `peer.encoding-invalid`
 */
export function base64Octets(tape: Tape, element: number): Uint8Array {
  return decodedBase64(base64Text(tape, element));
}

/** The same of a text in hand. @throws Fault `peer.encoding-invalid` */
export function decodedBase64({ bytes, start, end }: OctetRange): Uint8Array {
  const octets = new Uint8Array(decodedBase64Length(bytes, start, end));
  const length = decodeBase64(bytes, start, end, octets, 0);
  return length === octets.length ? octets : octets.subarray(0, length);
}

/**
 * Appends the same to `sink`. perf: memory of its own costs a large value microseconds.
 * @throws Fault `peer.encoding-invalid`
 */
export function appendBase64Octets(tape: Tape, element: number, sink: OctetSink): void {
  const { bytes, start, end } = base64Text(tape, element);
  sink.reserve(decodedBase64Length(bytes, start, end));
  sink.length += decodeBase64(bytes, start, end, sink.bytes, sink.length);
}

// perf: a CR is white space like others, and needs no copy without it.
function base64Text(tape: Tape, element: number): OctetRange {
  const base = element * RECORD;
  if ((tape.elements[base + FLAGS]! & Flag.hasReference) !== 0) return textOctets(tape, element);
  return { bytes: tape.bytes, start: tape.elements[base + CONTENT]!, end: tape.elements[base + CONTENT_END]! };
}

/** Which limit the length of a text is bounded by: one of the policy's, or one that is fixed for its kind. */
export type TextLimit = keyof Limits | 'textBytesMax';

/**
 * The octets of an element that holds a value, as {@link textOctets} gives them.
 * @throws Fault `peer.structure-invalid` not plain text; `peer.limit-value` longer than `bytesMax`.
 */
export function valueOctets(
  tape: Tape,
  element: number,
  name: string,
  bytesMax: number,
  limit: TextLimit = 'identifierBytesMax',
): OctetRange {
  requireCharacters(tape, element, name);
  const octets = textOctets(tape, element);
  const bytes = octets.end - octets.start;
  if (bytes > bytesMax) throw limitFault('peer.limit-value', limit, bytesMax, bytes, { name });
  return octets;
}

/** The same as text. @throws Fault as {@link valueOctets} */
export function characterText(
  tape: Tape,
  element: number,
  name: string,
  bytesMax: number,
  limit: TextLimit = 'identifierBytesMax',
): string {
  const { bytes, start, end } = valueOctets(tape, element, name, bytesMax, limit);
  return decodeText(bytes, start, end);
}

/**
 * The octets of a value whose type leaves out white space around it (xs:anyURI, numbers, instants, base64).
 * @throws Fault `peer.structure-invalid` not plain text
 */
export function trimmedOctets(tape: Tape, element: number, name: string): OctetRange {
  requireCharacters(tape, element, name);
  return trimmed(textOctets(tape, element));
}

/** What is left without the XML white space around it. */
export function trimmed({ bytes, start, end }: OctetRange): OctetRange {
  let first = start;
  let last = end;
  while (first < last && isSpace(bytes[first]!)) first++;
  while (last > first && isSpace(bytes[last - 1]!)) last--;
  return { bytes, start: first, end: last };
}

/**
 * The same as text, for a value that becomes a key or a result.
 * @throws Fault `peer.structure-invalid` not plain text, `peer.limit-value` longer than `bytesMax`.
 */
export function trimmedText(
  tape: Tape,
  element: number,
  name: string,
  bytesMax: number,
  limit: TextLimit = 'identifierBytesMax',
): string {
  const { bytes, start, end } = trimmedOctets(tape, element, name);
  if (end - start > bytesMax) throw limitFault('peer.limit-value', limit, bytesMax, end - start, { name });
  return decodeText(bytes, start, end);
}

export const INSTANT_BYTES_MAX = 64;

/**
 * The instant that an element holds, in epoch milliseconds.
 * @throws Fault `peer.structure-invalid` not plain text, `peer.limit-value`, `peer.timestamp-invalid`
 */
export function readInstant(tape: Tape, element: number, name: string): number {
  const { bytes, start, end } = trimmedOctets(tape, element, name);
  if (end - start > INSTANT_BYTES_MAX)
    throw limitFault('peer.limit-value', 'instantBytesMax', INSTANT_BYTES_MAX, end - start, { name });
  return parseInstantOctets(bytes, start, end);
}

/** The attribute, or the refusal of an element that lacks it. */
export function requireAttribute(tape: Tape, element: number, local: Uint8Array, name: string): number {
  const attribute = attributeNamed(tape, element, Namespace.none, local);
  if (attribute < 0) throw structureInvalid(tape, element, `${name} is missing`);
  return attribute;
}

/** Whether the attribute's value is exactly `expected`: no trimming, no case folding (T15). */
export function attributeIs(tape: Tape, attribute: number, expected: Uint8Array): boolean {
  const base = attribute * ATTRIBUTE;
  if ((tape.attributes[base + ATTRIBUTE_FLAGS]! & Flag.literal) === 0) {
    const { bytes, start, end } = attributeOctets(tape, attribute);
    return bytesEqual(bytes, start, end, expected);
  }
  return bytesEqual(
    tape.bytes,
    tape.attributes[base + ATTRIBUTE_VALUE]!,
    tape.attributes[base + ATTRIBUTE_VALUE_END]!,
    expected,
  );
}

/** The attribute's value for a result or a message, cut to `charactersMax`. */
export function attributeValue(tape: Tape, attribute: number, charactersMax: number): string {
  const text = attributeText(tape, attribute);
  return text.length > charactersMax ? text.slice(0, charactersMax) : text;
}

/** The attribute's whole value. @throws Fault `peer.limit-value` longer than `bytesMax` */
export function boundedText(
  tape: Tape,
  attribute: number,
  bytesMax: number,
  limit: TextLimit = 'identifierBytesMax',
): string {
  const { bytes, start, end } = attributeOctets(tape, attribute);
  if (end - start > bytesMax) throw limitFault('peer.limit-value', limit, bytesMax, end - start);
  return decodeText(bytes, start, end);
}

/** An algorithm row with the octets of its URI, ready to be compared with a message. */
export interface NamedRow<Row> {
  readonly uriBytes: Uint8Array;
  readonly row: Row;
}

/** Rows made ready for {@link rowNamed}. */
export function namedRows<Row extends { readonly uri: string }>(rows: readonly Row[]): readonly NamedRow<Row>[] {
  const encoder = new TextEncoder();
  return rows.map((row) => ({ uriBytes: encoder.encode(row.uri), row }));
}

/** The row whose URI is the attribute's value. @throws Fault `peer.alg-forbidden` */
export function rowNamed<Row>(tape: Tape, attribute: number, rows: readonly NamedRow<Row>[]): Row {
  const row = rowNamedOrNone(tape, attribute, rows);
  if (row === undefined) throw new Fault('peer.alg-forbidden', { algorithm: attributeValue(tape, attribute, 128) });
  return row;
}

/** The row whose URI is the attribute's value. */
export function rowNamedOrNone<Row>(tape: Tape, attribute: number, rows: readonly NamedRow<Row>[]): Row | undefined {
  for (let index = 0; index < rows.length; index++) {
    const candidate = rows[index]!;
    if (attributeIs(tape, attribute, candidate.uriBytes)) return candidate.row;
  }
  return undefined;
}

function isSpace(octet: number): boolean {
  return octet === 0x20 || octet === 0x0a || octet === 0x0d || octet === 0x09;
}

/** How many children `parent` has, or of those that are called `local`, whatever their namespace: for limits. */
export function childCount(tape: Tape, parent: number, local?: Uint8Array): number {
  let count = 0;
  for (let child = firstChild(tape, parent); child >= 0; child = nextSibling(tape, child))
    if (local === undefined || isNamed(tape, child, namespaceOf(tape, child), local)) count++;
  return count;
}

/** `child`, which must be that element; `parent` is blamed for one that is missing. @throws Fault `peer.structure-invalid` */
export function requireNamed(
  tape: Tape,
  child: number,
  namespace: number,
  local: Uint8Array,
  parent: number,
  name: string,
): number {
  if (child < 0 || !isNamed(tape, child, namespace, local)) throw notThere(tape, child, namespace, local, parent, name);
  return child;
}
