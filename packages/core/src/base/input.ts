import { isUint8Array } from 'node:util/types';
import { Fault } from './fault.ts';
import { got } from './got.ts';

/** @throws Fault `caller.input-invalid` octets that are none; `input` is what they are called */
export function requireInput(value: unknown, input: string): asserts value is Uint8Array {
  // safety: by what it is and not by its prototype, which a proxy has, too.
  if (!isUint8Array(value)) throw new Fault('caller.input-invalid', { input, got: got(value), wanted: 'a Uint8Array' });
}
