import { got } from '../base/got.ts';
import { called } from './called.ts';
import type { Kind } from './kind.ts';

interface Randomness {
  readonly fillRandom: (out: Uint8Array) => void;
}

/** What it answers does not matter, unless it has yet to fill: until then the octets are zeros. */
const AT_ONCE: Kind<unknown> = {
  type: 'object',
  misfit: (answer) =>
    answer instanceof Promise ? { path: '', detail: { got: got(answer), wanted: 'nothing, at once' } } : undefined,
};

/** The caller's source of randomness, which fills or fails. @throws Fault `caller.callback-failed` it threw; `caller.option-invalid` it promises */
export function filling({ fillRandom }: Randomness): Randomness['fillRandom'] {
  return (out) => called('fillRandom', AT_ONCE, () => fillRandom(out));
}

/** `lengthBytes` octets from the caller's source of randomness. @throws Fault as {@link filling} */
export function randomOctets(lengthBytes: number, source: Randomness): Uint8Array {
  const octets = new Uint8Array(lengthBytes);
  filling(source)(octets);
  return octets;
}
