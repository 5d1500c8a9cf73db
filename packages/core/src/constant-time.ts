import { timingSafeEqual } from 'node:crypto';

/** Whether the octets are the same, in a time that tells at most their lengths. */
export function equalConstantTime(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
