/**
 * The scanner's loop as a WebAssembly module, for documents as senders write them; see assembly/scan-root.ts.
 *
 * perf: no bounds checks, eight octets at a time: half the time of the plain loop in scan-root.ts. The plain one stays:
 * it says what is right, reads what this one gives up on, and makes every refusal.
 */
import type { Limits } from '@parley/core';
import { Fault, instantiate } from '@parley/core';
import type { Tape } from '../tape.ts';
import { A, ATTRIBUTE_WORDS as ATTRIBUTE_SIZE, D, DECLARATION_WORDS, ELEMENT_WORDS as ELEMENT_SIZE } from '../tape.ts';
import { declare, undeclare } from './declare.ts';
import { malformed } from './malformed.ts';
import { cdataEnd, commentEnd, isCdata, isComment, passNoncharacterLead } from './markup.ts';
import { noteComment } from './note-misc.ts';
import { NAME, TEXT } from './octet.ts';
import { doubled } from './octet-hash.ts';
import { PrefixTable } from './prefix-table.ts';
import { isCanonicalInText, isCanonicalInValue, referenceEnd } from './references.ts';
import { SCAN_MODULE } from './scan-module-octets.ts';
import { settleAttributes } from './settle-attributes.ts';
import { UriTable } from './uri-table.ts';

// perf: V8 folds a module's own constants into the code it makes; what is imported it loads and checks at every use.
const ATTRIBUTE_WORDS = ATTRIBUTE_SIZE;
const ELEMENT_WORDS = ELEMENT_SIZE;
const { uri: A_URI } = A;

// Where things are in the module's memory of 4 MiB; scan-root.ts in assembly/ has the same numbers.
const NAME_AT = 1024;
const TEXT_AT = 1280;
const BINDINGS_AT = 2048;
const PREFIXES_MAX = 128;
const ELEMENTS_AT = 0x10000;
const ATTRIBUTES_AT = 0x110000;
const OCTETS_AT = 0x200000;
const OCTETS_MAX = 0x100000;

const GIVEN_UP = -1;
const INT32_MAX = 0x7fffffff;

interface ScanExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly elementCount: { readonly value: number };
  readonly attributeCount: { readonly value: number };
  readonly scanRoot: (
    start: number,
    last: number,
    depthMax: number,
    nodesMax: number,
    attributesPerElementMax: number,
    namespacesPerElementMax: number,
    nameBytesMax: number,
    attributeValueBytesMax: number,
  ) => number;
}

const prefixes = new PrefixTable();
const uris = new UriTable();
/** The tape and the `last` of the scan under way. */
let tape: Tape;
let last = 0;

/** What the module leaves to the plain code. A throw here ends the module's scan. */
const plain = {
  declare(
    element: number,
    prefixStart: number,
    prefixEnd: number,
    value: number,
    valueEnd: number,
    literal: number,
  ): void {
    declare(tape, prefixes, uris, element, prefixStart, prefixEnd, value, valueEnd, literal !== 0);
    const record = (tape.declarationCount - 1) * DECLARATION_WORDS;
    bind(tape.declarations[record + D.prefix]!);
  },
  undeclare(first: number, count: number): void {
    undeclare(tape, prefixes, first, count);
    for (let index = first; index < first + count; index++) {
      bind(tape.declarations[index * DECLARATION_WORDS + D.prefix]!);
    }
  },
  intern(start: number, end: number): number {
    const prefix = prefixes.intern(tape, start, end);
    bind(prefix);
    return prefix;
  },
  settle(first: number, end: number, element: number): number {
    while (tape.attributes.length < end * ATTRIBUTE_WORDS) tape.attributes = doubled(tape.attributes);
    const words = tape.attributes;
    for (let word = first * ATTRIBUTE_WORDS; word < end * ATTRIBUTE_WORDS; word++) words[word] = attributes[word]!;
    const ordered = settleAttributes(tape, prefixes.bindings, first, end, element);
    for (let word = first * ATTRIBUTE_WORDS + A_URI; word < end * ATTRIBUTE_WORDS; word += ATTRIBUTE_WORDS) {
      attributes[word] = words[word]!;
    }
    return ordered ? 1 : 0;
  },
  passMarkup(at: number): number {
    const { bytes } = tape;
    if (isComment(bytes, at)) {
      noteComment(tape, at);
      return commentEnd(bytes, at, last);
    }
    return isCdata(bytes, at) ? cdataEnd(bytes, at, last) : malformed(at, 'declaration');
  },
  passReference(at: number, inValue: number): number {
    const end = referenceEnd(tape.bytes, at);
    const isCanonical =
      inValue === 0 ? isCanonicalInText(tape.bytes, at, end) : isCanonicalInValue(tape.bytes, at, end);
    return end * 2 + (isCanonical ? 1 : 0);
  },
  passNoncharacterLead(at: number): number {
    return passNoncharacterLead(tape.bytes, at);
  },
};

function bind(prefix: number): void {
  if (prefix >= PREFIXES_MAX) throw new Fault('peer.limit-namespaces');
  bindings[prefix] = prefixes.bindings[prefix]!;
}

// `undefined` also where the processor has no 128-bit vectors.
const module = instantiate(SCAN_MODULE, { plain }) as ScanExports | undefined;
const buffer = module?.memory.buffer ?? new ArrayBuffer(0);
const octets = new Uint8Array(buffer);
const bindings = new Int32Array(buffer, module === undefined ? 0 : BINDINGS_AT);
const elements = new Int32Array(buffer, module === undefined ? 0 : ELEMENTS_AT);
const attributes = new Int32Array(buffer, module === undefined ? 0 : ATTRIBUTES_AT);
if (module !== undefined) {
  octets.set(NAME, NAME_AT);
  octets.set(TEXT, TEXT_AT);
}

/**
 * Does what `scanRoot` of scan-root.ts does, or gives -1 and leaves the tape as it was: then the plain one has to.
 * Never throws for anything that a document contains.
 */
export function scanRootByModule(document: Tape, limits: Limits, start: number, lastMarkup: number): number {
  const { bytes, commentCount, firstComment } = document;
  if (module === undefined || bytes.length > OCTETS_MAX) return GIVEN_UP;
  octets.set(bytes, OCTETS_AT);
  tape = document;
  last = lastMarkup;
  prefixes.reset(document);
  uris.reset(document);
  bindings[0] = prefixes.bindings[0]!;
  bindings[1] = prefixes.bindings[1]!;
  let end = GIVEN_UP;
  try {
    end = module.scanRoot(
      start,
      lastMarkup,
      Math.min(limits.depthMax, INT32_MAX),
      Math.min(limits.nodesMax, INT32_MAX),
      Math.min(limits.attributesPerElementMax, INT32_MAX),
      Math.min(limits.namespacesPerElementMax, INT32_MAX),
      Math.min(limits.nameBytesMax, INT32_MAX),
      Math.min(limits.attributeValueBytesMax, INT32_MAX),
    );
  } catch (error) {
    // The plain scanner finds the same fault, and says what and where.
    if (!(error instanceof Fault)) throw error;
  } finally {
    // safety: plaintext is scanned too, and must not stay behind here.
    octets.fill(0, OCTETS_AT, OCTETS_AT + bytes.length);
  }
  if (end === GIVEN_UP) {
    document.declarationCount = 0;
    document.idCount = 0;
    document.commentCount = commentCount;
    document.firstComment = firstComment;
    return GIVEN_UP;
  }
  copyRecords(document, (module as ScanExports).elementCount.value, (module as ScanExports).attributeCount.value);
  return end;
}

function copyRecords(document: Tape, elementCount: number, attributeCount: number): void {
  while (document.elements.length < elementCount * ELEMENT_WORDS) document.elements = doubled(document.elements);
  while (document.attributes.length < attributeCount * ATTRIBUTE_WORDS) {
    document.attributes = doubled(document.attributes);
  }
  document.elements.set(elements.subarray(0, elementCount * ELEMENT_WORDS));
  document.attributes.set(attributes.subarray(0, attributeCount * ATTRIBUTE_WORDS));
  document.elementCount = elementCount;
  document.attributeCount = attributeCount;
}
