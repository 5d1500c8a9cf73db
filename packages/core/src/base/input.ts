import { isUint8Array } from 'node:util/types';
import { Fault } from './fault.ts';
import { got } from './got.ts';

/** Whether the octets were handed to another thread: what is left looks empty, and throws when it is gone through. */
export function isDetached(octets: Uint8Array): boolean {
  if (octets.length > 0) return false;
  try {
    void new Uint8Array(octets.buffer);
    return false;
  } catch {
    return true;
  }
}

/** @throws Fault `caller.input-invalid` octets that are none; `input` is what they are called */
export function requireInput(value: unknown, input: string): asserts value is Uint8Array {
  // safety: by what it is and not by its prototype, which a proxy has, too.
  if (!isUint8Array(value) || isDetached(value))
    throw new Fault('caller.input-invalid', { input, got: got(value), wanted: 'a Uint8Array' });
}
