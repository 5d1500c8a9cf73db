import { deriveKey } from '@parley/core';
import type { SynchronousSubject } from '../measure.ts';

const LENGTHS_BYTES = [24, 32] as const;

/** A derived key from a nonce, nothing cached: to sign with (24 octets) and to encrypt with (32). */
export function deriveKernels(): readonly SynchronousSubject[] {
  const secret = new Uint8Array(32).fill(1);
  const nonce = new Uint8Array(16).fill(2);
  return LENGTHS_BYTES.map((lengthBytes) => {
    const out = new Uint8Array(lengthBytes);
    const spec = { label: undefined, nonce, offsetBytes: 0 };
    return {
      name: `derive ${lengthBytes} octets`,
      message: undefined,
      bytes: 0,
      run: () => deriveKey(secret, spec, out),
    };
  });
}
