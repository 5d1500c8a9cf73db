/**
 * What is made of many short SHA-1 hashes, as a WebAssembly module: assembly/sha1.ts.
 *
 * perf: by Node a hash of one block costs 0.6 us, nearly all of it for the call and its result; here 0.1.
 *
 * Each function does nothing and gives `false` for what is larger than the module's room, where Node.js runs without
 * WebAssembly, and in FIPS mode, where all cryptography is to be OpenSSL's: then the caller does it by OpenSSL.
 */
import { getFips } from 'node:crypto';
import { SHA1_MODULE } from './sha1-module-octets.ts';
import { instantiate } from './web-assembly.ts';

// Where things are in the module's memory; assembly/sha1.ts has the same numbers.
const SECRET_AT = 0;
const SECRET_MAX = 64;
const HASHED_AT = 128;
const SEED_AT = 212;
// A label of 256 octets and a nonce of 128 fit; so do usual entropies.
const SEED_MAX = 512;
const OUTPUT_AT = 1024;
const OUTPUT_MAX = 2048;
const HASH_BYTES = 20;

interface Sha1Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly pSha1: (seedBytes: number, offsetBytes: number, endBytes: number) => void;
  readonly rehash: (count: number) => void;
}

const module = instantiate(SHA1_MODULE, {}) as Sha1Exports | undefined;
/** The module's memory; zero between calls, which a test sees to. */
export const sha1Memory: Uint8Array = new Uint8Array(module?.memory.buffer ?? new ArrayBuffer(0));

/** What `pSha1` of p-sha1.ts gives. */
export function pSha1ByModule(secret: Uint8Array, seed: Uint8Array, offsetBytes: number, out: Uint8Array): boolean {
  const end = offsetBytes + out.length;
  if (secret.length > SECRET_MAX || seed.length > SEED_MAX || end > OUTPUT_MAX) return false;
  if (module === undefined || isFips()) return false;
  try {
    sha1Memory.set(secret, SECRET_AT);
    sha1Memory.set(seed, SEED_AT);
    module.pSha1(seed.length, offsetBytes, end);
    // perf: for so few octets, a loop is quicker than a view and its `set`.
    for (let i = 0; i < out.length; i++) out[i] = sha1Memory[OUTPUT_AT + offsetBytes + i] as number;
  } finally {
    // safety: pads, states, links and blocks; the last one may be longer than what was asked for.
    sha1Memory.fill(0, 0, OUTPUT_AT + end + HASH_BYTES);
  }
  return true;
}

/** Replaces a SHA-1 hash by what becomes of it when it is hashed `count` times more. */
export function rehashByModule(hash: Uint8Array, count: number): boolean {
  if (module === undefined || isFips()) return false;
  try {
    sha1Memory.set(hash, HASHED_AT);
    module.rehash(count);
    hash.set(sha1Memory.subarray(HASHED_AT, HASHED_AT + HASH_BYTES));
  } finally {
    sha1Memory.fill(0, 0, SEED_AT);
  }
  return true;
}

// Asked each time (0.1 us), because a program may switch it on at any time.
function isFips(): boolean {
  return getFips() !== 0;
}
