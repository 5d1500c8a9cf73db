/**
 * C14N from tape to octets (protocol §4.3 to §4.6): inclusive 1.0 and 1.1, exclusive 1.0; iterative.
 *
 * perf: output is mostly input. `run` is where the input begins that goes out as it is; it is copied only when
 * something has to be written differently, so a subtree that is canonical as written costs one copy.
 */
import { invariant } from '@parley/core/internal';
import type { CanonicalisationOptions, ContentOptions } from '../../canonical/options.ts';
import type { Tape } from '../../tape/tape.ts';
import { E, ELEMENT_WORDS as ELEMENT_SIZE, Flag } from '../../tape/tape.ts';
import { commentEnd, isComment, processingInstructionEnd, skipSpace } from '../octets/markup.ts';
import { Octet } from '../octets/octet.ts';
import type { OctetSink } from '../octets/octet-sink.ts';
import { textStart } from '../octets/text-start.ts';
import { isXmlDeclaration, xmlDeclarationEnd } from '../octets/xml-declaration.ts';
import type { Inherited } from './inherited-attributes.ts';
import { inheritedBy } from './inherited-attributes.ts';
import type { InclusivePrefixes } from './scope.ts';
import { CanonicalScope } from './scope.ts';
import { writeEndTag, writeInheritingStartTag, writeStartTag } from './tag.ts';
import { writeCanonicalText } from './text.ts';

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

const { emptyTag: EMPTY_TAG, hasChild: HAS_CHILD, startCanonical: START_CANONICAL, tagCanonical: TAG_CANONICAL } = Flag;
const CONTENT_CANONICAL = Flag.contentCanonical;
const CONTENT_EITHER = Flag.contentCanonical | Flag.contentExpandable;
const { bang: BANG, greater: GREATER, lf: LF } = Octet;

/** What text between tags must not have to go out as it is; text proper may hold a raw `>`. */
const NOT_VERBATIM =
  Flag.hasText |
  Flag.hasComment |
  Flag.hasCdata |
  Flag.hasReference |
  Flag.hasCarriageReturn |
  Flag.hasProcessingInstruction;

/** What makes a walk differ from that of a plain subtree. */
interface Exception {
  /** An element that does not appear, -1 for none. */
  readonly cut: number;
  /** Writes what appears in its place. */
  readonly insert: (() => void) | undefined;
  /** What the apex takes over from its ancestors. */
  readonly inherited: Inherited | undefined;
}

const PLAIN: Exception = { cut: -1, insert: undefined, inherited: undefined };

const scope = new CanonicalScope();
const insertScope = new CanonicalScope();

/**
 * Appends the canonical form of the subtree of `element` to `out`.
 * @param tape as scanned; nothing of it is changed
 * @throws Fault `internal.invariant` when nothing would be left: no octets are no canonical form (T25);
 * `peer.limit-cost` when it is more than the sink is to take; `peer.limit-value` C14N 1.1, xml:base beyond all measure
 */
export function canonicalise(tape: Tape, element: number, out: OctetSink, options: CanonicalisationOptions = {}): void {
  const { method = 'exclusive', comments = false, without = -1, replacement } = options;
  const prefixes = method === 'exclusive' ? options.inclusivePrefixes : 'all';
  invariant(without !== element, 'an element is not left out of its own canonical form');
  if (replacement?.element === element) {
    writeToken(tape, replacement.by, out, options);
    return;
  }
  scope.begin(tape, tape.elements[element * ELEMENT_WORDS + PARENT]!, prefixes);
  if (options.shieldDefaultNamespace === true) scope.rendered[0] = -1;
  const inherited = method === 'exclusive' ? undefined : inheritedBy(tape, element, method === 'inclusive-1.1');
  if (without < 0 && replacement === undefined && inherited === undefined) {
    writeSubtree(tape, element, out, scope, comments, PLAIN);
    return;
  }
  const insert = replacement && ((): void => writeInserted(tape, replacement.by, out, prefixes, comments));
  writeSubtree(tape, element, out, scope, comments, { cut: replacement?.element ?? without, insert, inherited });
}

/** A token in the place of the apex shows what the default namespace is, even that there is none. */
function writeToken(tape: Tape, token: number, out: OctetSink, options: CanonicalisationOptions): void {
  const { method = 'exclusive', inclusivePrefixes = [], comments } = options;
  const shown =
    method === 'exclusive'
      ? { inclusivePrefixes: [...inclusivePrefixes, '#default'], shieldDefaultNamespace: true }
      : undefined;
  canonicalise(tape, token, out, { method, comments, ...shown });
}

/** A token inside: in the scope of its own place, after what is rendered at the place where it goes. */
function writeInserted(
  tape: Tape,
  token: number,
  out: OctetSink,
  prefixes: InclusivePrefixes,
  comments: boolean,
): void {
  insertScope.begin(tape, tape.elements[token * ELEMENT_WORDS + PARENT]!, prefixes);
  insertScope.continueFrom(scope, tape);
  writeSubtree(tape, token, out, insertScope, comments, PLAIN);
}

/**
 * Appends the content of `element`, each child node canonicalised exclusively and on its own: octets that stand for themselves where
 * no namespace is in scope, which is what encrypting a content wants.
 */
export function canonicaliseContent(tape: Tape, element: number, out: OctetSink, options: ContentOptions = {}): void {
  const comments = options.comments === true;
  const { bytes, elements } = tape;
  const base = element * ELEMENT_WORDS;
  scope.begin(tape, element, undefined);
  if (options.shieldDefaultNamespace === true) scope.rendered[0] = -1;
  let at = elements[base + CONTENT]!;
  const end = elements[base + NEXT]!;
  for (let child = element + 1; child < end; child = elements[child * ELEMENT_WORDS + NEXT]!) {
    writeCanonicalText(bytes, at, elements[child * ELEMENT_WORDS + START]!, out, comments);
    writeSubtree(tape, child, out, scope, comments, PLAIN);
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

function writeSubtree(
  tape: Tape,
  apex: number,
  out: OctetSink,
  namespaces: CanonicalScope,
  comments: boolean,
  exception: Exception,
): void {
  const { bytes, words, elements } = tape;
  const { cut, inherited } = exception;
  let run = elements[apex * ELEMENT_WORDS + START]!;
  let element = apex;
  for (;;) {
    if (element === cut) {
      out.copy(bytes, words, run, elements[cut * ELEMENT_WORDS + START]!);
      run = elements[cut * ELEMENT_WORDS + END]!;
      exception.insert?.();
    } else {
      // ---- into `element`
      const base = element * ELEMENT_WORDS;
      const start = elements[base + START]!;
      const content = elements[base + CONTENT]!;
      const contentEnd = elements[base + CONTENT_END]!;
      const flags = elements[base + FLAGS]!;
      namespaces.enter(tape, element, element === apex);
      const isEmptyTag = content === elements[base + END];
      const verbatim =
        (flags & START_CANONICAL) !== 0 && namespaces.pendingCount === 0 && elements[base + DECLARATION_COUNT] === 0;
      if (inherited !== undefined && element === apex) {
        writeInheritingStartTag(tape, element, inherited, namespaces, out);
        run = content;
      } else if (!verbatim) {
        out.copy(bytes, words, run, start);
        writeStartTag(tape, element, namespaces, out);
        run = content;
      } else if (isEmptyTag) {
        out.copy(bytes, words, run, content - 2);
        out.writeOctet(GREATER);
        run = content;
      }
      const asWritten =
        (flags & CONTENT_EITHER) !== 0 &&
        !(cut > element && cut < elements[base + NEXT]!) &&
        namespaces.isRendered(elements[base + CONTENT_PREFIXES]!);
      if (asWritten) {
        if ((flags & CONTENT_CANONICAL) === 0) run = writeExpanded(tape, element, run, out);
      } else if ((flags & HAS_CHILD) !== 0) {
        const child = element + 1;
        if ((flags & NOT_VERBATIM) !== 0) {
          out.copy(bytes, words, run, content);
          run = elements[child * ELEMENT_WORDS + START]!;
          writeCanonicalText(bytes, content, run, out, comments);
        }
        element = child;
        continue;
      } else if ((flags & NOT_VERBATIM) !== 0) {
        out.copy(bytes, words, run, content);
        writeCanonicalText(bytes, content, contentEnd, out, comments);
        run = contentEnd;
      }
    }

    // ---- out of `element` and of every ancestor that ends with it
    for (;;) {
      const closed = element * ELEMENT_WORDS;
      const end = elements[closed + END]!;
      if (element !== cut) {
        if ((elements[closed + FLAGS]! & TAG_CANONICAL) === 0) {
          out.copy(bytes, words, run, elements[closed + CONTENT_END]!);
          writeEndTag(tape, element, out);
          run = end;
        }
        namespaces.leave(tape, element);
      }
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
