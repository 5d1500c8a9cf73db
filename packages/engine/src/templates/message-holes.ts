/**
 * Which octets of a message may be others in the next: what the readers read as a value, Ids with the references to them, and
 * what the application has in the Body and in its headers. All else is fixed: names, prefixes, algorithms, numbers, white
 * space, and whatever is new to this list.
 */
import type { Tape } from '@parley/codec';
import {
  A,
  ATTRIBUTE_WORDS,
  bytesEqual,
  E,
  ELEMENT_WORDS,
  firstChild,
  Hole,
  localName,
  Namespace,
  namespaceOf,
  nextSibling,
  parentOf,
  resolveId,
} from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { INSTANT_BYTES_MAX } from '../claims/claim.ts';
import { Addressing } from '../message/addressing-names.ts';
import type { PlannedSignature } from '../plan/signatures.ts';
import type { Policy } from '../policy/policy.ts';
import type { MessageClaims } from '../read/message.ts';
import type { HoleRules } from './body-content.ts';
import { payloadOf } from './body-content.ts';
import { type HoleList, NoTemplate } from './hole-list.ts';

/** Where the holes of a signature begin. */
export interface ProofStarts {
  readonly signatureValue: number;
  readonly digestValues: readonly number[];
}

/** Where the holes begin of what is read beside it; -1 where there is none. */
export interface ReadStarts {
  readonly created: number;
  readonly expires: number;
  readonly addressing: readonly number[];
}

/** Base64 of the longest digest or MAC. */
const PROOF_BYTES_MAX = 88;
/** Headers of which the value is read. */
export const READ_ADDRESSING: readonly number[] = [
  Addressing.Action,
  Addressing.MessageID,
  Addressing.To,
  Addressing.RelatesTo,
];
const URI = localName('URI');
const HASH = 0x23;
/** Of header blocks that are read, or may be: nothing in them is the application's. */
const READ_NAMESPACES: readonly number[] = [
  Namespace.wsa,
  Namespace.wsa04,
  Namespace.wsse,
  Namespace.wsse11,
  Namespace.xenc,
];

/** Adds the holes of a signature. @throws NoTemplate */
export function addProofHoles(holes: HoleList, { claim, references }: PlannedSignature): ProofStarts {
  return {
    signatureValue: holes.value(claim.signatureValue, PROOF_BYTES_MAX),
    digestValues: references.map(({ digestValue }) => holes.value(digestValue, PROOF_BYTES_MAX)),
  };
}

/** Adds the holes of Timestamp and addressing. @throws NoTemplate */
export function addReadHoles(holes: HoleList, { envelope, security }: MessageClaims, { limits }: Policy): ReadStarts {
  const { tape } = holes;
  const created = security.timestamp < 0 ? -1 : firstChild(tape, security.timestamp);
  const expires = created < 0 ? -1 : nextSibling(tape, created);
  const holeOf = (element: number, bytesMax: number): number => (element < 0 ? -1 : holes.value(element, bytesMax));
  return {
    created: holeOf(created, INSTANT_BYTES_MAX),
    expires: holeOf(expires, INSTANT_BYTES_MAX),
    addressing: envelope.addressing.map((element, place) =>
      READ_ADDRESSING.includes(place) ? holeOf(element, limits.identifierBytesMax) : -1,
    ),
  };
}

/**
 * Adds all Ids of the document that are not there yet, and what names them inside the elements `within`.
 * @throws NoTemplate
 */
export function addIds(holes: HoleList, within: readonly number[], { limits }: Policy): void {
  const { tape } = holes;
  const bytesMax = limits.attributeValueBytesMax;
  const fragments = within.flatMap((element) => fragmentsOf(tape, element));
  const named = new Set(fragments.map(({ id }) => id));
  for (let pair = 0; pair < tape.idCount; pair++) {
    const attribute = tape.ids[pair * 2]!;
    if (holes.has(attribute) || holes.isInside(attribute)) continue;
    holes.attribute(attribute, { kind: named.has(attribute) ? Hole.name : Hole.id, isId: true, bytesMax });
  }
  for (const { uri, id } of fragments) {
    if (holes.has(uri)) continue;
    const names = tape.attributes[id * ATTRIBUTE_WORDS + A.value]!;
    holes.attribute(uri, { kind: Hole.fragment, names, bytesMax });
  }
}

/** Attributes `URI="#..."` inside `within`, with the Ids that they name. */
function fragmentsOf(tape: Tape, within: number): readonly { readonly uri: number; readonly id: number }[] {
  const found: { uri: number; id: number }[] = [];
  for (const attribute of attributesWithin(tape, within)) {
    const base = attribute * ATTRIBUTE_WORDS;
    const [start, end] = [tape.attributes[base + A.value]!, tape.attributes[base + A.valueEnd]!];
    const isUri =
      tape.attributes[base + A.uri] === Namespace.none &&
      bytesEqual(tape.bytes, tape.attributes[base + A.local]!, tape.attributes[base + A.nameEnd]!, URI);
    if (!isUri || start === end || tape.bytes[start] !== HASH) continue;
    const element = resolveId(tape, start + 1, end);
    // What names nothing is nothing that was read, and stays as it is.
    if (element >= 0) found.push({ uri: attribute, id: idOf(tape, element, start + 1, end) });
  }
  return found;
}

/** The Id of `element` with that value. */
function idOf(tape: Tape, element: number, start: number, end: number): number {
  const value = tape.bytes.subarray(start, end);
  for (let pair = 0; pair < tape.idCount; pair++) {
    const base = tape.ids[pair * 2]! * ATTRIBUTE_WORDS;
    const isIts = tape.ids[pair * 2 + 1] === element;
    if (isIts && bytesEqual(tape.bytes, tape.attributes[base + A.value]!, tape.attributes[base + A.valueEnd]!, value))
      return tape.ids[pair * 2]!;
  }
  throw new NoTemplate();
}

function attributesWithin(tape: Tape, element: number): readonly number[] {
  const end = tape.elements[element * ELEMENT_WORDS + E.next]!;
  const attributes: number[] = [];
  for (let inner = element; inner < end; inner++) attributes.push(...attributesOf(tape, inner));
  return attributes;
}

function attributesOf(tape: Tape, element: number): readonly number[] {
  const first = tape.elements[element * ELEMENT_WORDS + E.attributes]!;
  const count = tape.elements[element * ELEMENT_WORDS + E.attributeCount]!;
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Adds the texts of the application's header blocks, and the attributes below them, which nobody reads. @throws NoTemplate */
export function addHeaderTexts(holes: HoleList, { envelope: { header } }: MessageClaims, rules: HoleRules): void {
  const { tape } = holes;
  for (let block = header < 0 ? -1 : firstChild(tape, header); block >= 0; block = nextSibling(tape, block)) {
    if (!READ_NAMESPACES.includes(namespaceOf(tape, block))) addHeaderBlock(holes, block, rules);
  }
}

/** Adds the texts of a header block, each of so many octets, and the attributes below it. @throws NoTemplate */
export function addHeaderBlock(holes: HoleList, block: number, { limits }: HoleRules, textBytesMax?: number): void {
  const { tape } = holes;
  const end = tape.elements[block * ELEMENT_WORDS + E.next]!;
  for (let element = block; element < end; element++) holes.runs(element, textBytesMax);
  // Ranges of an acknowledgement change with every message of a sequence.
  for (let element = block + 1; element < end; element++) addAttributes(holes, attributesOf(tape, element), limits);
}

/** A message, as far as it takes to find its Body. */
interface WithBody {
  readonly envelope: { readonly body: number };
}

/** Adds texts and attributes of the Body's content. @throws NoTemplate */
export function addBodyContent(holes: HoleList, { envelope: { body } }: WithBody, { limits }: HoleRules): void {
  const { tape } = holes;
  const bodyEnd = tape.elements[body * ELEMENT_WORDS + E.next]!;
  for (let element = body; element < bodyEnd; element++) holes.runs(element);
  for (let child = firstChild(tape, body); child >= 0; child = nextSibling(tape, child)) {
    addAttributes(holes, attributesWithin(tape, child), limits);
  }
}

/** Adds the attributes of the one element in the Body, and all that it holds as one hole. @throws NoTemplate */
export function addPayload(holes: HoleList, { envelope: { body } }: WithBody, policy: HoleRules): void {
  const { tape } = holes;
  const payload = payloadOf(tape);
  if (payload < 0 || parentOf(tape, payload) !== body) throw new NoTemplate();
  holes.runs(body);
  addAttributes(holes, attributesOf(tape, payload), policy.limits);
}

function addAttributes(holes: HoleList, attributes: readonly number[], limits: Limits): void {
  for (const attribute of attributes) {
    // xml:base is not only copied by C14N 1.1.
    const isXml = holes.tape.attributes[attribute * ATTRIBUTE_WORDS + A.uri] === Namespace.xml;
    if (isXml || holes.has(attribute)) continue;
    holes.attribute(attribute, { kind: Hole.attribute, bytesMax: limits.attributeValueBytesMax });
  }
}
