import { BASE64_MODULE } from './base64-module-octets.ts';
import { instantiate } from './web-assembly.ts';

// Where the text is in the module's memory of 64 KiB; assembly/base64-blocks.ts has the same number.
const TEXT_AT = 0x1000;
/** perf: what is copied in and out again stays in the processor's first cache. */
const CHUNK_BYTES = 16_384;
const BLOCK_BYTES = 16;

interface Base64Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly decodeBlocks: (lengthBytes: number) => number;
}

const module = instantiate(BASE64_MODULE, {}) as Base64Exports | undefined;
const octets = new Uint8Array(module?.memory.buffer ?? new ArrayBuffer(0));

/**
 * Decodes blocks of sixteen characters of the base64 alphabet from bytes[start, end), up to one in which there is
 * anything else: white space, padding, what is wrong. Twelve octets a block are written to `out` from `outStart` on.
 *
 * @returns octets written; 0 without WebAssembly
 */
export function decodeBlocks(bytes: Uint8Array, start: number, end: number, out: Uint8Array, outStart: number): number {
  if (module === undefined) return 0;
  let at = start;
  let outAt = outStart;
  while (end - at >= BLOCK_BYTES) {
    const lengthBytes = Math.min(end - at, CHUNK_BYTES) & -BLOCK_BYTES;
    octets.set(bytes.subarray(at, at + lengthBytes), TEXT_AT);
    const readBytes = module.decodeBlocks(lengthBytes);
    const decodedBytes = (readBytes / 4) * 3;
    out.set(octets.subarray(TEXT_AT, TEXT_AT + decodedBytes), outAt);
    at += readBytes;
    outAt += decodedBytes;
    if (readBytes < lengthBytes) break;
  }
  // safety: what is decoded may be a key.
  octets.fill(0, TEXT_AT, TEXT_AT + Math.min(end - start, CHUNK_BYTES));
  return outAt - outStart;
}
