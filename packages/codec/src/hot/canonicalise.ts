/**
 * Exclusive C14N 1.0 from tape to octets (protocol §4.3, §4.5, §4.6), iterative.
 *
 * perf: output is mostly input. `run` is where the input begins that goes out as it is; it is copied only when
 * something has to be written differently, so a subtree that is canonical as written costs one copy.
 */
import type { OctetSink } from '../octet-sink.ts';
import type { Tape } from '../tape.ts';
import { E, ELEMENT_WORDS as ELEMENT_SIZE, Flag } from '../tape.ts';
import { CanonicalScope } from './canonical-scope.ts';
import { writeEndTag, writeStartTag } from './canonical-tag.ts';
import { writeCanonicalText } from './canonical-text.ts';
import { commentEnd, isComment, processingInstructionEnd, skipSpace } from './markup.ts';
import { Octet } from './octet.ts';
import { textStart } from './text-start.ts';
import { isXmlDeclaration, xmlDeclarationEnd } from './xml-declaration.ts';

// perf: V8 folds a module's own constants into the code it makes; what is imported it loads and checks at every use.
const ELEMENT_WORDS = ELEMENT_SIZE;
const {
  parent: PARENT,
  content: CONTENT,
  next: NEXT,
  start: START,
  end: END,
  contentEnd: CONTENT_END,
  flags: FLAGS,
  declarationCount: DECLARATION_COUNT,
  contentPrefixes: CONTENT_PREFIXES,
} = E;

const { emptyTag: EMPTY_TAG, contentExpandable: CONTENT_EXPANDABLE } = Flag;
const { bang: BANG, greater: GREATER, lf: LF } = Octet;

/** How to canonicalise. */
export interface CanonicalisationOptions {
  /** PrefixList of ec:InclusiveNamespaces, `#default` for the default namespace; unknown prefixes have no effect. */
  readonly inclusivePrefixes?: readonly string[] | undefined;
  /** WithComments; false by default, as for every same-document reference. */
  readonly comments?: boolean | undefined;
  /**
   * Only for the content of an element: a piece without namespace says `xmlns=""` even where nothing is in force, so
   * that it means the same wherever it is put. Plaintext that will be spliced back needs this; a digest must not.
   */
  readonly shieldDefaultNamespace?: boolean | undefined;
}

/** What text between tags must not have to go out as it is; text proper may hold a raw `>`. */
const NOT_VERBATIM =
  Flag.hasText |
  Flag.hasComment |
  Flag.hasCdata |
  Flag.hasReference |
  Flag.hasCarriageReturn |
  Flag.hasProcessingInstruction;

const scope = new CanonicalScope();

/**
 * Appends the exclusive canonical form of the subtree of `element` to `out`.
 * @param tape as scanned; nothing of it is changed
 */
export function canonicalise(tape: Tape, element: number, out: OctetSink, options: CanonicalisationOptions = {}): void {
  scope.begin(tape, tape.elements[element * ELEMENT_WORDS + PARENT]!, options.inclusivePrefixes);
  writeSubtree(tape, element, out, options.comments === true);
}

/**
 * Appends the content of `element`, each child node canonicalised on its own: octets that stand for themselves where
 * no namespace is in scope, which is what encrypting a content wants.
 */
export function canonicaliseContent(
  tape: Tape,
  element: number,
  out: OctetSink,
  options: CanonicalisationOptions = {},
): void {
  const comments = options.comments === true;
  const { bytes, elements } = tape;
  const base = element * ELEMENT_WORDS;
  scope.begin(tape, element, options.inclusivePrefixes);
  if (options.shieldDefaultNamespace === true) scope.rendered[0] = -1;
  let at = elements[base + CONTENT]!;
  const end = elements[base + NEXT]!;
  for (let child = element + 1; child < end; child = elements[child * ELEMENT_WORDS + NEXT]!) {
    writeCanonicalText(bytes, at, elements[child * ELEMENT_WORDS + START]!, out, comments);
    writeSubtree(tape, child, out, comments);
    at = elements[child * ELEMENT_WORDS + END]!;
  }
  writeCanonicalText(bytes, at, elements[base + CONTENT_END]!, out, comments);
}

/** Appends the canonical form of the whole document: comments and kept PIs around the root stand on lines of their own. */
export function canonicaliseDocument(tape: Tape, out: OctetSink, options: CanonicalisationOptions = {}): void {
  const comments = options.comments === true;
  const bytes = tape.bytes;
  const root = tape.elements[START]!;
  let at = textStart(bytes);
  if (isXmlDeclaration(bytes, at)) at = xmlDeclarationEnd(bytes, at);
  for (at = skipSpace(bytes, at); at < root; at = skipSpace(bytes, at)) {
    const end = miscEnd(bytes, at);
    if (comments || bytes[at + 1] !== BANG) {
      writeCanonicalText(bytes, at, end, out, comments);
      out.writeOctet(LF);
    }
    at = end;
  }
  canonicalise(tape, 0, out, options);
  for (at = skipSpace(bytes, tape.elements[END]!); at < bytes.length; at = skipSpace(bytes, at)) {
    const end = miscEnd(bytes, at);
    if (comments || bytes[at + 1] !== BANG) {
      out.writeOctet(LF);
      writeCanonicalText(bytes, at, end, out, comments);
    }
    at = end;
  }
}

function miscEnd(bytes: Uint8Array, at: number): number {
  return isComment(bytes, at) ? commentEnd(bytes, at, bytes.length) : processingInstructionEnd(bytes, at, bytes.length);
}

function writeSubtree(tape: Tape, apex: number, out: OctetSink, comments: boolean): void {
  const { bytes, words, elements } = tape;
  let run = elements[apex * ELEMENT_WORDS + START]!;
  let element = apex;
  for (;;) {
    // ---- into `element`
    const base = element * ELEMENT_WORDS;
    const start = elements[base + START]!;
    const content = elements[base + CONTENT]!;
    const contentEnd = elements[base + CONTENT_END]!;
    const flags = elements[base + FLAGS]!;
    scope.enter(tape, element, element === apex);
    const isEmptyTag = content === elements[base + END];
    const verbatim =
      (flags & Flag.startCanonical) !== 0 && scope.pendingCount === 0 && elements[base + DECLARATION_COUNT] === 0;
    if (!verbatim) {
      out.copy(bytes, words, run, start);
      writeStartTag(tape, element, scope, out);
      run = content;
    } else if (isEmptyTag) {
      out.copy(bytes, words, run, content - 2);
      out.writeOctet(GREATER);
      run = content;
    }
    const sliced = (flags & Flag.contentCanonical) !== 0 && scope.isRendered(elements[base + CONTENT_PREFIXES]!);
    const expanded =
      !sliced && (flags & CONTENT_EXPANDABLE) !== 0 && scope.isRendered(elements[base + CONTENT_PREFIXES]!);
    if (expanded) run = writeExpanded(tape, element, run, out);
    if (!sliced && !expanded && (flags & Flag.hasChild) !== 0) {
      const child = element + 1;
      if ((flags & NOT_VERBATIM) !== 0) {
        out.copy(bytes, words, run, content);
        run = elements[child * ELEMENT_WORDS + START]!;
        writeCanonicalText(bytes, content, run, out, comments);
      }
      element = child;
      continue;
    }
    if (!sliced && !expanded && (flags & NOT_VERBATIM) !== 0) {
      out.copy(bytes, words, run, content);
      writeCanonicalText(bytes, content, contentEnd, out, comments);
      run = contentEnd;
    }

    // ---- out of `element` and of every ancestor that ends with it
    for (;;) {
      const closed = element * ELEMENT_WORDS;
      const end = elements[closed + END]!;
      if ((elements[closed + FLAGS]! & Flag.tagCanonical) === 0) {
        out.copy(bytes, words, run, elements[closed + CONTENT_END]!);
        writeEndTag(tape, element, out);
        run = end;
      }
      scope.leave(tape, element);
      if (element === apex) {
        out.copy(bytes, words, run, end);
        return;
      }
      const parent = elements[closed + PARENT]!;
      const parentBase = parent * ELEMENT_WORDS;
      const next = elements[closed + NEXT]!;
      const isLastChild = next === elements[parentBase + NEXT];
      const textEnd = isLastChild ? elements[parentBase + CONTENT_END]! : elements[next * ELEMENT_WORDS + START]!;
      if ((elements[parentBase + FLAGS]! & NOT_VERBATIM) !== 0) {
        out.copy(bytes, words, run, end);
        writeCanonicalText(bytes, end, textEnd, out, comments);
        run = textEnd;
      }
      element = isLastChild ? parent : next;
      if (!isLastChild) break;
    }
  }
}

/**
 * Appends the content of `element`, in which nothing but empty-element tags is to be written differently; gives where the
 * input begins that is still to be copied.
 * perf: no scope to keep, so an element costs a look at its flags. ds:SignedInfo of most senders is like this.
 */
function writeExpanded(tape: Tape, element: number, from: number, out: OctetSink): number {
  const { bytes, words, elements } = tape;
  const end = elements[element * ELEMENT_WORDS + NEXT]! * ELEMENT_WORDS;
  let run = from;
  for (let base = (element + 1) * ELEMENT_WORDS; base < end; base += ELEMENT_WORDS) {
    if ((elements[base + FLAGS]! & EMPTY_TAG) === 0) continue;
    const content = elements[base + CONTENT]!;
    out.copy(bytes, words, run, content - 2);
    out.writeOctet(GREATER);
    writeEndTag(tape, base / ELEMENT_WORDS, out);
    run = content;
  }
  return run;
}
