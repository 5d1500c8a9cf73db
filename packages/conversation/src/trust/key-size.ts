/** How large the keys of contexts may be. */
const KEY_BITS_MIN = 128;
const KEY_BITS_MAX = 512;

/** Whether a key of so many bits is one that we make or take. */
export function isKeySize(bits: number): boolean {
  return Number.isSafeInteger(bits) && bits >= KEY_BITS_MIN && bits <= KEY_BITS_MAX && bits % 8 === 0;
}
