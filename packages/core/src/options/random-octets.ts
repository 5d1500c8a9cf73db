import { called } from './called.ts';
import { anything } from './kind.ts';

interface Randomness {
  readonly fillRandom: (out: Uint8Array) => void;
}

/** The caller's source of randomness, which fills or fails. @throws Fault `caller.callback-failed` it threw */
export function filling({ fillRandom }: Randomness): Randomness['fillRandom'] {
  return (out) => called('fillRandom', anything(), () => fillRandom(out));
}

/** `lengthBytes` octets from the caller's source of randomness. @throws Fault `caller.callback-failed` it threw */
export function randomOctets(lengthBytes: number, source: Randomness): Uint8Array {
  const octets = new Uint8Array(lengthBytes);
  filling(source)(octets);
  return octets;
}
