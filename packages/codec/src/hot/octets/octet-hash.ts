/**
 * Hashing of octet ranges for open-addressing tables.
 *
 * safety: nothing here is seeded, so a sender can make values collide. Tables are at most a quarter full, and keep hashes:
 * a chain of {@link CHAIN_MAX}, or {@link EQUAL_HASHES_MAX} values of one hash, means an attack. It is refused, which bounds
 * the cost of a document to a constant per name and per octet. By chance, one document in 10^12 has such a chain.
 */
export const CHAIN_MAX = 64;

/** Of values in one table with one hash, which are compared octet by octet. */
export const EQUAL_HASHES_MAX = 4;

/** 32-bit hash of `bytes[start, end)`. */
export function hashOctets(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

/** Slots, a power of two, for a table of `count` entries that is at most a quarter full. */
export function tableSize(count: number): number {
  return count < 2 ? 4 : 1 << (34 - Math.clz32(count - 1));
}

/** Whether two ranges hold the same octets. */
export function sameOctets(
  left: Uint8Array,
  leftStart: number,
  leftEnd: number,
  right: Uint8Array,
  rightStart: number,
  rightEnd: number,
): boolean {
  const length = leftEnd - leftStart;
  if (length !== rightEnd - rightStart) return false;
  let index = 0;
  // perf: the engine checks for interrupts once a turn, so a turn takes four.
  for (; index + 4 <= length; index += 4) {
    const from = leftStart + index;
    const other = rightStart + index;
    if (left[from] !== right[other] || left[from + 1] !== right[other + 1]) return false;
    if (left[from + 2] !== right[other + 2] || left[from + 3] !== right[other + 3]) return false;
  }
  for (; index < length; index++) if (left[leftStart + index] !== right[rightStart + index]) return false;
  return true;
}

/** Order of two ranges by octets, which for UTF-8 is the order of code points; a prefix comes first. */
export function compareOctets(
  left: Uint8Array,
  leftStart: number,
  leftEnd: number,
  right: Uint8Array,
  rightStart: number,
  rightEnd: number,
): number {
  const leftLength = leftEnd - leftStart;
  const rightLength = rightEnd - rightStart;
  const length = leftLength < rightLength ? leftLength : rightLength;
  for (let index = 0; index < length; index++) {
    const difference = left[leftStart + index]! - right[rightStart + index]!;
    if (difference !== 0) return difference;
  }
  return leftLength - rightLength;
}

/** `words` twice as long, contents kept. */
export function doubled(words: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(words.length * 2);
  grown.set(words);
  return grown;
}
