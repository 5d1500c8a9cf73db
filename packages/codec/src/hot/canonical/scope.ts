import type { Tape } from '../../tape/tape.ts';
import {
  A,
  ATTRIBUTE_WORDS as ATTRIBUTE_SIZE,
  D,
  DECLARATION_WORDS as DECLARATION_SIZE,
  E,
  ELEMENT_WORDS as ELEMENT_SIZE,
} from '../../tape/tape.ts';
import { Namespace } from '../../tape/vocabulary.ts';
import { compareOctets, doubled } from '../octets/octet-hash.ts';
import { prefixIds } from './prefix-list.ts';

// perf: V8 folds a module's own constants into the code it makes; what is imported it loads and checks at every use.
const DECLARATION_WORDS = DECLARATION_SIZE;
const ATTRIBUTE_WORDS = ATTRIBUTE_SIZE;
const ELEMENT_WORDS = ELEMENT_SIZE;
const {
  parent: PARENT,
  declarations: DECLARATIONS,
  declarationCount: DECLARATION_COUNT,
  prefix: PREFIX,
  uri: URI,
  attributes: ATTRIBUTES,
  attributeCount: ATTRIBUTE_COUNT,
} = E;
const { prefix: A_PREFIX } = A;
const { prefix: D_PREFIX, uri: D_URI, shadowed: D_SHADOWED } = D;

const XML_PREFIX = 1;
const INSERTION_MAX = 16;

/**
 * Which namespaces go out as declared although nothing on the element uses them: those of a PrefixList (`#default` for
 * the default namespace), or every one that is in scope, which is what makes C14N inclusive.
 */
export type InclusivePrefixes = readonly string[] | 'all' | undefined;

/**
 * Which namespace declarations C14N has to print where: what each prefix is bound to in the output so far, what it is
 * bound to in the document at this point, and a log to take both back by.
 */
export class CanonicalScope {
  /** Prefix id -> URI id in force in the output; -1 for none (0 for the empty prefix: no default namespace). */
  rendered: Int32Array = new Int32Array(64);
  /** Prefix id -> URI id in scope in the document; -1 for unbound. */
  inScope: Int32Array = new Int32Array(64);
  /** Prefix ids to print on the element entered last, sorted. */
  pending: Int32Array = new Int32Array(64);
  pendingCount = 0;
  /** Prefix id -> 1 if the PrefixList has it. */
  #inclusive = new Uint8Array(64);
  #inclusiveIds: readonly number[] = [];
  #isInclusive = false;
  /** Pairs (prefix id, URI id before) and, per open element, how many of them there were before it. */
  #undo = new Int32Array(128);
  #undoCount = 0;
  #marks = new Int32Array(64);
  #depth = 0;

  /** Starts a canonical form with nothing rendered, in the scope that `parent` (-1: none) gives its children. */
  begin(tape: Tape, parent: number, inclusivePrefixes: InclusivePrefixes): void {
    const count = tape.prefixCount;
    if (count > this.rendered.length) this.#resize(count * 2);
    const { rendered, inScope } = this;
    for (let prefix = 0; prefix < count; prefix++) {
      rendered[prefix] = -1;
      inScope[prefix] = -1;
    }
    for (let element = parent; element >= 0; element = tape.elements[element * ELEMENT_WORDS + PARENT]!) {
      const first = tape.elements[element * ELEMENT_WORDS + DECLARATIONS]!;
      const end = first + tape.elements[element * ELEMENT_WORDS + DECLARATION_COUNT]!;
      for (let declaration = first; declaration < end; declaration++) {
        const prefix = tape.declarations[declaration * DECLARATION_WORDS + D_PREFIX]!;
        if (inScope[prefix] === -1) inScope[prefix] = tape.declarations[declaration * DECLARATION_WORDS + D_URI]!;
      }
    }
    rendered[0] = Namespace.none;
    if (inScope[0] === -1) inScope[0] = Namespace.none;
    inScope[XML_PREFIX] = Namespace.xml;
    // spec: xml is never printed, so it is always as good as rendered.
    rendered[XML_PREFIX] = Namespace.xml;
    this.#undoCount = 0;
    this.#depth = 0;
    for (const prefix of this.#inclusiveIds) this.#inclusive[prefix] = 0;
    this.#isInclusive = inclusivePrefixes === 'all';
    this.#inclusiveIds =
      inclusivePrefixes === undefined || inclusivePrefixes === 'all' ? [] : prefixIds(tape, inclusivePrefixes);
    for (const prefix of this.#inclusiveIds) this.#inclusive[prefix] = 1;
  }

  /** Starts inside a canonical form: what `outer` has rendered is in force. After {@link begin}, for the same tape. */
  continueFrom(outer: CanonicalScope, tape: Tape): void {
    this.rendered.set(outer.rendered.subarray(0, tape.prefixCount));
  }

  /** Goes into `element`: {@link pending} is then what its start tag has to declare. */
  enter(tape: Tape, element: number, isApex: boolean): void {
    const { rendered, inScope } = this;
    const { elements, attributes, declarations } = tape;
    if (this.#depth === this.#marks.length) this.#marks = doubled(this.#marks);
    this.#marks[this.#depth++] = this.#undoCount;
    this.pendingCount = 0;

    const base = element * ELEMENT_WORDS;
    const firstDeclaration = elements[base + DECLARATIONS]!;
    const endDeclaration = firstDeclaration + elements[base + DECLARATION_COUNT]!;
    for (let declaration = firstDeclaration; declaration < endDeclaration; declaration++) {
      const at = declaration * DECLARATION_WORDS;
      inScope[declarations[at + D_PREFIX]!] = declarations[at + D_URI]!;
    }

    if (this.#isInclusive) {
      if (isApex) this.#renderAll(tape.prefixCount);
      else this.#renderDeclared(declarations, firstDeclaration, endDeclaration);
      if (this.pendingCount > 1) this.#sortPending(tape);
      return;
    }

    const prefix = elements[base + PREFIX]!;
    if (rendered[prefix] !== elements[base + URI]) this.#render(prefix);
    const firstAttribute = elements[base + ATTRIBUTES]!;
    const endAttribute = firstAttribute + elements[base + ATTRIBUTE_COUNT]!;
    for (let attribute = firstAttribute; attribute < endAttribute; attribute++) {
      const used = attributes[attribute * ATTRIBUTE_WORDS + A_PREFIX]!;
      if (used !== 0 && rendered[used] !== inScope[used]) this.#render(used);
    }

    if (this.#inclusiveIds.length !== 0) {
      if (isApex) {
        for (const listed of this.#inclusiveIds) {
          if (inScope[listed] !== -1 && rendered[listed] !== inScope[listed]) this.#render(listed);
        }
      } else {
        for (let declaration = firstDeclaration; declaration < endDeclaration; declaration++) {
          const declared = declarations[declaration * DECLARATION_WORDS + D_PREFIX]!;
          if (this.#inclusive[declared] === 1 && rendered[declared] !== inScope[declared]) this.#render(declared);
        }
      }
    }
    if (this.pendingCount > 1) this.#sortPending(tape);
  }

  /** Comes out of `element` again. */
  leave(tape: Tape, element: number): void {
    const mark = this.#marks[--this.#depth]!;
    for (let pair = this.#undoCount - 1; pair >= mark; pair--) {
      this.rendered[this.#undo[pair * 2]!] = this.#undo[pair * 2 + 1]!;
    }
    this.#undoCount = mark;
    const base = element * ELEMENT_WORDS;
    const first = tape.elements[base + DECLARATIONS]!;
    for (let declaration = first + tape.elements[base + DECLARATION_COUNT]! - 1; declaration >= first; declaration--) {
      const at = declaration * DECLARATION_WORDS;
      this.inScope[tape.declarations[at + D_PREFIX]!] = tape.declarations[at + D_SHADOWED]!;
    }
  }

  /**
   * Whether the output has the document's binding of every prefix in `mask` (see `E.contentPrefixes`), so that content
   * which declares nothing goes out as it is.
   */
  isRendered(mask: number): boolean {
    if (this.#isInclusive) return true;
    // Prefix ids from 31 on share the sign bit: too many to tell apart.
    if (mask < 0) return false;
    for (let left = mask; left !== 0; left &= left - 1) {
      const prefix = 31 - Math.clz32(left & -left);
      if (this.rendered[prefix] !== this.inScope[prefix]) return false;
    }
    return true;
  }

  #renderAll(prefixCount: number): void {
    for (let prefix = 0; prefix < prefixCount; prefix++) {
      if (this.inScope[prefix] !== -1 && this.rendered[prefix] !== this.inScope[prefix]) this.#render(prefix);
    }
  }

  // perf: below the apex a binding changes only where a declaration stands.
  #renderDeclared(declarations: Int32Array, first: number, end: number): void {
    for (let declaration = first; declaration < end; declaration++) {
      const declared = declarations[declaration * DECLARATION_WORDS + D_PREFIX]!;
      if (this.rendered[declared] !== this.inScope[declared]) this.#render(declared);
    }
  }

  #render(prefix: number): void {
    if (this.#undoCount * 2 === this.#undo.length) this.#undo = doubled(this.#undo);
    this.#undo[this.#undoCount * 2] = prefix;
    this.#undo[this.#undoCount * 2 + 1] = this.rendered[prefix]!;
    this.#undoCount++;
    this.rendered[prefix] = this.inScope[prefix]!;
    this.pending[this.pendingCount++] = prefix;
  }

  #sortPending(tape: Tape): void {
    const { pending, pendingCount } = this;
    const { bytes, prefixStarts, prefixEnds } = tape;
    const compare = (left: number, right: number): number =>
      compareOctets(bytes, prefixStarts[left]!, prefixEnds[left]!, bytes, prefixStarts[right]!, prefixEnds[right]!);
    if (pendingCount > INSERTION_MAX) {
      pending.subarray(0, pendingCount).sort(compare);
      return;
    }
    for (let index = 1; index < pendingCount; index++) {
      const moved = pending[index]!;
      let to = index;
      for (; to > 0 && compare(pending[to - 1]!, moved) > 0; to--) pending[to] = pending[to - 1]!;
      pending[to] = moved;
    }
  }

  #resize(count: number): void {
    this.rendered = new Int32Array(count);
    this.inScope = new Int32Array(count);
    this.pending = new Int32Array(count);
    this.#inclusive = new Uint8Array(count);
    this.#inclusiveIds = [];
  }
}
