import type { Tape } from '@parley/codec';
import type { AddedAttribute, OctetSink } from '@parley/codec/internal';
import { E, ELEMENT_WORDS, splice } from '@parley/codec/internal';
import { endOf, startOf } from '../claims/claim.ts';

const GREATER = 0x3e;

/** Octets `from..to` of what was written stand for the octets `start..end` of what came in. */
interface Insertion {
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

/**
 * A message being made of one that came in (borrowed): what is written, and where it goes. All else goes out octet for
 * octet.
 */
export class OutgoingMessage {
  readonly #tape: Tape;
  readonly #written: OctetSink;
  readonly #insertions: Insertion[] = [];

  /** `written` is what the writers append to; its octets stay in use until {@link assemble}. */
  constructor(tape: Tape, written: OctetSink) {
    this.#tape = tape;
    this.#written = written;
  }

  /** Puts an attribute into the start tag of `element`. */
  addAttribute(element: number, attribute: AddedAttribute): void {
    const at = this.#tape.elements[element * ELEMENT_WORDS + E.nameEnd]!;
    const { markup } = attribute;
    this.#insert(at, at, () => this.#written.write(markup, 0, markup.length));
  }

  /** Puts what `write` writes at the end of `element`. */
  append(element: number, write: () => void): void {
    this.#fill(element, this.#tape.elements[element * ELEMENT_WORDS + E.contentEnd]!, write);
  }

  /** Puts what `write` writes in the place of everything in `element`. */
  replaceContent(element: number, write: () => void): void {
    this.#fill(element, this.#tape.elements[element * ELEMENT_WORDS + E.content]!, write);
  }

  /** Puts what `write` writes in the place of `element`. */
  replace(element: number, write: () => void): void {
    this.#insert(startOf(this.#tape, element), endOf(this.#tape, element), write);
  }

  /** Puts what `write` writes before `element`. */
  insertBefore(element: number, write: () => void): void {
    const at = startOf(this.#tape, element);
    this.#insert(at, at, write);
  }

  /** The message that goes out, in octets of its own. */
  assemble(): Uint8Array {
    const { bytes } = this.#written;
    // Stable: an attribute and what fills an empty-element tag may go to the same place, in this order.
    const inOrder = this.#insertions.sort((left, right) => left.start - right.start);
    return splice(
      this.#tape.bytes,
      inOrder.map(({ start, end, from, to }) => ({ start, end, with: bytes.subarray(from, to) })),
    );
  }

  #fill(element: number, start: number, write: () => void): void {
    const contentEnd = this.#tape.elements[element * ELEMENT_WORDS + E.contentEnd]!;
    const end = endOf(this.#tape, element);
    if (contentEnd !== end) {
      this.#insert(start, contentEnd, write);
      return;
    }
    // `<x a="b"/>` -> `<x a="b">…</x>`
    this.#insert(end - 2, end, () => {
      const written = this.#written;
      const nameEnd = this.#tape.elements[element * ELEMENT_WORDS + E.nameEnd]!;
      written.writeOctet(GREATER);
      write();
      written.writeText('</');
      written.write(this.#tape.bytes, startOf(this.#tape, element) + 1, nameEnd);
      written.writeOctet(GREATER);
    });
  }

  #insert(start: number, end: number, write: () => void): void {
    const from = this.#written.length;
    write();
    this.#insertions.push({ start, end, from, to: this.#written.length });
  }
}
