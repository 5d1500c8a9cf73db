/**
 * The scanner's loop as a WebAssembly module, for documents as senders write them; see assembly/scan-root.ts.
 *
 * perf: no bounds checks, sixteen octets at a time: half the time of the plain loop in scan-root.ts. The plain one stays:
 * it says what is right, goes on where this one gives up, and makes every refusal.
 */
import type { Limits } from '@parley/core';
import { Fault } from '@parley/core';
import { instantiate } from '@parley/core/internal';
import type { Tape } from '../../tape/tape.ts';
import { ATTRIBUTE_WORDS, DECLARATION_WORDS, ELEMENT_WORDS } from '../../tape/tape.ts';
import { NAMESPACE_URIS } from '../../tape/vocabulary.ts';
import { cdataEnd, commentEnd, isCdata, isComment, passNoncharacterLead } from '../octets/markup.ts';
import { NAME, TEXT } from '../octets/octet.ts';
import { doubled } from '../octets/octet-hash.ts';
import { isCanonicalInText, isCanonicalInValue, referenceEnd } from '../octets/references.ts';
import { noteComment } from './note-misc.ts';
import { SCAN_MODULE } from './scan-module-octets.ts';
import type { ScanPlace } from './scan-place.ts';
import { beforeRoot } from './scan-place.ts';
import { reserveUriBytes, resetUris } from './uri-table.ts';

// Where things are in the module's memory of 32 MiB; memory.ts and octet-table.ts in assembly/ have the same numbers.
const NAME_AT = 0x400;
const TEXT_AT = 0x500;
const COUNTS_AT = 0xd00;
const PREFIX_STARTS_AT = 0x1500;
const PREFIX_ENDS_AT = 0x1700;
const URI_STARTS_AT = 0x1f00;
const URI_ENDS_AT = 0x2100;
const ELEMENTS_AT = 0x400000;
const ATTRIBUTES_AT = 0x1400000;
const DECLARATIONS_AT = 0x1c00000;
const IDS_AT = 0x1e00000;
const URI_OCTETS_AT = 0x1f0000;
const OCTETS_AT = 0x200000;
const OCTETS_MAX = 0x100000;

const GIVEN_UP = -1;
const INT32_MAX = 0x7fffffff;

interface ScanExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly uriId: (start: number, end: number) => number;
  readonly keepUris: () => void;
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

/** The tape and the `last` of the scan under way. */
let tape: Tape;
let last = 0;

/** What the module leaves to the plain code, which gives up by -1 on what is malformed. */
const plain = {
  passMarkup: orGivenUp((at) => {
    const { bytes } = tape;
    if (!isComment(bytes, at)) return isCdata(bytes, at) ? cdataEnd(bytes, at, last) : GIVEN_UP;
    const end = commentEnd(bytes, at, last);
    noteComment(tape, at);
    return end;
  }),
  passReference: orGivenUp((at, inValue) => {
    const end = referenceEnd(tape.bytes, at);
    const isCanonical =
      inValue === 0 ? isCanonicalInText(tape.bytes, at, end) : isCanonicalInValue(tape.bytes, at, end);
    return end * 2 + (isCanonical ? 1 : 0);
  }),
  passNoncharacterLead: orGivenUp((at) => passNoncharacterLead(tape.bytes, at)),
};

/** `pass`, with -1 for a refusal: the plain scanner makes the same one, with all that it says. */
function orGivenUp(pass: (at: number, inValue: number) => number): (at: number, inValue: number) => number {
  return (at, inValue) => {
    try {
      return pass(at, inValue);
    } catch (error) {
      if (error instanceof Fault) return GIVEN_UP;
      throw error;
    }
  };
}

// `undefined` also where the processor has no 128-bit vectors.
const module = instantiate(SCAN_MODULE, { plain }) as ScanExports | undefined;
const buffer = module?.memory.buffer ?? new ArrayBuffer(OCTETS_AT);
const octets = new Uint8Array(buffer);
const counts = new Int32Array(buffer, COUNTS_AT, 10);
const prefixStarts = new Int32Array(buffer, PREFIX_STARTS_AT);
const prefixEnds = new Int32Array(buffer, PREFIX_ENDS_AT);
const uriStarts = new Int32Array(buffer, URI_STARTS_AT);
const uriEnds = new Int32Array(buffer, URI_ENDS_AT);
const elements = new Int32Array(buffer, ELEMENTS_AT);
const attributes = new Int32Array(buffer, ATTRIBUTES_AT);
const declarations = new Int32Array(buffer, DECLARATIONS_AT);
const ids = new Int32Array(buffer, IDS_AT);
if (module !== undefined) {
  octets.set(NAME, NAME_AT);
  octets.set(TEXT, TEXT_AT);
  for (const uri of NAMESPACE_URIS) {
    octets.set(new TextEncoder().encode(uri), OCTETS_AT);
    module.uriId(0, uri.length);
  }
  module.keepUris();
}

/**
 * Reads the root at `start` and fills the tape.
 * Never throws for anything that a document contains.
 * @returns just past the root's end tag, or where `scanRoot` of scan-root.ts has to go on: the tape is filled up to there
 */
export function scanRootByModule(
  document: Tape,
  limits: Limits,
  start: number,
  lastMarkup: number,
): number | ScanPlace {
  const { bytes } = document;
  if (module === undefined || bytes.length > OCTETS_MAX) return beforeRoot(start);
  octets.set(bytes, OCTETS_AT);
  tape = document;
  last = lastMarkup;
  let end: number;
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
  } finally {
    // safety: plaintext is scanned too, and must not stay behind here.
    octets.fill(0, OCTETS_AT, OCTETS_AT + bytes.length);
  }
  copyRecords(document);
  copyPrefixes(document);
  copyUris(document);
  return end === GIVEN_UP
    ? { at: counts[6]!, current: counts[7]!, flags: counts[8]!, contentPrefixes: counts[9]! }
    : end;
}

function copyRecords(document: Tape): void {
  document.elementCount = counts[0]!;
  document.attributeCount = counts[1]!;
  document.declarationCount = counts[2]!;
  document.idCount = counts[3]!;
  document.elements = copied(elements, document.elementCount * ELEMENT_WORDS, document.elements);
  document.attributes = copied(attributes, document.attributeCount * ATTRIBUTE_WORDS, document.attributes);
  document.declarations = copied(declarations, document.declarationCount * DECLARATION_WORDS, document.declarations);
  document.ids = copied(ids, document.idCount * 2, document.ids);
}

/** `target`, or a larger array in its place, with the first `count` words of `source`. */
function copied(source: Int32Array, count: number, target: Int32Array): Int32Array {
  let room = target;
  while (room.length < count) room = doubled(room);
  // perf: a call costs as much as a hundred words.
  if (count > 100) room.set(source.subarray(0, count));
  else for (let word = 0; word < count; word++) room[word] = source[word]!;
  return room;
}

function copyPrefixes(document: Tape): void {
  const count = counts[4]!;
  document.prefixCount = count;
  document.prefixStarts = copied(prefixStarts, count, document.prefixStarts);
  document.prefixEnds = copied(prefixEnds, count, document.prefixEnds);
}

function copyUris(document: Tape): void {
  resetUris(document);
  const known = document.uriCount;
  const count = counts[5]!;
  if (count === known) return;
  const start = uriEnds[known - 1]!;
  const end = uriEnds[count - 1]!;
  reserveUriBytes(document, end);
  for (let id = known; id < count; id++) {
    document.uriStarts[id] = uriStarts[id]!;
    document.uriEnds[id] = uriEnds[id]!;
  }
  for (let at = start; at < end; at++) document.uriBytes[at] = octets[URI_OCTETS_AT + at]!;
  document.uriCount = count;
}
