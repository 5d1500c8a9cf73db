/** Collects the holes of a message. */
import type { Tape } from '@parley/codec';
import type { ContentRules, HoleKind, TemplateHole } from '@parley/codec/internal';
import {
  A,
  ATTRIBUTE_WORDS,
  E,
  ELEMENT_WORDS,
  Flag,
  firstChild,
  Hole,
  isLiteral,
  nextSibling,
} from '@parley/codec/internal';

/** What stands in a Body, and what no template is made of: octets that a run of text does not show. */
const NOT_RUNS = Flag.hasCdata | Flag.hasComment | Flag.hasProcessingInstruction;

/** Where values of a document stand that may be others in the next. */
export class HoleList {
  readonly tape: Tape;
  /** By where they begin. */
  readonly #holes = new Map<number, TemplateHole>();

  /** Of the {@link Hole.content}, after which is no more; -1 for none. */
  #contentStart = -1;

  constructor(tape: Tape) {
    this.tape = tape;
  }

  /**
   * Those of `others`, in a document that is the same but for some parts: `moved` says where an offset of that one is in this one,
   * and of what is in such a part that it is nowhere. What is named there is named no more.
   */
  takeOver(others: HoleList, moved: Moved): void {
    for (const { names, ...hole } of others.inOrder()) {
      const start = moved(hole.start);
      const end = moved(hole.end);
      if (start === undefined || end === undefined) continue;
      const named = names === undefined ? undefined : moved(names);
      this.#holes.set(start, { ...hole, start, end, ...(named === undefined ? {} : { names: named }) });
    }
  }

  /** In document order. */
  inOrder(): readonly TemplateHole[] {
    return [...this.#holes.values()].sort((left, right) => left.start - right.start);
  }

  /**
   * Makes the text of `element` a hole for a value of one word; where it begins.
   * @throws NoTemplate for a text that is not literally the value
   */
  value(element: number, bytesMax: number): number {
    if (!isLiteral(this.tape, element)) throw new NoTemplate();
    const base = element * ELEMENT_WORDS;
    return this.#add(this.#element(base + E.content), this.#element(base + E.contentEnd), {
      kind: Hole.value,
      bytesMax,
    });
  }

  /** Makes a hole of what a text of one word has behind its first `skippedBytes`. */
  restOfWord(element: number, skippedBytes: number): void {
    const base = element * ELEMENT_WORDS;
    this.#add(this.#element(base + E.content) + skippedBytes, this.#element(base + E.contentEnd), {
      kind: Hole.value,
      bytesMax: Number.MAX_SAFE_INTEGER,
    });
  }

  /** Makes the value of `attribute` a hole; where it begins. @throws NoTemplate for an Id, or what names one, with references */
  attribute(
    attribute: number,
    hole: { readonly kind: HoleKind; readonly bytesMax: number; readonly isId?: boolean; readonly names?: number },
  ): number {
    const base = attribute * ATTRIBUTE_WORDS;
    const isLiteralValue = (this.tape.attributes[base + A.flags]! & Flag.literal) !== 0;
    if (hole.kind !== Hole.attribute && !isLiteralValue) throw new NoTemplate();
    return this.#add(this.tape.attributes[base + A.value]!, this.tape.attributes[base + A.valueEnd]!, hole);
  }

  /** Makes a hole of all that `element` holds. @throws NoTemplate */
  content(element: number, content: ContentRules): void {
    const base = element * ELEMENT_WORDS;
    this.#contentStart = this.#element(base + E.content);
    this.#add(this.#contentStart, this.#element(base + E.contentEnd), {
      kind: Hole.content,
      bytesMax: Number.MAX_SAFE_INTEGER,
      content,
    });
  }

  /** Whether `attribute` stands in what is one hole. */
  isInside(attribute: number): boolean {
    const start = this.tape.attributes[attribute * ATTRIBUTE_WORDS + A.value]!;
    return this.#contentStart >= 0 && start >= this.#contentStart;
  }

  has(attribute: number): boolean {
    return this.#holes.has(this.tape.attributes[attribute * ATTRIBUTE_WORDS + A.value]!);
  }

  /**
   * Makes holes of the texts directly inside `element`, apart from white space between elements: of `bytesMax` octets each.
   * @throws NoTemplate for CDATA sections, comments and processing instructions
   */
  runs(element: number, bytesMax: number = Number.MAX_SAFE_INTEGER): void {
    const { tape } = this;
    const base = element * ELEMENT_WORDS;
    const flags = this.#element(base + E.flags);
    if ((flags & NOT_RUNS) !== 0) throw new NoTemplate();
    if ((flags & Flag.emptyTag) !== 0) return;
    let at = this.#element(base + E.content);
    const isLeaf = (flags & Flag.hasChild) === 0;
    for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child)) {
      this.#run(at, this.#element(child * ELEMENT_WORDS + E.start), false, bytesMax);
      at = this.#element(child * ELEMENT_WORDS + E.end);
    }
    this.#run(at, this.#element(base + E.contentEnd), isLeaf, bytesMax);
  }

  #run(start: number, end: number, evenBlank: boolean, bytesMax: number): void {
    if (evenBlank || !this.#isBlank(start, end)) this.#add(start, end, { kind: Hole.text, bytesMax });
  }

  #isBlank(start: number, end: number): boolean {
    for (let at = start; at < end; at++) if (this.tape.bytes[at]! > BLANK) return false;
    return true;
  }

  #add(
    start: number,
    end: number,
    hole: Omit<TemplateHole, 'start' | 'end' | 'isId'> & { readonly isId?: boolean },
  ): number {
    const known = this.#holes.get(start);
    // Two keys of one context have one token.
    if (known !== undefined && (known.kind !== Hole.value || hole.kind !== Hole.value)) throw new NoTemplate();
    this.#holes.set(start, { isId: false, ...hole, start, end });
    return start;
  }

  #element(word: number): number {
    return this.tape.elements[word]!;
  }
}

/** Where an offset of one document is in another; `undefined` for nowhere. */
export type Moved = (offset: number) => number | undefined;

const BLANK = 0x20;

/** Says that a message is none that a template is made of. It is no fault of anybody. */
export class NoTemplate extends Error {}
