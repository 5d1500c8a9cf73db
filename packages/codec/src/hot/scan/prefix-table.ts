import { limitFault } from '@parley/core/internal';
import type { Tape } from '../../tape/tape.ts';
import { D, DECLARATION_WORDS, E, ELEMENT_WORDS } from '../../tape/tape.ts';
import { Namespace } from '../../tape/vocabulary.ts';
import { CHAIN_MAX, doubled, EQUAL_HASHES_MAX, hashOctets, sameOctets } from '../octets/octet-hash.ts';

const FIRST_SLOTS = 64;
const XML_PREFIX = 1;

/** Prefixes of the document being scanned: octets to id, and what each is bound to at the point of the scan. */
export class PrefixTable {
  /** Prefix id -> URI id in scope, -1 for unbound. */
  bindings: Int32Array = new Int32Array(64);
  /** Prefix id -> element that declared it last, to find the same declaration twice on one element. */
  owners: Int32Array = new Int32Array(64);
  /** Prefix id -> its hash. */
  #hashes = new Int32Array(64);
  /** Prefix ids by hash; 0 is free. */
  #slots = new Int32Array(FIRST_SLOTS);
  #mask = FIRST_SLOTS - 1;

  /** Makes the table that of an empty document. */
  reset(tape: Tape): void {
    // perf: a huge document before this one must not make this one pay for a huge table.
    this.#mask = FIRST_SLOTS - 1;
    this.#slots.fill(0, 0, FIRST_SLOTS);
    tape.prefixCount = 2;
    tape.prefixStarts[0] = 0;
    tape.prefixEnds[0] = 0;
    tape.prefixStarts[XML_PREFIX] = 0;
    tape.prefixEnds[XML_PREFIX] = 0;
    this.bindings[0] = Namespace.none;
    this.bindings[XML_PREFIX] = Namespace.xml;
    this.owners[0] = -1;
    this.owners[XML_PREFIX] = -1;
  }

  /**
   * Makes the table the one that has read the prefixes of the tape and is now inside `element`.
   * @throws Fault `peer.limit-namespaces`
   */
  restore(tape: Tape, element: number): void {
    const count = tape.prefixCount;
    this.reset(tape);
    for (let id = XML_PREFIX + 1; id < count; id++) this.intern(tape, tape.prefixStarts[id]!, tape.prefixEnds[id]!);
    const { elements, declarations } = tape;
    for (let open = element; open >= 0; open = elements[open * ELEMENT_WORDS + E.parent]!) {
      const first = elements[open * ELEMENT_WORDS + E.declarations]!;
      const end = first + elements[open * ELEMENT_WORDS + E.declarationCount]!;
      for (let declaration = first; declaration < end; declaration++) {
        const prefix = declarations[declaration * DECLARATION_WORDS + D.prefix]!;
        // Declared again further inside.
        if (this.owners[prefix]! >= 0) continue;
        this.bindings[prefix] = declarations[declaration * DECLARATION_WORDS + D.uri]!;
        this.owners[prefix] = open;
      }
    }
  }

  /** The id of the non-empty prefix `tape.bytes[start, end)`, new if need be. @throws Fault `peer.limit-namespaces` */
  intern(tape: Tape, start: number, end: number): number {
    const bytes = tape.bytes;
    if (end - start === 3 && bytes[start] === 0x78 && bytes[start + 1] === 0x6d && bytes[start + 2] === 0x6c) {
      return XML_PREFIX;
    }
    const mask = this.#mask;
    const hash = hashOctets(bytes, start, end);
    let slot = hash & mask;
    let equalHashes = 0;
    for (let steps = 0; ; steps++) {
      const id = this.#slots[slot]!;
      if (id === 0) return this.#add(tape, start, end, hash, slot);
      if (this.#hashes[id] === hash) {
        if (sameOctets(bytes, start, end, bytes, tape.prefixStarts[id]!, tape.prefixEnds[id]!)) return id;
        equalHashes++;
      }
      if (steps > CHAIN_MAX || equalHashes > EQUAL_HASHES_MAX)
        throw limitFault('peer.limit-namespaces', 'collisionsMax', CHAIN_MAX, undefined, { offset: start });
      slot = (slot + 1) & mask;
    }
  }

  #add(tape: Tape, start: number, end: number, hash: number, slot: number): number {
    const id = tape.prefixCount++;
    if (id >= tape.prefixStarts.length) {
      tape.prefixStarts = doubled(tape.prefixStarts);
      tape.prefixEnds = doubled(tape.prefixEnds);
    }
    while (id >= this.bindings.length) {
      this.bindings = doubled(this.bindings);
      this.owners = doubled(this.owners);
      this.#hashes = doubled(this.#hashes);
    }
    tape.prefixStarts[id] = start;
    tape.prefixEnds[id] = end;
    this.bindings[id] = -1;
    this.owners[id] = -1;
    this.#hashes[id] = hash;
    this.#slots[slot] = id;
    if (id * 4 > this.#mask) this.#rehash(tape.prefixCount);
    return id;
  }

  #rehash(count: number): void {
    const size = (this.#mask + 1) * 4;
    if (this.#slots.length < size) this.#slots = new Int32Array(size);
    else this.#slots.fill(0, 0, size);
    this.#mask = size - 1;
    for (let id = XML_PREFIX + 1; id < count; id++) {
      let slot = this.#hashes[id]! & this.#mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = id;
    }
  }
}
