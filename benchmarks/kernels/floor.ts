import type { BenchMessage } from '../corpus.ts';
import { cryptoFloor } from '../crypto-floor.ts';
import type { SynchronousSubject } from '../measure.ts';

export const FLOOR = 'crypto floor';

/** What `open` is set against. */
export function floorKernel(message: BenchMessage): SynchronousSubject {
  return { name: FLOOR, message: message.name, bytes: message.octets.length, run: cryptoFloor(message) };
}
