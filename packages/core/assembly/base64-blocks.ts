// AssemblyScript. Decodes base64 sixteen characters at a time, after Muła and Lemire, "Faster Base64 Encoding and
// Decoding Using AVX2 Instructions" (2018). Compiled by scripts/compile-assembly.mjs.

/** Where the text is, and what it stands for after it was decoded; base64-module.ts has the same number. */
const TEXT: i32 = 0x1000;

// perf: constants that lie in memory: V8 makes other ones anew, of several instructions, at every use.
// A character is outside the alphabet if the entries of its low and of its high half have a bit in common.
const LOW = memory.data<u8>([0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a], 16);
const HIGH = memory.data<u8>([0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10], 16);
/** What to add to a character for its value, by its high half; by one less for `/`. */
const SHIFTS = memory.data<u8>([0, 16, 19, 4, 191, 191, 185, 185, 0, 0, 0, 0, 0, 0, 0, 0], 16);
/** Takes twelve octets out of four words of three, most significant first. */
const ORDER = memory.data<u8>([2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 16, 16, 16, 16], 16);
const HALVES = memory.data<u8>([15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15], 16);
const SLASHES = memory.data<u8>([47, 47, 47, 47, 47, 47, 47, 47, 47, 47, 47, 47, 47, 47, 47, 47], 16);
const EVEN = memory.data<u16>([255, 255, 255, 255, 255, 255, 255, 255], 16);
const FACTORS = memory.data<u16>([4096, 1, 4096, 1, 4096, 1, 4096, 1], 16);

/** Decodes `length` characters in place, a multiple of sixteen, up to sixteen that are not all of the alphabet; characters read. */
export function decodeBlocks(length: i32): i32 {
  let from = TEXT, to = TEXT;
  for (; from < TEXT + length; from += 16, to += 12) {
    const text = v128.load(from);
    const high = v128.and(i16x8.shr_u(text, 4), v128.load(HALVES));
    const low = v128.and(text, v128.load(HALVES));
    if (v128.any_true(v128.and(i8x16.swizzle(v128.load(LOW), low), i8x16.swizzle(v128.load(HIGH), high)))) break;
    const row = i8x16.add(i8x16.eq(text, v128.load(SLASHES)), high);
    const values = i8x16.add(text, i8x16.swizzle(v128.load(SHIFTS), row));
    const pairs = v128.or(i16x8.shl(v128.and(values, v128.load(EVEN)), 6), i16x8.shr_u(values, 8));
    // Four octets more than there are: they lie where this block was.
    v128.store(to, i8x16.swizzle(i32x4.dot_i16x8_s(pairs, v128.load(FACTORS)), v128.load(ORDER)));
  }
  return from - TEXT;
}
