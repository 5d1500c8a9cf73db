import type { PublicKey } from './key.ts';
import { signatureBytes } from './signature.ts';

/**
 * An ECDSA signature with r and s as long as the order of the curve, of one that lacks the zeros that both begin with: old Java
 * wrote r and s as long as the longer of them. There is one way to be that short, r and s equally long and not both with a zero
 * in front; anything else is given back as it is, and so is what is no ECDSA. Borrows `signature`.
 */
export function withWholeHalves(key: PublicKey, signature: Uint8Array): Uint8Array {
  const lengthBytes = signatureBytes(key);
  const half = signature.length / 2;
  const isShort = key.family === 'ec' && half >= 1 && Number.isInteger(half) && signature.length < lengthBytes;
  if (!isShort || (signature[0] === 0 && signature[half] === 0)) return signature;
  const whole = new Uint8Array(lengthBytes);
  whole.set(signature.subarray(0, half), lengthBytes / 2 - half);
  whole.set(signature.subarray(half), lengthBytes - half);
  return whole;
}
