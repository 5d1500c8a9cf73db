/** The smallest input that still shows it, or nearly (delta debugging). */
import { scan, Tape } from '@parley/codec';
import { E, ELEMENT_WORDS } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';

const ATTEMPTS_MAX = 20_000;

/** `input` with as much cut out as `stillShows` lets go: elements, runs between `<` and `>`, then any octets. */
export function minimise(input: Uint8Array, stillShows: (smaller: Uint8Array) => boolean): Uint8Array {
  const budget = { left: ATTEMPTS_MAX };
  let smallest = input;
  for (let before = -1; before !== smallest.length && budget.left > 0; ) {
    before = smallest.length;
    smallest = withoutElements(smallest, stillShows);
    smallest = withoutPieces(piecesOf(smallest), stillShows, budget);
    smallest = withoutPieces(octetsOf(smallest), stillShows, budget);
  }
  return smallest;
}

/** Takes out elements, or their tags alone, where `input` is a document. */
function withoutElements(input: Uint8Array, stillShows: (smaller: Uint8Array) => boolean): Uint8Array {
  const tape = new Tape();
  let smallest = input;
  for (let element = 0; ; ) {
    try {
      scan(smallest, DEFAULT_LIMITS, tape, { processingInstructions: 'keep' });
    } catch {
      return smallest;
    }
    if (element >= tape.elementCount) return smallest;
    const word = (offset: number): number => tape.elements[element * ELEMENT_WORDS + offset]!;
    const before = smallest.subarray(0, word(E.start));
    const after = smallest.subarray(word(E.end));
    const content = smallest.subarray(word(E.content), word(E.contentEnd));
    const smaller = [[], [content]].map((kept) => new Uint8Array(Buffer.concat([before, ...kept, after])));
    const found = smaller.find(stillShows);
    if (found === undefined) element++;
    else smallest = found;
  }
}

/** Takes out ever shorter runs of pieces. */
function withoutPieces(
  pieces: readonly Uint8Array[],
  stillShows: (smaller: Uint8Array) => boolean,
  budget: { left: number },
): Uint8Array {
  let kept = pieces;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length && budget.left > 0; ) {
      const fewer = [...kept.slice(0, at), ...kept.slice(at + size)];
      budget.left--;
      if (stillShows(Buffer.concat(fewer))) kept = fewer;
      else at += size;
    }
  }
  return new Uint8Array(Buffer.concat(kept));
}

function piecesOf(bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (let at = 1; at <= bytes.length; at++) {
    const isEdge = at === bytes.length || bytes[at] === 0x3c || bytes[at - 1] === 0x3e || bytes[at] === 0x20;
    if (!isEdge) continue;
    pieces.push(bytes.subarray(start, at));
    start = at;
  }
  return pieces;
}

function octetsOf(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
}
