import type { Tape } from '../../tape/tape.ts';
import { A, ATTRIBUTE_WORDS as ATTRIBUTE_SIZE, E, ELEMENT_WORDS as ELEMENT_SIZE, Flag } from '../../tape/tape.ts';
import { NAMESPACE_URIS } from '../../tape/vocabulary.ts';
import { writeEscapedAttribute } from '../octets/escape.ts';
import { Octet } from '../octets/octet.ts';
import { doubled } from '../octets/octet-hash.ts';
import type { OctetSink } from '../octets/octet-sink.ts';
import { compareAttributes } from '../scan/attribute-order.ts';
import type { Inherited } from './inherited-attributes.ts';
import { isXmlBase } from './inherited-attributes.ts';
import type { CanonicalScope } from './scope.ts';
import { writeCanonicalUri, writeCanonicalValue } from './text.ts';

// perf: V8 folds a module's own constants into the code it makes; what is imported it loads and checks at every use.
const ATTRIBUTE_WORDS = ATTRIBUTE_SIZE;
const ELEMENT_WORDS = ELEMENT_SIZE;
const { start: START, nameEnd: NAME_END, attributes: ATTRIBUTES, attributeCount: ATTRIBUTE_COUNT, flags: FLAGS } = E;
const { valueEnd: A_VALUE_END, flags: A_FLAGS, name: A_NAME, nameEnd: A_NAME_END, value: A_VALUE } = A;

const { blank: BLANK, doubleQuote: DOUBLE_QUOTE, greater: GREATER, less: LESS, slash: SLASH } = Octet;

const INSERTION_MAX = 16;

/** Attributes of the element being written, in the order to print. */
let order = new Int32Array(64);

/** Appends the start tag of `element` with what `scope` has pending: name, declarations, attributes, `>`. */
export function writeStartTag(tape: Tape, element: number, scope: CanonicalScope, out: OctetSink): void {
  const { elements } = tape;
  const base = element * ELEMENT_WORDS;
  writeNameAndDeclarations(tape, base, scope, out);
  const first = elements[base + ATTRIBUTES]!;
  const count = elements[base + ATTRIBUTE_COUNT]!;
  const isOrdered = count < 2 || (elements[base + FLAGS]! & Flag.startCanonical) !== 0;
  if (!isOrdered) {
    listAttributes(first, count);
    sortListed(tape, count);
  }
  for (let index = 0; index < count; index++) writeAttribute(tape, isOrdered ? first + index : order[index]!, out);
  out.writeOctet(GREATER);
}

/** As {@link writeStartTag}, for an apex that takes attributes over from its ancestors. */
export function writeInheritingStartTag(
  tape: Tape,
  element: number,
  inherited: Inherited,
  scope: CanonicalScope,
  out: OctetSink,
): void {
  const base = element * ELEMENT_WORDS;
  writeNameAndDeclarations(tape, base, scope, out);
  const count = tape.elements[base + ATTRIBUTE_COUNT]!;
  listAttributes(tape.elements[base + ATTRIBUTES]!, count);
  let listed = count;
  for (const attribute of inherited.attributes) {
    if (listed === order.length) order = doubled(order);
    order[listed++] = attribute;
  }
  sortListed(tape, listed);
  for (let index = 0; index < listed; index++) {
    const attribute = order[index]!;
    if (inherited.base === undefined || !isXmlBase(tape, attribute)) writeAttribute(tape, attribute, out);
    else if (inherited.base !== '') writeBase(inherited.base, out);
  }
  out.writeOctet(GREATER);
}

function writeBase(base: string, out: OctetSink): void {
  out.writeText(' xml:base="');
  writeEscapedAttribute(base, out);
  out.writeOctet(DOUBLE_QUOTE);
}

/** Appends the end tag of `element`. */
export function writeEndTag(tape: Tape, element: number, out: OctetSink): void {
  const base = element * ELEMENT_WORDS;
  const start = tape.elements[base + START]!;
  const nameEnd = tape.elements[base + NAME_END]!;
  out.writeOctet(LESS);
  out.writeOctet(SLASH);
  out.copy(tape.bytes, tape.words, start + 1, nameEnd);
  out.writeOctet(GREATER);
}

function writeNameAndDeclarations(tape: Tape, base: number, scope: CanonicalScope, out: OctetSink): void {
  out.copy(tape.bytes, tape.words, tape.elements[base + START]!, tape.elements[base + NAME_END]!);
  for (let index = 0; index < scope.pendingCount; index++) {
    const prefix = scope.pending[index]!;
    writeDeclaration(tape, prefix, scope.rendered[prefix]!, out);
  }
}

function writeDeclaration(tape: Tape, prefix: number, uri: number, out: OctetSink): void {
  if (prefix === 0) {
    out.writeText(' xmlns="');
  } else {
    out.writeText(' xmlns:');
    out.write(tape.bytes, tape.prefixStarts[prefix]!, tape.prefixEnds[prefix]!);
    out.writeText('="');
  }
  // perf: the vocabulary's URIs hold nothing to escape.
  if (uri < NAMESPACE_URIS.length) out.copy(tape.uriBytes, tape.uriWords, tape.uriStarts[uri]!, tape.uriEnds[uri]!);
  else writeCanonicalUri(tape.uriBytes, tape.uriStarts[uri]!, tape.uriEnds[uri]!, out);
  out.writeOctet(DOUBLE_QUOTE);
}

function writeAttribute(tape: Tape, attribute: number, out: OctetSink): void {
  const { bytes, words, attributes } = tape;
  const base = attribute * ATTRIBUTE_WORDS;
  const valueEnd = attributes[base + A_VALUE_END]!;
  out.writeOctet(BLANK);
  if ((attributes[base + A_FLAGS]! & Flag.canonical) !== 0) {
    out.copy(bytes, words, attributes[base + A_NAME]!, valueEnd + 1);
    return;
  }
  out.copy(bytes, words, attributes[base + A_NAME]!, attributes[base + A_NAME_END]!);
  out.writeText('="');
  writeCanonicalValue(bytes, attributes[base + A_VALUE]!, valueEnd, out);
  out.writeOctet(DOUBLE_QUOTE);
}

function listAttributes(first: number, count: number): void {
  while (order.length < count) order = doubled(order);
  for (let index = 0; index < count; index++) order[index] = first + index;
}

function sortListed(tape: Tape, count: number): void {
  if (count > INSERTION_MAX) {
    order.subarray(0, count).sort((left, right) => compareAttributes(tape, left, right));
    return;
  }
  for (let index = 1; index < count; index++) {
    const moved = order[index]!;
    let to = index;
    for (; to > 0 && compareAttributes(tape, order[to - 1]!, moved) > 0; to--) order[to] = order[to - 1]!;
    order[to] = moved;
  }
}
