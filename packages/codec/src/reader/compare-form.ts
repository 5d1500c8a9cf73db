/**
 * Whether libxml2 read the document that is on a tape: what libxml2 wrote of its tree is compared, octet by octet, with
 * what it would write of ours. So nothing of its reading goes through our scanner, which could hide its own mistakes,
 * and all that a canonical form can show is in it: names with their prefixes, declarations, attributes and their order,
 * text, comments, processing instructions, and where each stands.
 */
import { Fault } from '@parley/core';
import { writeCanonicalText } from '../hot/canonical/text.ts';
import {
  cdataEnd,
  commentEnd,
  isComment,
  processingInstructionEnd,
  skipSpace,
  targetEnd,
} from '../hot/octets/markup.ts';
import { Octet } from '../hot/octets/octet.ts';
import { OctetSink } from '../hot/octets/octet-sink.ts';
import { writeAttributeValue, writePlainText } from '../hot/octets/plain-text.ts';
import { textStart } from '../hot/octets/text-start.ts';
import { isXmlDeclaration, xmlDeclarationEnd } from '../hot/octets/xml-declaration.ts';
import type { Tape } from '../tape/tape.ts';
import { A, ATTRIBUTE_WORDS, D, DECLARATION_WORDS, E, ELEMENT_WORDS } from '../tape/tape.ts';
import { writeFormName, writeFormText, writeFormValue } from './write-form.ts';

const { bang: BANG, lf: LF, less: LESS, question: QUESTION, slash: SLASH } = Octet;
const XML_PREFIX = 1;

/** What two readings differ in. */
type Difference = 'start-tag' | 'declaration' | 'attribute' | 'text' | 'comment' | 'instruction' | 'end-tag' | 'end';

/**
 * Compares the document on `tape` with `form`, which libxml2 made of it.
 * @throws Fault `peer.readers-differ` with the offset in `tape.bytes`, and what is there: `start-tag`, `declaration`,
 * `attribute`, `text`, `comment`, `instruction`, `end-tag`, `end`
 */
export function compareForm(tape: Tape, form: Uint8Array): void {
  new FormReader(tape, form).compareDocument();
}

class FormReader {
  readonly #tape: Tape;
  readonly #bytes: Uint8Array;
  readonly #form: Uint8Array;
  /** How far `form` agrees. */
  #agreed = 0;
  /** Whether libxml2 found the innermost open element empty, and wrote one tag for it. */
  #isOneTag = false;
  readonly #plain = new OctetSink(256);
  readonly #expected = new OctetSink(256);

  constructor(tape: Tape, form: Uint8Array) {
    this.#tape = tape;
    this.#bytes = tape.bytes;
    this.#form = form;
  }

  compareDocument(): void {
    const { elements, elementCount } = this.#tape;
    const bytes = this.#bytes;
    if (elementCount === 0) differ('end', 0);
    const start = textStart(bytes);
    this.#compareOutside(isXmlDeclaration(bytes, start) ? xmlDeclarationEnd(bytes, start) : start, elements[E.start]!);
    let open = -1;
    let at = 0;
    for (let element = 0; element < elementCount; element++) {
      const base = element * ELEMENT_WORDS;
      for (; open !== elements[base + E.parent]; open = this.#parentOf(open)) at = this.#compareEnd(open, at);
      if (open >= 0) this.#compareContent(at, elements[base + E.start]!);
      this.#compareStart(element);
      open = element;
      at = elements[base + E.content]!;
    }
    for (; open >= 0; open = this.#parentOf(open)) at = this.#compareEnd(open, at);
    this.#compareLine(at);
    this.#compareOutside(at, bytes.length);
    if (this.#agreed !== this.#form.length) differ('end', bytes.length);
  }

  #parentOf(element: number): number {
    return this.#tape.elements[element * ELEMENT_WORDS + E.parent]!;
  }

  /** Comments and processing instructions before or after the root. */
  #compareOutside(start: number, end: number): void {
    for (let at = this.#bytes.indexOf(LESS, start); at >= 0 && at < end; at = this.#bytes.indexOf(LESS, at)) {
      at = this.#compareMisc(at, end);
      this.#compareLine(at);
    }
  }

  /** What stands outside the root, and the root, libxml2 puts on lines of their own. */
  #compareLine(at: number): void {
    this.#expected.writeOctet(LF);
    this.#agree('end', at);
  }

  #compareStart(element: number): void {
    const { elements, attributes } = this.#tape;
    const base = element * ELEMENT_WORDS;
    const start = elements[base + E.start]!;
    this.#expected.write(this.#bytes, start, elements[base + E.nameEnd]!);
    this.#agree('start-tag', start);
    this.#compareDeclarations(element);
    const first = elements[base + E.attributes]!;
    const end = first + elements[base + E.attributeCount]!;
    for (let attribute = first; attribute < end; attribute++) {
      const words = attribute * ATTRIBUTE_WORDS;
      this.#plain.reset();
      writeAttributeValue(this.#bytes, attributes[words + A.value]!, attributes[words + A.valueEnd]!, this.#plain);
      this.#expected.writeText(' ');
      this.#expected.write(this.#bytes, attributes[words + A.name]!, attributes[words + A.nameEnd]!);
      this.#expected.writeText('="');
      writeFormValue(this.#plain, this.#expected);
      this.#expected.writeText('"');
      this.#agree('attribute', attributes[words + A.name]!);
    }
    const isOneTag = this.#form[this.#agreed] === SLASH;
    this.#expected.writeText(isOneTag ? '/>' : '>');
    this.#agree('start-tag', start);
    this.#isOneTag = isOneTag;
  }

  #compareDeclarations(element: number): void {
    const { elements, declarations, prefixStarts, prefixEnds, uriBytes, uriStarts, uriEnds } = this.#tape;
    const base = element * ELEMENT_WORDS;
    const first = elements[base + E.declarations]!;
    const end = first + elements[base + E.declarationCount]!;
    for (let declaration = first; declaration < end; declaration++) {
      const words = declaration * DECLARATION_WORDS;
      const prefix = declarations[words + D.prefix]!;
      const uri = declarations[words + D.uri]!;
      // libxml2 does not keep a declaration of xml, which can say but one thing.
      if (prefix === XML_PREFIX) continue;
      this.#expected.writeText(prefix === 0 ? ' xmlns' : ' xmlns:');
      this.#expected.write(this.#bytes, prefixStarts[prefix]!, prefixEnds[prefix]!);
      this.#expected.writeText('=');
      writeFormName(uriBytes.subarray(uriStarts[uri]!, uriEnds[uri]!), this.#expected);
      this.#agree('declaration', elements[base + E.start]!);
    }
  }

  /** The rest of what is in `element`, from `start` on, and its end tag; gives where that ends. */
  #compareEnd(element: number, start: number): number {
    const { elements } = this.#tape;
    const base = element * ELEMENT_WORDS;
    const contentEnd = elements[base + E.contentEnd]!;
    this.#compareContent(start, contentEnd);
    if (!this.#isOneTag) {
      this.#expected.writeText('</');
      this.#expected.write(this.#bytes, elements[base + E.start]! + 1, elements[base + E.nameEnd]!);
      this.#expected.writeText('>');
      this.#agree('end-tag', contentEnd);
    }
    this.#isOneTag = false;
    return elements[base + E.end]!;
  }

  /** What lies in [start, end) between two tags. */
  #compareContent(start: number, end: number): void {
    let text = start;
    for (let at = start; at < end; ) {
      if (this.#bytes[at] !== LESS) {
        at++;
      } else if (this.#bytes[at + 1] === BANG && !isComment(this.#bytes, at)) {
        at = cdataEnd(this.#bytes, at, this.#bytes.length);
      } else {
        this.#compareText(text, at);
        at = this.#compareMisc(at, end);
        text = at;
      }
    }
    this.#compareText(text, end);
  }

  /** Text and CDATA sections: one text to libxml2, as to us. */
  #compareText(start: number, end: number): void {
    this.#plain.reset();
    writePlainText(this.#bytes, start, end, this.#plain);
    writeFormText(this.#plain, this.#expected);
    this.#agree('text', start);
  }

  /** The comment or processing instruction at `start`, which C14N prints nearly as libxml2 does; gives where it ends. */
  #compareMisc(start: number, last: number): number {
    const bytes = this.#bytes;
    const expected = this.#expected;
    if (bytes[start + 1] !== QUESTION) {
      const end = commentEnd(bytes, start, last);
      writeCanonicalText(bytes, start, end, expected, true);
      this.#agree('comment', start);
      return end;
    }
    const end = processingInstructionEnd(bytes, start, last);
    const target = targetEnd(bytes, start + 2);
    writeCanonicalText(bytes, start, end, expected, true);
    // libxml2 keeps a blank before no data.
    if (target < end - 2 && skipSpace(bytes, target) === end - 2) {
      expected.length -= 2;
      expected.writeText(' ?>');
    }
    this.#agree('instruction', start);
    return end;
  }

  /** Compares what is expected with what comes next in the form. */
  #agree(what: Difference, offset: number): void {
    const { bytes, length } = this.#expected;
    this.#expected.reset();
    if (length > 0 && this.#isOneTag) differ(what, offset);
    for (let index = 0; index < length; index++) {
      if (bytes[index] !== this.#form[this.#agreed + index]) differ(what, offset);
    }
    this.#agreed += length;
  }
}

function differ(what: Difference, offset: number): never {
  throw new Fault('peer.readers-differ', { what, offset });
}
