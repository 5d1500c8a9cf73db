import { Fault } from '@parley/core';
import { limitFault } from '@parley/core/internal';
import type { Tape } from '../../tape/tape.ts';
import { NAMESPACE_URIS } from '../../tape/vocabulary.ts';
import { CHAIN_MAX, doubled, EQUAL_HASHES_MAX, hashOctets, sameOctets } from '../octets/octet-hash.ts';

const FIRST_SLOTS = 64;
const KNOWN_SLOTS = 256;

/** The vocabulary's URIs one after another, as they start every tape's `uriBytes`. */
const KNOWN_OCTETS: Uint8Array = new TextEncoder().encode(NAMESPACE_URIS.join(''));
/** Ids of the vocabulary by {@link sampleOf}; 0 is free (the empty URI is not looked up). */
const KNOWN = new Int32Array(KNOWN_SLOTS);
{
  let start = 0;
  NAMESPACE_URIS.forEach((uri, id) => {
    if (id === 0) return;
    let slot = sampleOf(KNOWN_OCTETS, start, start + uri.length);
    while (KNOWN[slot] !== 0) slot = (slot + 1) & (KNOWN_SLOTS - 1);
    KNOWN[slot] = id;
    start += uri.length;
  });
}

/** Makes the tape's list of URIs that of the vocabulary. */
export function resetUris(tape: Tape): void {
  if (tape.uriCount === 0) {
    tape.uriBytes.set(KNOWN_OCTETS);
    let start = 0;
    NAMESPACE_URIS.forEach((uri, id) => {
      tape.uriStarts[id] = start;
      start += uri.length;
      tape.uriEnds[id] = start;
    });
  }
  tape.uriCount = NAMESPACE_URIS.length;
  tape.uriRankCount = 0;
}

/** Makes room for URIs of `needed` octets in all. */
export function reserveUriBytes(tape: Tape, needed: number): void {
  if (needed <= tape.uriBytes.length) return;
  const grown = new Uint8Array(Math.max(needed, tape.uriBytes.length * 2));
  grown.set(tape.uriBytes);
  tape.uriBytes = grown;
  tape.uriWords = new DataView(grown.buffer);
}

/** Namespace URIs of the document being scanned: octets to id. The vocabulary's ids are the same for every document. */
export class UriTable {
  #slots = new Int32Array(FIRST_SLOTS);
  /** URI id -> its hash; of the vocabulary's, nothing. */
  #hashes = new Int32Array(128);
  #mask = FIRST_SLOTS - 1;

  /** Makes the table that of an empty document, and the tape's list of URIs that of the vocabulary. */
  reset(tape: Tape): void {
    resetUris(tape);
    this.#mask = FIRST_SLOTS - 1;
    this.#slots.fill(0, 0, FIRST_SLOTS);
  }

  /** Makes the table the one that has read the URIs of the tape. @throws Fault `peer.limit-namespaces` */
  restore(tape: Tape): void {
    const count = tape.uriCount;
    this.reset(tape);
    for (let id = tape.uriCount; id < count; id++) {
      this.intern(tape, tape.uriBytes, tape.uriStarts[id]!, tape.uriEnds[id]!);
    }
  }

  /**
   * The id of the URI `source[start, end)`, new if need be.
   * @throws Fault `peer.xml-relative-namespace` for a new one without a scheme, `peer.limit-namespaces`
   */
  intern(tape: Tape, source: Uint8Array, start: number, end: number): number {
    if (start === end) return 0;
    for (let slot = sampleOf(source, start, end); KNOWN[slot] !== 0; slot = (slot + 1) & (KNOWN_SLOTS - 1)) {
      const id = KNOWN[slot]!;
      if (sameOctets(source, start, end, tape.uriBytes, tape.uriStarts[id]!, tape.uriEnds[id]!)) return id;
    }
    const mask = this.#mask;
    const hash = hashOctets(source, start, end);
    let slot = hash & mask;
    let equalHashes = 0;
    for (let steps = 0; ; steps++) {
      const id = this.#slots[slot]!;
      if (id === 0) return this.#add(tape, source, start, end, hash, slot);
      if (this.#hashes[id] === hash) {
        if (sameOctets(source, start, end, tape.uriBytes, tape.uriStarts[id]!, tape.uriEnds[id]!)) return id;
        equalHashes++;
      }
      if (steps > CHAIN_MAX || equalHashes > EQUAL_HASHES_MAX)
        throw limitFault('peer.limit-namespaces', 'collisionsMax', CHAIN_MAX);
      slot = (slot + 1) & mask;
    }
  }

  #add(tape: Tape, source: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    if (!hasScheme(source, start, end)) throw new Fault('peer.xml-relative-namespace');
    const id = tape.uriCount++;
    if (id >= tape.uriStarts.length) {
      tape.uriStarts = doubled(tape.uriStarts);
      tape.uriEnds = doubled(tape.uriEnds);
    }
    const at = tape.uriEnds[id - 1]!;
    const needed = at + end - start;
    reserveUriBytes(tape, needed);
    // perf: a call costs as much as a hundred octets.
    if (end - start > 100) tape.uriBytes.set(source.subarray(start, end), at);
    else for (let index = start; index < end; index++) tape.uriBytes[at + index - start] = source[index]!;
    tape.uriStarts[id] = at;
    tape.uriEnds[id] = needed;
    while (id >= this.#hashes.length) this.#hashes = doubled(this.#hashes);
    this.#hashes[id] = hash;
    this.#slots[slot] = id;
    if ((id - NAMESPACE_URIS.length) * 4 > this.#mask) this.#rehash(tape.uriCount);
    return id;
  }

  #rehash(count: number): void {
    const size = (this.#mask + 1) * 4;
    if (this.#slots.length < size) this.#slots = new Int32Array(size);
    else this.#slots.fill(0, 0, size);
    this.#mask = size - 1;
    for (let id = NAMESPACE_URIS.length; id < count; id++) {
      let slot = this.#hashes[id]! & this.#mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = id;
    }
  }
}

/**
 * Slot for the vocabulary's table, from the length and two octets near the end.
 * perf: that tells 24 known URIs apart, and nearly every declaration is of one of them.
 */
function sampleOf(source: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const late = length < 8 ? 0 : source[end - 7]!;
  return (length * 5 + source[end - 1]! * 3 + late) & (KNOWN_SLOTS - 1);
}

/** RFC 3986 `scheme ":"`: C14N refuses relative namespace URIs. */
function hasScheme(source: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const octet = source[at]!;
    const letter = (octet >= 0x41 && octet <= 0x5a) || (octet >= 0x61 && octet <= 0x7a);
    if (letter) continue;
    if (at === start) return false;
    if (octet === 0x3a) return true;
    const more = (octet >= 0x30 && octet <= 0x39) || octet === 0x2b || octet === 0x2d || octet === 0x2e;
    if (!more) return false;
  }
  return false;
}
