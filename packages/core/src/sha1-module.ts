/**
 * P_SHA1 as a WebAssembly module: assembly/sha1.ts.
 *
 * perf: a derivation is a dozen hashes of one or two blocks. By Node each costs 0.6 us for the call alone; here all of
 * them take 1.3 us, for one key of 32 octets.
 */
import { getFips } from 'node:crypto';
import { SHA1_MODULE } from './sha1-module-octets.ts';
import { instantiate } from './web-assembly.ts';

// Where things are in the module's memory; assembly/sha1.ts has the same numbers.
const SECRET_AT = 0;
const SECRET_MAX = 64;
const SEED_AT = 212;
// A label of 256 octets and a nonce of 128 fit; so do usual entropies.
const SEED_MAX = 512;
const OUTPUT_AT = 1024;
const OUTPUT_MAX = 2048;
const HASH_BYTES = 20;

interface Sha1Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly pSha1: (seedBytes: number, offsetBytes: number, endBytes: number) => void;
}

const module = instantiate(SHA1_MODULE, {}) as Sha1Exports | undefined;
/** The module's memory; zero between calls, which a test sees to. */
export const sha1Memory: Uint8Array = new Uint8Array(module?.memory.buffer ?? new ArrayBuffer(0));

/**
 * What `pSha1` of p-sha1.ts gives; or `false`, and nothing done: for what is larger than the module's room, without
 * WebAssembly, and in FIPS mode, where all cryptography is to be OpenSSL's.
 */
export function pSha1ByModule(secret: Uint8Array, seed: Uint8Array, offsetBytes: number, out: Uint8Array): boolean {
  const end = offsetBytes + out.length;
  if (module === undefined || secret.length > SECRET_MAX || seed.length > SEED_MAX || end > OUTPUT_MAX) return false;
  // Asked each time (0.1 us), because a program may switch it on at any time.
  if (getFips() !== 0) return false;
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
