import { timingSafeEqual } from 'node:crypto';

/** Whether the octets are the same, in a time that tells at most their lengths. */
export function equalConstantTime(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * Whether `bytes[start, end)` (borrowed) are the octets of the ASCII `text`. Looks at every octet whatever it finds, and
 * costs a tenth of {@link equalConstantTime} on short texts; for values that are no secrets, such as digests.
 */
export function equalsText(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  const length = text.length;
  if (end - start !== length) return false;
  let difference = 0;
  for (let index = 0; index < length; index++) difference |= (bytes[start + index] as number) ^ text.charCodeAt(index);
  return difference === 0;
}
