import { limitFault } from '@parley/core/internal';
import { CHAIN_MAX, doubled, EQUAL_HASHES_MAX, hashOctets, sameOctets, tableSize } from '../hot/octets/octet-hash.ts';
import { OctetSink } from '../hot/octets/octet-sink.ts';

/**
 * The ids of one document by their values, each read once: a reference costs what its own octets do, however many ids there
 * are (T28). A tape has one and uses it for document after document.
 */
export class IdIndex {
  /** Whether it is that of the tape's document. */
  isMade = false;
  /** Values that are not literal in the document, resolved. */
  readonly resolved: OctetSink = new OctetSink(64);
  /** Entry -> where its value is: offsets into the document, or into {@link resolved} as ~offset. */
  #starts = new Int32Array(32);
  #ends = new Int32Array(32);
  #hashes = new Int32Array(32);
  /** Entry + 1 by hash; 0 is free. */
  #slots = new Int32Array(128);
  #mask = 0;

  /** Makes it the index of a document with `count` ids, none of them entered. */
  begin(count: number): void {
    const size = tableSize(count);
    while (this.#starts.length < count) {
      this.#starts = doubled(this.#starts);
      this.#ends = doubled(this.#ends);
      this.#hashes = doubled(this.#hashes);
    }
    while (this.#slots.length < size) this.#slots = doubled(this.#slots);
    this.#slots.fill(0, 0, size);
    this.#mask = size - 1;
    this.resolved.reset();
    this.isMade = true;
  }

  /**
   * Enters the value `[start, end)` as that of `entry`, unless another entry has it: that one is the answer, else -1.
   * @param start offset into `bytes`, or ~offset into {@link resolved}, and `end` likewise
   * @throws Fault `peer.limit-nodes` at `offset` for values made to collide
   */
  enter(bytes: Uint8Array, start: number, end: number, entry: number, offset: number): number {
    const value = start < 0 ? this.resolved.bytes : bytes;
    const from = start < 0 ? ~start : start;
    const to = start < 0 ? ~end : end;
    const hash = hashOctets(value, from, to);
    let slot = hash & this.#mask;
    let equalHashes = 0;
    for (let steps = 0; this.#slots[slot] !== 0; steps++) {
      const other = this.#slots[slot]! - 1;
      if (this.#hashes[other] === hash) {
        if (this.#isValue(bytes, other, value, from, to)) return other;
        equalHashes++;
      }
      if (steps > CHAIN_MAX || equalHashes > EQUAL_HASHES_MAX)
        throw limitFault('peer.limit-nodes', 'collisionsMax', CHAIN_MAX, undefined, { offset });
      slot = (slot + 1) & this.#mask;
    }
    this.#slots[slot] = entry + 1;
    this.#starts[entry] = start;
    this.#ends[entry] = end;
    this.#hashes[entry] = hash;
    return -1;
  }

  /** The entry whose value is `bytes[start, end)`, which need not be octets of the document, or -1. */
  find(document: Uint8Array, bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOctets(bytes, start, end);
    for (let slot = hash & this.#mask; this.#slots[slot] !== 0; slot = (slot + 1) & this.#mask) {
      const entry = this.#slots[slot]! - 1;
      if (this.#hashes[entry] === hash && this.#isValue(document, entry, bytes, start, end)) return entry;
    }
    return -1;
  }

  #isValue(document: Uint8Array, entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[entry]!;
    const to = this.#ends[entry]!;
    return from < 0
      ? sameOctets(bytes, start, end, this.resolved.bytes, ~from, ~to)
      : sameOctets(bytes, start, end, document, from, to);
  }
}
