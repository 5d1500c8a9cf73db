/** From bytes to tape: the one XML reader. Everything above it rests on what is refused here. */
import { isUtf8 } from 'node:buffer';
import type { Limits } from '@parley/core';
import { Fault } from '@parley/core';
import { limitFault } from '@parley/core/internal';
import type { Tape } from '../../tape/tape.ts';
import { withForeignForm } from '../octets/foreign-form.ts';
import { malformed } from '../octets/malformed.ts';
import { commentEnd, isComment, skipSpace } from '../octets/markup.ts';
import { Octet, SPACE } from '../octets/octet.ts';
import { textStart } from '../octets/text-start.ts';
import { isXmlDeclaration, xmlDeclarationEnd } from '../octets/xml-declaration.ts';
import { noteComment, passInstruction } from './note-misc.ts';
import { scanRootByModule } from './scan-module.ts';
import { beforeRoot } from './scan-place.ts';
import { scanRoot } from './scan-root.ts';

const { bang: BANG, greater: GREATER, less: LESS, question: QUESTION, slash: SLASH } = Octet;

/** What {@link scan} lets pass besides what SOAP needs. */
export interface ScanOptions {
  /** SOAP forbids processing instructions, so `refuse` is the default; `keep` checks and counts them. */
  readonly processingInstructions?: 'refuse' | 'keep';
  /** Do without the WebAssembly module: slower, and the same in every answer. */
  readonly plainly?: boolean;
}

/** Of our own packages. */
export interface InnerScanOptions extends ScanOptions {
  /** Leaves out of a refusal what the document may be instead of XML: finding that out takes longer than reading it. */
  readonly tersely?: boolean;
}

/**
 * Reads one UTF-8 document: full XML 1.0 (5th edition) and Namespaces 1.0 well-formedness, no DTD.
 *
 * Cost is linear in the size and nothing is allocated but growth of the tape. Not re-entrant.
 * @param bytes borrowed by the tape until the next scan into it; must not change meanwhile
 * @param tape filled; holds no element after a failure
 * @throws Fault `peer.xml-malformed`, `peer.xml-dtd-forbidden`, `peer.xml-version`, `peer.xml-relative-namespace`,
 * `peer.encoding-forbidden`, `peer.structure-invalid` for a refused PI, `peer.limit-message-size`, `-depth`, `-nodes`,
 * `-attributes`, `-namespaces`, `-name`, `-value`
 */
export function scan(bytes: Uint8Array, limits: Limits, tape: Tape, options: InnerScanOptions = {}): void {
  try {
    scanDocument(bytes, limits, tape, options);
  } catch (error) {
    tape.clear();
    throw options.tersely === true ? error : withForeignForm(error, bytes);
  }
}

function scanDocument(bytes: Uint8Array, limits: Limits, tape: Tape, options: ScanOptions): void {
  const keepInstructions = options.processingInstructions === 'keep';
  tape.clear();
  if (bytes.length > limits.messageBytesMax) {
    throw limitFault('peer.limit-message-size', 'messageBytesMax', limits.messageBytesMax, bytes.length);
  }
  const start = textStart(bytes);
  // perf: a document ends in `>` and white space. That last `>` stops every inner loop, so none of them checks the length.
  const last = lastMarkup(bytes);
  // The declaration goes first: octets that are not UTF-8 may be in the encoding that it names.
  const prolog = isXmlDeclaration(bytes, start) ? xmlDeclarationEnd(bytes, start) : start;
  if (!isUtf8(bytes)) malformed(0, 'utf-8');
  tape.bytes = bytes;
  tape.words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const root = passMisc(tape, prolog, last, keepInstructions, true);
  const reached = options.plainly === true ? beforeRoot(root) : scanRootByModule(tape, limits, root, last);
  const end = typeof reached === 'number' ? reached : scanRoot(tape, limits, reached, last, keepInstructions);
  passMisc(tape, end, last, keepInstructions, false);
}

function lastMarkup(bytes: Uint8Array): number {
  let at = bytes.length - 1;
  while (at > 0 && SPACE[bytes[at]!] === 1) at--;
  if (bytes[at] !== GREATER) malformed(at, 'unclosed');
  return at;
}

/** Passes white space, comments and processing instructions outside the root; gives the root's offset in the prolog. */
function passMisc(tape: Tape, start: number, last: number, keepInstructions: boolean, isProlog: boolean): number {
  const bytes = tape.bytes;
  let at = start;
  for (;;) {
    if (at > last) {
      if (isProlog) malformed(at, 'root-missing');
      return at;
    }
    at = skipSpace(bytes, at);
    if (at > last) continue;
    if (bytes[at] !== LESS) malformed(at, 'outside-root');
    const kind = bytes[at + 1];
    if (kind === BANG && isComment(bytes, at)) {
      noteComment(tape, at);
      at = commentEnd(bytes, at, last);
    } else if (kind === QUESTION) {
      at = passInstruction(tape, at, last, keepInstructions);
    } else if (isProlog && kind === BANG && isDoctype(bytes, at)) {
      throw new Fault('peer.xml-dtd-forbidden', { offset: at });
    } else if (isProlog && kind !== BANG && kind !== SLASH) {
      return at;
    } else {
      malformed(at, 'outside-root');
    }
  }
}

function isDoctype(bytes: Uint8Array, at: number): boolean {
  const word = '<!DOCTYPE';
  for (let index = 2; index < word.length; index++) if (bytes[at + index] !== word.charCodeAt(index)) return false;
  return true;
}
