import { called } from './called.ts';
import { anything } from './kind.ts';

/** `lengthBytes` octets from the caller's source of randomness. @throws Fault `caller.callback-failed` it threw */
export function randomOctets(
  lengthBytes: number,
  { fillRandom }: { readonly fillRandom: (out: Uint8Array) => void },
): Uint8Array {
  const octets = new Uint8Array(lengthBytes);
  called('fillRandom', anything(), () => fillRandom(octets));
  return octets;
}
