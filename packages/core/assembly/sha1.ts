// AssemblyScript. What is made of many short SHA-1 hashes of secrets: P_SHA1 (RFC 2246 §5) and the keys of passwords.
// Compiled by scripts/compile-assembly.mjs.
//
// safety: SHA-1 is additions, rotations and bitwise operations. No address and no branch depends on an octet of the secret
// or of a hash, only on lengths; so the time does not either. The message schedule lives in locals, never in the memory;
// sha1-module.ts zeroes the memory after each use.

// Where things are in the memory, which is zero before each use; sha1-module.ts has the same numbers.
const SECRET: i32 = 0; // at most 64 octets, then zeros
const INITIAL: i32 = 64; // states are 20 octets, as a hash is written
const INNER: i32 = 84; // after the inner pad
const OUTER: i32 = 104; // after the outer pad
const HASHED: i32 = 128; // a block for a hash that is to be hashed
const LINKED: i32 = 192; // A(i), and straight after it the seed
const SEED: i32 = 212;
const OUTPUT: i32 = 1024;

const HASH_BYTES: i32 = 20;
const BLOCK_BYTES: i32 = 64;

const K0: i32 = 0x5a827999, K1: i32 = 0x6ed9eba1, K2: i32 = <i32>0x8f1bbcdc, K3: i32 = <i32>0xca62c1d6;

/** Octets [offset, end) of P_SHA1 to the same place after OUTPUT; octets before them may be written too. */
export function pSha1(seedLength: i32, offset: i32, end: i32): void {
  preparePads();
  endMessage(HASHED, HASH_BYTES, BLOCK_BYTES);
  // A(1) = HMAC(seed)
  const seedEnd = endMessage(SEED, seedLength, BLOCK_BYTES);
  hmac(SEED, seedEnd, LINKED);
  store<i32>(seedEnd - 4, 0);
  const linkedEnd = endMessage(LINKED, HASH_BYTES + seedLength, BLOCK_BYTES);
  for (let start = 0; start < end; start += HASH_BYTES) {
    if (start > 0) {
      // A(i) = HMAC(A(i-1))
      memory.copy(HASHED, LINKED, HASH_BYTES);
      hmac(HASHED, HASHED + BLOCK_BYTES, LINKED);
    }
    if (start + HASH_BYTES > offset) hmac(LINKED, linkedEnd, OUTPUT + start);
  }
}

/** The hash at HASHED, hashed `count` times more (WSS UsernameToken profile 1.1 §4). */
export function rehash(count: i32): void {
  writeInitialState();
  endMessage(HASHED, HASH_BYTES, 0);
  for (; count > 0; count--) compress(INITIAL, HASHED, HASHED);
}

/** FIPS 180-4 §5.3.1. */
function writeInitialState(): void {
  store<i32>(INITIAL, bswap<i32>(0x67452301));
  store<i32>(INITIAL, bswap<i32>(<i32>0xefcdab89), 4);
  store<i32>(INITIAL, bswap<i32>(<i32>0x98badcfe), 8);
  store<i32>(INITIAL, bswap<i32>(0x10325476), 12);
  store<i32>(INITIAL, bswap<i32>(<i32>0xc3d2e1f0), 16);
}

/** The states after the two keyed blocks of HMAC (RFC 2104 §2). */
function preparePads(): void {
  writeInitialState();
  mask(0x3636363636363636);
  compress(INITIAL, SECRET, INNER);
  mask(0x3636363636363636 ^ 0x5c5c5c5c5c5c5c5c);
  compress(INITIAL, SECRET, OUTER);
}

function mask(octets: u64): void {
  for (let at = SECRET; at < SECRET + BLOCK_BYTES; at += 8) store<u64>(at, load<u64>(at) ^ octets);
}

/** Ends a message, `before` octets of which were hashed (FIPS 180-4 §5.1.1): just past its last block. Zeros are there. */
function endMessage(start: i32, length: i32, before: i32): i32 {
  const end = start + ((length + 8 + BLOCK_BYTES) & -BLOCK_BYTES);
  store<u8>(start + length, 0x80);
  store<i32>(end - 4, bswap<i32>((before + length) << 3));
  return end;
}

/** HMAC of the blocks [at, end). */
function hmac(at: i32, end: i32, to: i32): void {
  let state = INNER;
  do {
    compress(state, at, HASHED);
    state = HASHED;
    at += BLOCK_BYTES;
  } while (at < end);
  compress(OUTER, HASHED, to);
}

@inline function choose(x: i32, y: i32, z: i32): i32 { return z ^ (x & (y ^ z)); }
@inline function parity(x: i32, y: i32, z: i32): i32 { return x ^ y ^ z; }
@inline function majority(x: i32, y: i32, z: i32): i32 { return (x & y) | (z & (x | y)); }
@inline function word(at: i32, index: i32): i32 { return bswap<i32>(load<i32>(at + (index << 2))); }

/** The state after a block (FIPS 180-4 §6.1.2). perf: unrolled, in locals, 87 ns; in loops with a schedule in memory 158. */
function compress(state: i32, block: i32, to: i32): void {
  const a0 = word(state, 0), b0 = word(state, 1), c0 = word(state, 2), d0 = word(state, 3), e0 = word(state, 4);
  let a = a0, b = b0, c = c0, d = d0, e = e0;
  let w0 = word(block, 0), w1 = word(block, 1), w2 = word(block, 2), w3 = word(block, 3);
  let w4 = word(block, 4), w5 = word(block, 5), w6 = word(block, 6), w7 = word(block, 7);
  let w8 = word(block, 8), w9 = word(block, 9), w10 = word(block, 10), w11 = word(block, 11);
  let w12 = word(block, 12), w13 = word(block, 13), w14 = word(block, 14), w15 = word(block, 15);
  e += rotl(a, 5) + choose(b, c, d) + w0 + K0; b = rotl(b, 30);
  d += rotl(e, 5) + choose(a, b, c) + w1 + K0; a = rotl(a, 30);
  c += rotl(d, 5) + choose(e, a, b) + w2 + K0; e = rotl(e, 30);
  b += rotl(c, 5) + choose(d, e, a) + w3 + K0; d = rotl(d, 30);
  a += rotl(b, 5) + choose(c, d, e) + w4 + K0; c = rotl(c, 30);
  e += rotl(a, 5) + choose(b, c, d) + w5 + K0; b = rotl(b, 30);
  d += rotl(e, 5) + choose(a, b, c) + w6 + K0; a = rotl(a, 30);
  c += rotl(d, 5) + choose(e, a, b) + w7 + K0; e = rotl(e, 30);
  b += rotl(c, 5) + choose(d, e, a) + w8 + K0; d = rotl(d, 30);
  a += rotl(b, 5) + choose(c, d, e) + w9 + K0; c = rotl(c, 30);
  e += rotl(a, 5) + choose(b, c, d) + w10 + K0; b = rotl(b, 30);
  d += rotl(e, 5) + choose(a, b, c) + w11 + K0; a = rotl(a, 30);
  c += rotl(d, 5) + choose(e, a, b) + w12 + K0; e = rotl(e, 30);
  b += rotl(c, 5) + choose(d, e, a) + w13 + K0; d = rotl(d, 30);
  a += rotl(b, 5) + choose(c, d, e) + w14 + K0; c = rotl(c, 30);
  e += rotl(a, 5) + choose(b, c, d) + w15 + K0; b = rotl(b, 30);
  w0 = rotl(w13 ^ w8 ^ w2 ^ w0, 1); d += rotl(e, 5) + choose(a, b, c) + w0 + K0; a = rotl(a, 30);
  w1 = rotl(w14 ^ w9 ^ w3 ^ w1, 1); c += rotl(d, 5) + choose(e, a, b) + w1 + K0; e = rotl(e, 30);
  w2 = rotl(w15 ^ w10 ^ w4 ^ w2, 1); b += rotl(c, 5) + choose(d, e, a) + w2 + K0; d = rotl(d, 30);
  w3 = rotl(w0 ^ w11 ^ w5 ^ w3, 1); a += rotl(b, 5) + choose(c, d, e) + w3 + K0; c = rotl(c, 30);
  w4 = rotl(w1 ^ w12 ^ w6 ^ w4, 1); e += rotl(a, 5) + parity(b, c, d) + w4 + K1; b = rotl(b, 30);
  w5 = rotl(w2 ^ w13 ^ w7 ^ w5, 1); d += rotl(e, 5) + parity(a, b, c) + w5 + K1; a = rotl(a, 30);
  w6 = rotl(w3 ^ w14 ^ w8 ^ w6, 1); c += rotl(d, 5) + parity(e, a, b) + w6 + K1; e = rotl(e, 30);
  w7 = rotl(w4 ^ w15 ^ w9 ^ w7, 1); b += rotl(c, 5) + parity(d, e, a) + w7 + K1; d = rotl(d, 30);
  w8 = rotl(w5 ^ w0 ^ w10 ^ w8, 1); a += rotl(b, 5) + parity(c, d, e) + w8 + K1; c = rotl(c, 30);
  w9 = rotl(w6 ^ w1 ^ w11 ^ w9, 1); e += rotl(a, 5) + parity(b, c, d) + w9 + K1; b = rotl(b, 30);
  w10 = rotl(w7 ^ w2 ^ w12 ^ w10, 1); d += rotl(e, 5) + parity(a, b, c) + w10 + K1; a = rotl(a, 30);
  w11 = rotl(w8 ^ w3 ^ w13 ^ w11, 1); c += rotl(d, 5) + parity(e, a, b) + w11 + K1; e = rotl(e, 30);
  w12 = rotl(w9 ^ w4 ^ w14 ^ w12, 1); b += rotl(c, 5) + parity(d, e, a) + w12 + K1; d = rotl(d, 30);
  w13 = rotl(w10 ^ w5 ^ w15 ^ w13, 1); a += rotl(b, 5) + parity(c, d, e) + w13 + K1; c = rotl(c, 30);
  w14 = rotl(w11 ^ w6 ^ w0 ^ w14, 1); e += rotl(a, 5) + parity(b, c, d) + w14 + K1; b = rotl(b, 30);
  w15 = rotl(w12 ^ w7 ^ w1 ^ w15, 1); d += rotl(e, 5) + parity(a, b, c) + w15 + K1; a = rotl(a, 30);
  w0 = rotl(w13 ^ w8 ^ w2 ^ w0, 1); c += rotl(d, 5) + parity(e, a, b) + w0 + K1; e = rotl(e, 30);
  w1 = rotl(w14 ^ w9 ^ w3 ^ w1, 1); b += rotl(c, 5) + parity(d, e, a) + w1 + K1; d = rotl(d, 30);
  w2 = rotl(w15 ^ w10 ^ w4 ^ w2, 1); a += rotl(b, 5) + parity(c, d, e) + w2 + K1; c = rotl(c, 30);
  w3 = rotl(w0 ^ w11 ^ w5 ^ w3, 1); e += rotl(a, 5) + parity(b, c, d) + w3 + K1; b = rotl(b, 30);
  w4 = rotl(w1 ^ w12 ^ w6 ^ w4, 1); d += rotl(e, 5) + parity(a, b, c) + w4 + K1; a = rotl(a, 30);
  w5 = rotl(w2 ^ w13 ^ w7 ^ w5, 1); c += rotl(d, 5) + parity(e, a, b) + w5 + K1; e = rotl(e, 30);
  w6 = rotl(w3 ^ w14 ^ w8 ^ w6, 1); b += rotl(c, 5) + parity(d, e, a) + w6 + K1; d = rotl(d, 30);
  w7 = rotl(w4 ^ w15 ^ w9 ^ w7, 1); a += rotl(b, 5) + parity(c, d, e) + w7 + K1; c = rotl(c, 30);
  w8 = rotl(w5 ^ w0 ^ w10 ^ w8, 1); e += rotl(a, 5) + majority(b, c, d) + w8 + K2; b = rotl(b, 30);
  w9 = rotl(w6 ^ w1 ^ w11 ^ w9, 1); d += rotl(e, 5) + majority(a, b, c) + w9 + K2; a = rotl(a, 30);
  w10 = rotl(w7 ^ w2 ^ w12 ^ w10, 1); c += rotl(d, 5) + majority(e, a, b) + w10 + K2; e = rotl(e, 30);
  w11 = rotl(w8 ^ w3 ^ w13 ^ w11, 1); b += rotl(c, 5) + majority(d, e, a) + w11 + K2; d = rotl(d, 30);
  w12 = rotl(w9 ^ w4 ^ w14 ^ w12, 1); a += rotl(b, 5) + majority(c, d, e) + w12 + K2; c = rotl(c, 30);
  w13 = rotl(w10 ^ w5 ^ w15 ^ w13, 1); e += rotl(a, 5) + majority(b, c, d) + w13 + K2; b = rotl(b, 30);
  w14 = rotl(w11 ^ w6 ^ w0 ^ w14, 1); d += rotl(e, 5) + majority(a, b, c) + w14 + K2; a = rotl(a, 30);
  w15 = rotl(w12 ^ w7 ^ w1 ^ w15, 1); c += rotl(d, 5) + majority(e, a, b) + w15 + K2; e = rotl(e, 30);
  w0 = rotl(w13 ^ w8 ^ w2 ^ w0, 1); b += rotl(c, 5) + majority(d, e, a) + w0 + K2; d = rotl(d, 30);
  w1 = rotl(w14 ^ w9 ^ w3 ^ w1, 1); a += rotl(b, 5) + majority(c, d, e) + w1 + K2; c = rotl(c, 30);
  w2 = rotl(w15 ^ w10 ^ w4 ^ w2, 1); e += rotl(a, 5) + majority(b, c, d) + w2 + K2; b = rotl(b, 30);
  w3 = rotl(w0 ^ w11 ^ w5 ^ w3, 1); d += rotl(e, 5) + majority(a, b, c) + w3 + K2; a = rotl(a, 30);
  w4 = rotl(w1 ^ w12 ^ w6 ^ w4, 1); c += rotl(d, 5) + majority(e, a, b) + w4 + K2; e = rotl(e, 30);
  w5 = rotl(w2 ^ w13 ^ w7 ^ w5, 1); b += rotl(c, 5) + majority(d, e, a) + w5 + K2; d = rotl(d, 30);
  w6 = rotl(w3 ^ w14 ^ w8 ^ w6, 1); a += rotl(b, 5) + majority(c, d, e) + w6 + K2; c = rotl(c, 30);
  w7 = rotl(w4 ^ w15 ^ w9 ^ w7, 1); e += rotl(a, 5) + majority(b, c, d) + w7 + K2; b = rotl(b, 30);
  w8 = rotl(w5 ^ w0 ^ w10 ^ w8, 1); d += rotl(e, 5) + majority(a, b, c) + w8 + K2; a = rotl(a, 30);
  w9 = rotl(w6 ^ w1 ^ w11 ^ w9, 1); c += rotl(d, 5) + majority(e, a, b) + w9 + K2; e = rotl(e, 30);
  w10 = rotl(w7 ^ w2 ^ w12 ^ w10, 1); b += rotl(c, 5) + majority(d, e, a) + w10 + K2; d = rotl(d, 30);
  w11 = rotl(w8 ^ w3 ^ w13 ^ w11, 1); a += rotl(b, 5) + majority(c, d, e) + w11 + K2; c = rotl(c, 30);
  w12 = rotl(w9 ^ w4 ^ w14 ^ w12, 1); e += rotl(a, 5) + parity(b, c, d) + w12 + K3; b = rotl(b, 30);
  w13 = rotl(w10 ^ w5 ^ w15 ^ w13, 1); d += rotl(e, 5) + parity(a, b, c) + w13 + K3; a = rotl(a, 30);
  w14 = rotl(w11 ^ w6 ^ w0 ^ w14, 1); c += rotl(d, 5) + parity(e, a, b) + w14 + K3; e = rotl(e, 30);
  w15 = rotl(w12 ^ w7 ^ w1 ^ w15, 1); b += rotl(c, 5) + parity(d, e, a) + w15 + K3; d = rotl(d, 30);
  w0 = rotl(w13 ^ w8 ^ w2 ^ w0, 1); a += rotl(b, 5) + parity(c, d, e) + w0 + K3; c = rotl(c, 30);
  w1 = rotl(w14 ^ w9 ^ w3 ^ w1, 1); e += rotl(a, 5) + parity(b, c, d) + w1 + K3; b = rotl(b, 30);
  w2 = rotl(w15 ^ w10 ^ w4 ^ w2, 1); d += rotl(e, 5) + parity(a, b, c) + w2 + K3; a = rotl(a, 30);
  w3 = rotl(w0 ^ w11 ^ w5 ^ w3, 1); c += rotl(d, 5) + parity(e, a, b) + w3 + K3; e = rotl(e, 30);
  w4 = rotl(w1 ^ w12 ^ w6 ^ w4, 1); b += rotl(c, 5) + parity(d, e, a) + w4 + K3; d = rotl(d, 30);
  w5 = rotl(w2 ^ w13 ^ w7 ^ w5, 1); a += rotl(b, 5) + parity(c, d, e) + w5 + K3; c = rotl(c, 30);
  w6 = rotl(w3 ^ w14 ^ w8 ^ w6, 1); e += rotl(a, 5) + parity(b, c, d) + w6 + K3; b = rotl(b, 30);
  w7 = rotl(w4 ^ w15 ^ w9 ^ w7, 1); d += rotl(e, 5) + parity(a, b, c) + w7 + K3; a = rotl(a, 30);
  w8 = rotl(w5 ^ w0 ^ w10 ^ w8, 1); c += rotl(d, 5) + parity(e, a, b) + w8 + K3; e = rotl(e, 30);
  w9 = rotl(w6 ^ w1 ^ w11 ^ w9, 1); b += rotl(c, 5) + parity(d, e, a) + w9 + K3; d = rotl(d, 30);
  w10 = rotl(w7 ^ w2 ^ w12 ^ w10, 1); a += rotl(b, 5) + parity(c, d, e) + w10 + K3; c = rotl(c, 30);
  w11 = rotl(w8 ^ w3 ^ w13 ^ w11, 1); e += rotl(a, 5) + parity(b, c, d) + w11 + K3; b = rotl(b, 30);
  w12 = rotl(w9 ^ w4 ^ w14 ^ w12, 1); d += rotl(e, 5) + parity(a, b, c) + w12 + K3; a = rotl(a, 30);
  w13 = rotl(w10 ^ w5 ^ w15 ^ w13, 1); c += rotl(d, 5) + parity(e, a, b) + w13 + K3; e = rotl(e, 30);
  w14 = rotl(w11 ^ w6 ^ w0 ^ w14, 1); b += rotl(c, 5) + parity(d, e, a) + w14 + K3; d = rotl(d, 30);
  w15 = rotl(w12 ^ w7 ^ w1 ^ w15, 1); a += rotl(b, 5) + parity(c, d, e) + w15 + K3; c = rotl(c, 30);
  store<i32>(to, bswap<i32>(a0 + a));
  store<i32>(to, bswap<i32>(b0 + b), 4);
  store<i32>(to, bswap<i32>(c0 + c), 8);
  store<i32>(to, bswap<i32>(d0 + d), 12);
  store<i32>(to, bswap<i32>(e0 + e), 16);
}
