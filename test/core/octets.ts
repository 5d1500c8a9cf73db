import { readFileSync } from 'node:fs';
import fc from 'fast-check';

export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** A JSON file of `test/vectors/`, taken to be of the type asked for. */
export function readVectors<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${path}`, import.meta.url), 'utf8')) as T;
}

/** Whether nobody else has a share in the memory of `bytes`, as the pool of Buffer would give. */
export function isUnshared(bytes: Uint8Array): boolean {
  return bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
}

/**
 * Octets of any length up to `maxLength`; left alone, fast-check seldom makes more than a dozen. Not shrunk: hundreds of
 * octets, one by one, would take minutes.
 */
export function anyOctets(maxLength: number): fc.Arbitrary<Uint8Array> {
  return fc.noShrink(fc.uint8Array({ maxLength, size: 'max' }));
}
