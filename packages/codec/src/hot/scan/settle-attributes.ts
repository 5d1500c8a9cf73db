/** What can be said about an element's attributes only when its whole start tag is read: names, order, doubles, ids. */
import { limitFault } from '@parley/core/internal';
import type { Tape } from '../../tape/tape.ts';
import { A, ATTRIBUTE_WORDS } from '../../tape/tape.ts';
import { Namespace } from '../../tape/vocabulary.ts';
import { malformed } from '../octets/malformed.ts';
import { CHAIN_MAX, doubled, EQUAL_HASHES_MAX, hashOctets, tableSize } from '../octets/octet-hash.ts';
import { haveSameName, isBefore } from './attribute-order.ts';

const PAIRWISE_MAX = 8;

/** Scratch of {@link refuseDoublesByHash}: attribute index + 1 by hash, 0 is free. */
let slots = new Int32Array(64);
/** Their hashes, from the first attribute of the element on. */
let hashes = new Int32Array(64);

/**
 * Resolves the namespaces of attributes [first, end) of `element`, refuses doubles and notes ids.
 * @param bindings prefix id -> URI id in scope at the element, -1 for unbound
 * @returns whether the attributes surely stand in C14N order
 * @throws Fault `peer.xml-malformed`, `peer.limit-attributes`
 */
export function settleAttributes(
  tape: Tape,
  bindings: Int32Array,
  first: number,
  end: number,
  element: number,
): boolean {
  const words = tape.attributes;
  let ordered = true;
  for (let attribute = first; attribute < end; attribute++) {
    const base = attribute * ATTRIBUTE_WORDS;
    const prefix = words[base + A.prefix]!;
    const uri = prefix === 0 ? Namespace.none : bindings[prefix]!;
    if (uri < 0) malformed(words[base + A.name]!, 'undeclared-prefix');
    words[base + A.uri] = uri;
    if (isIdLike(tape.bytes, words[base + A.local]!, words[base + A.nameEnd]!, uri)) noteId(tape, attribute, element);
    if (attribute > first && ordered) ordered = isBefore(tape, attribute - 1, attribute);
  }
  // perf: strictly ascending names have no doubles.
  if (ordered) return true;
  if (end - first <= PAIRWISE_MAX) refuseDoublesPairwise(tape, first, end);
  else refuseDoublesByHash(tape, first, end);
  return false;
}

function refuseDoublesPairwise(tape: Tape, first: number, end: number): void {
  for (let right = first + 1; right < end; right++) {
    for (let left = first; left < right; left++) {
      if (haveSameName(tape, left, right)) refuseDouble(tape, right);
    }
  }
}

function refuseDoublesByHash(tape: Tape, first: number, end: number): void {
  const words = tape.attributes;
  // perf: as much of the table as this element needs, not as much as the largest one before it did.
  const size = tableSize(end - first);
  while (slots.length < size) slots = doubled(slots);
  while (hashes.length < end - first) hashes = doubled(hashes);
  slots.fill(0, 0, size);
  const mask = size - 1;
  for (let attribute = first; attribute < end; attribute++) {
    const base = attribute * ATTRIBUTE_WORDS;
    const nameHash = hashOctets(tape.bytes, words[base + A.local]!, words[base + A.nameEnd]!);
    const hash = nameHash ^ Math.imul(words[base + A.uri]!, 0x9e3779b1);
    let slot = hash & mask;
    let equalHashes = 0;
    for (let steps = 0; slots[slot] !== 0; steps++) {
      const other = slots[slot]! - 1;
      if (hashes[other - first] === hash) {
        if (haveSameName(tape, other, attribute)) refuseDouble(tape, attribute);
        equalHashes++;
      }
      if (steps > CHAIN_MAX || equalHashes > EQUAL_HASHES_MAX)
        throw limitFault('peer.limit-attributes', 'collisionsMax', CHAIN_MAX, undefined, {
          offset: words[base + A.name]!,
        });
      slot = (slot + 1) & mask;
    }
    hashes[attribute - first] = hash;
    slots[slot] = attribute + 1;
  }
}

function refuseDouble(tape: Tape, attribute: number): never {
  malformed(tape.attributes[attribute * ATTRIBUTE_WORDS + A.name]!, 'duplicate-attribute');
}

/** `wsu:Id`, `xml:id`, and unqualified `Id`, `ID`, `id`, `AssertionID`. */
function isIdLike(bytes: Uint8Array, start: number, end: number, uri: number): boolean {
  const length = end - start;
  if (length === 2) {
    const first = bytes[start]!;
    if ((first | 0x20) !== 0x69) return false;
    const second = bytes[start + 1]!;
    if ((second | 0x20) !== 0x64) return false;
    if (uri === Namespace.wsu) return first === 0x49 && second === 0x64;
    if (uri === Namespace.xml) return first === 0x69 && second === 0x64;
    // `iD` is not a name that any schema gives to an id.
    return uri === Namespace.none && !(first === 0x69 && second === 0x44);
  }
  return length === 11 && uri === Namespace.none && bytes[start] === 0x41 && isAssertionId(bytes, start);
}

const ASSERTION_ID = Uint8Array.from('AssertionID', (letter) => letter.charCodeAt(0));

function isAssertionId(bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < ASSERTION_ID.length; index++) {
    if (bytes[start + index] !== ASSERTION_ID[index]) return false;
  }
  return true;
}

function noteId(tape: Tape, attribute: number, element: number): void {
  const at = tape.idCount * 2;
  if (at + 2 > tape.ids.length) tape.ids = doubled(tape.ids);
  tape.ids[at] = attribute;
  tape.ids[at + 1] = element;
  tape.idCount++;
}
