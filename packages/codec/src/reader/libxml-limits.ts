/**
 * What libxml2 may be given, besides the policy's limits. 2.9.9 has walls of its own and tells of them in many ways, so
 * ours stand before them: 10,000,000 octets of one text, value or table of names, 256 open elements, 50,000 octets of a
 * name.
 */
import type { Limits } from '@parley/core';
import { limitFault } from '@parley/core/internal';
import type { Tape } from '../tape/tape.ts';
import { E, ELEMENT_WORDS } from '../tape/tape.ts';

const MESSAGE_BYTES_MAX = 10_000_000;
const DEPTH_MAX = 256;
const NAME_BYTES_MAX = 50_000;
// It looks a prefix up by walking all of them: 8,000 in scope of 100,000 names took eight seconds.
const NAMESPACES_IN_SCOPE_MAX = 256;

/** `limits` with libxml2's own over them. */
export function withinLibxml(limits: Limits): Limits {
  return {
    ...limits,
    messageBytesMax: Math.min(limits.messageBytesMax, MESSAGE_BYTES_MAX),
    depthMax: Math.min(limits.depthMax, DEPTH_MAX),
    nameBytesMax: Math.min(limits.nameBytesMax, NAME_BYTES_MAX),
  };
}

/** @throws Fault `peer.limit-namespaces` for more declarations in scope of one element than libxml2 copes with */
export function requireFewInScope({ elements, elementCount }: Tape): void {
  const inScope = new Int32Array(elementCount);
  for (let element = 0; element < elementCount; element++) {
    const base = element * ELEMENT_WORDS;
    const parent = elements[base + E.parent]!;
    const count = (parent < 0 ? 0 : inScope[parent]!) + elements[base + E.declarationCount]!;
    if (count > NAMESPACES_IN_SCOPE_MAX)
      throw limitFault('peer.limit-namespaces', 'namespacesInScopeMax', NAMESPACES_IN_SCOPE_MAX, count, {
        offset: elements[base + E.start]!,
      });
    inScope[element] = count;
  }
}
