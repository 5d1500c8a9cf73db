/** Ids: how references inside a message find their elements, and why two elements never share one. */
import { Fault } from '@parley/core';
import { CHAIN_MAX, doubled, hashOctets, sameOctets, tableSize } from '../hot/octets/octet-hash.ts';
import { OctetSink } from '../hot/octets/octet-sink.ts';
import { writeAttributeValue } from '../hot/octets/plain-text.ts';
import { bytesEqual, localName } from './navigate.ts';
import type { Tape } from './tape.ts';
import { A, ATTRIBUTE_WORDS, E, ELEMENT_WORDS, Flag } from './tape.ts';
import { Namespace } from './vocabulary.ts';

const ID = localName('Id');
const SAML11_ID = localName('AssertionID');
const SAML20_ID = localName('ID');

/** Values that are not literal in the message, resolved. */
const resolved = new OctetSink(1024);
/** Pair index -> where its value is: offsets into the message, or into {@link resolved} as ~offset. */
let starts = new Int32Array(64);
let ends = new Int32Array(64);
/** Pair index + 1 by hash; 0 is free. */
let slots = new Int32Array(256);

/**
 * The element whose `wsu:Id`, or unqualified `Id` if it is a ds: or xenc: element, or whose id as a SAML assertion, is
 * `tape.bytes[start, end)`; -1 for none.
 * With {@link checkIds} passed, there is at most one.
 */
export function resolveId(tape: Tape, start: number, end: number): number {
  const { attributes, bytes, ids, idCount } = tape;
  for (let pair = 0; pair < idCount; pair++) {
    const base = ids[pair * 2]! * ATTRIBUTE_WORDS;
    // perf: Ids of one message mostly differ in their last octet, if not in their length.
    const isLiteral = (attributes[base + A.flags]! & Flag.literal) !== 0;
    if (isLiteral && bytes[attributes[base + A.valueEnd]! - 1] !== bytes[end - 1]) continue;
    if (hasValue(tape, base, start, end) && isReferable(tape, pair)) return ids[pair * 2 + 1]!;
  }
  return -1;
}

/** Whether a reference of WS-Security can mean the id: wsu:Id, Id of an element of XML Signature or Encryption, or SAML's. */
function isReferable(tape: Tape, pair: number): boolean {
  const base = tape.ids[pair * 2]! * ATTRIBUTE_WORDS;
  const uri = tape.attributes[base + A.uri]!;
  if (uri === Namespace.wsu) return true;
  if (uri !== Namespace.none) return false;
  const elementUri = tape.elements[tape.ids[pair * 2 + 1]! * ELEMENT_WORDS + E.uri]!;
  const isSecurityElement =
    elementUri === Namespace.ds ||
    elementUri === Namespace.dsig11 ||
    elementUri === Namespace.xenc ||
    elementUri === Namespace.xenc11;
  if (isSecurityElement) return isCalled(tape, base, ID);
  if (elementUri === Namespace.saml20) return isCalled(tape, base, SAML20_ID);
  return elementUri === Namespace.saml11 && isCalled(tape, base, SAML11_ID);
}

/**
 * Refuses a message in which a reference could mean two elements. Linear in the number of ids. With `foreign: 'ignored'`,
 * ids that no reference of WS-Security can mean (`id`, `ID`, `xml:id` … of the application's own elements) may be equal.
 * @throws Fault `peer.id-duplicate` for a value twice, over all id-like attributes; `peer.structure-invalid` for an
 * element with several id-like attributes of differing value; `peer.limit-nodes` for values made to collide
 */
export function checkIds(tape: Tape, foreign: 'unique' | 'ignored' = 'unique'): void {
  const count = tape.idCount;
  if (count < 2) return;
  const mask = tableSize(count) - 1;
  prepare(count, mask + 1);
  for (let pair = 0; pair < count; pair++) {
    if (foreign === 'ignored' && !isReferable(tape, pair)) continue;
    locate(tape, pair);
    const offset = tape.attributes[tape.ids[pair * 2]! * ATTRIBUTE_WORDS + A.name]!;
    const sameElement = pair > 0 && tape.ids[pair * 2 + 1] === tape.ids[pair * 2 - 1];
    if (foreign === 'unique' && sameElement && !sameValue(tape, pair, pair - 1)) {
      throw new Fault('peer.structure-invalid', { offset, reason: 'several-ids' });
    }
    let slot = hashOf(tape, pair) & mask;
    for (let steps = 0; slots[slot] !== 0; steps++) {
      if (sameValue(tape, pair, slots[slot]! - 1)) throw new Fault('peer.id-duplicate', { offset });
      if (steps > CHAIN_MAX) throw new Fault('peer.limit-nodes', { offset });
      slot = (slot + 1) & mask;
    }
    slots[slot] = pair + 1;
  }
}

function prepare(count: number, size: number): void {
  while (starts.length < count) {
    starts = doubled(starts);
    ends = doubled(ends);
  }
  while (slots.length < size) slots = doubled(slots);
  slots.fill(0, 0, size);
  resolved.reset();
}

function locate(tape: Tape, pair: number): void {
  const base = tape.ids[pair * 2]! * ATTRIBUTE_WORDS;
  const value = tape.attributes[base + A.value]!;
  const valueEnd = tape.attributes[base + A.valueEnd]!;
  if ((tape.attributes[base + A.flags]! & Flag.literal) !== 0) {
    starts[pair] = value;
    ends[pair] = valueEnd;
    return;
  }
  starts[pair] = ~resolved.length;
  writeAttributeValue(tape.bytes, value, valueEnd, resolved);
  ends[pair] = ~resolved.length;
}

function hashOf(tape: Tape, pair: number): number {
  const start = starts[pair]!;
  const end = ends[pair]!;
  return start < 0 ? hashOctets(resolved.bytes, ~start, ~end) : hashOctets(tape.bytes, start, end);
}

function sameValue(tape: Tape, left: number, right: number): boolean {
  const leftStart = starts[left]!;
  const leftEnd = ends[left]!;
  const rightStart = starts[right]!;
  const rightEnd = ends[right]!;
  return sameOctets(
    leftStart < 0 ? resolved.bytes : tape.bytes,
    leftStart < 0 ? ~leftStart : leftStart,
    leftStart < 0 ? ~leftEnd : leftEnd,
    rightStart < 0 ? resolved.bytes : tape.bytes,
    rightStart < 0 ? ~rightStart : rightStart,
    rightStart < 0 ? ~rightEnd : rightEnd,
  );
}

/** Whether the local name of an attribute is exactly `name`. */
function isCalled(tape: Tape, base: number, name: Uint8Array): boolean {
  return bytesEqual(tape.bytes, tape.attributes[base + A.local]!, tape.attributes[base + A.nameEnd]!, name);
}

function hasValue(tape: Tape, base: number, start: number, end: number): boolean {
  const value = tape.attributes[base + A.value]!;
  const valueEnd = tape.attributes[base + A.valueEnd]!;
  if ((tape.attributes[base + A.flags]! & Flag.literal) !== 0) {
    return sameOctets(tape.bytes, value, valueEnd, tape.bytes, start, end);
  }
  resolved.reset();
  writeAttributeValue(tape.bytes, value, valueEnd, resolved);
  return sameOctets(resolved.bytes, 0, resolved.length, tape.bytes, start, end);
}
