/**
 * The one element that a Body holds, known by its start tag, whatever it holds: a hole of kind `content`. For Bodies that differ
 * in structure from message to message.
 */
import type { Tape } from '@parley/codec';
import { NAMESPACE_URIS } from '@parley/codec';
import { E, ELEMENT_WORDS, Flag, firstChild, nextSibling, parentOf } from '@parley/codec/internal';
import type { Policy } from '../policy/policy.ts';
import { type HoleList, NoTemplate } from './hole-list.ts';

/** What decides what may be a hole. */
export type HoleRules = Pick<Policy, 'limits' | 'signedPayload'>;

/** The only element in a Body that is the last of the envelope, or -1. */
export function payloadOf(tape: Tape): number {
  let body = firstChild(tape, 0);
  for (let child = body; child >= 0; child = nextSibling(tape, child)) body = child;
  const payload = body < 0 ? -1 : firstChild(tape, body);
  return payload >= 0 && nextSibling(tape, payload) < 0 ? payload : -1;
}

/**
 * Adds the content of the element `payload`.
 * @throws NoTemplate where elements in it may be more than the application's, or there is none
 */
export function addPayloadContent(holes: HoleList, payload: number, { limits, signedPayload }: HoleRules): void {
  const { tape } = holes;
  const base = payload * ELEMENT_WORDS;
  const word = (place: number): number => tape.elements[base + place]!;
  const isTheirs = word(E.uri) >= NAMESPACE_URIS.length || word(E.uri) === 0;
  if (!isTheirs || signedPayload.length > 0 || (word(E.flags) & Flag.emptyTag) !== 0) throw new NoTemplate();
  let depth = 1;
  for (let element = payload; element > 0; element = parentOf(tape, element)) depth++;
  const { elementCount, attributeCount, declarationCount } = tape;
  const outside = elementCount + attributeCount + declarationCount - nodesWithin(tape, payload);
  const name = tape.bytes.slice(word(E.start) + 1, word(E.nameEnd));
  const prefixBytes = Math.max(word(E.local) - word(E.start) - 2, 0);
  holes.content(payload, {
    prefix: name.subarray(0, prefixBytes),
    // A little less than the limits: what is at one goes the whole way.
    depthMax: Math.min(limits.depthMax - depth - 1, DEPTH_MOST),
    nodesMax: limits.nodesMax - outside - 1,
    attributesMax: limits.attributesPerElementMax - 1,
    nameBytesMax: limits.nameBytesMax - 1,
    valueBytesMax: limits.attributeValueBytesMax - 1,
  });
}

/** The module has room for the names of so many open elements. */
const DEPTH_MOST = 4096;

/** Elements, attributes and declarations inside `element`. */
function nodesWithin(tape: Tape, element: number): number {
  const end = tape.elements[element * ELEMENT_WORDS + E.next]!;
  let nodes = 0;
  for (let inner = element + 1; inner < end; inner++) {
    const base = inner * ELEMENT_WORDS;
    nodes += 1 + tape.elements[base + E.attributeCount]! + tape.elements[base + E.declarationCount]!;
  }
  return nodes;
}
