import { Octet, SPACE } from '../octets/octet.ts';
import { isXmlns } from './declare.ts';

const { colon: COLON, doubleQuote: DOUBLE_QUOTE, equals: EQUALS, greater: GREATER, singleQuote: SINGLE_QUOTE } = Octet;

/**
 * Declarations and other attributes of a start tag from the one at `at` on. Nothing is checked: it is to tell somebody how
 * many too many there are.
 *
 * perf: a tag can be as long as a message, so this must take no longer than reading a valid one; a call for every value does.
 */
export function countInTag(
  bytes: Uint8Array,
  at: number,
  last: number,
): { readonly declarations: number; readonly attributes: number } {
  let declarations = 0;
  let attributes = 0;
  let next = at;
  for (;;) {
    while (SPACE[bytes[next]!] === 1) next++;
    const name = next;
    let octet = bytes[next]!;
    while (octet !== DOUBLE_QUOTE && octet !== SINGLE_QUOTE && octet !== GREATER && next < last) octet = bytes[++next]!;
    if (octet === GREATER || next >= last) break;
    const quote = octet;
    do octet = bytes[++next]!;
    while (octet !== quote && next < last);
    if (next >= last) break;
    next++;
    const after = bytes[name + 5]!;
    if (isXmlns(bytes, name) && (after === COLON || after === EQUALS || SPACE[after] === 1)) declarations++;
    else attributes++;
  }
  return { declarations, attributes };
}
