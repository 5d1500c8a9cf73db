import { Octet, SPACE } from '../octets/octet.ts';
import { isXmlns } from './declare.ts';

const { colon: COLON, doubleQuote: DOUBLE_QUOTE, equals: EQUALS, greater: GREATER, singleQuote: SINGLE_QUOTE } = Octet;

/**
 * Declarations and other attributes of a start tag from the one at `at` on. Nothing is checked: it is to tell somebody how
 * many too many there are.
 */
export function countInTag(
  bytes: Uint8Array,
  at: number,
  last: number,
): { readonly declarations: number; readonly attributes: number } {
  let declarations = 0;
  let attributes = 0;
  let name = at;
  for (let next = at; next <= last && bytes[next] !== GREATER; next++) {
    const octet = bytes[next]!;
    if (octet === DOUBLE_QUOTE || octet === SINGLE_QUOTE) {
      const after = bytes[name + 5];
      if (isXmlns(bytes, name) && (after === COLON || after === EQUALS || SPACE[after!] === 1)) declarations++;
      else attributes++;
      const end = bytes.indexOf(octet, next + 1);
      if (end < 0) break;
      next = end;
      name = end + 1;
    } else if (SPACE[octet] === 1 && bytes[next + 1] !== EQUALS) {
      name = next + 1;
    }
  }
  return { declarations, attributes };
}
