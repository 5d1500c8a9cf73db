import { randomFillSync } from 'node:crypto';
import type { Ambient } from './ambient.ts';

/** The clock and the randomness of the system. */
export const systemAmbient: Ambient = Object.freeze({
  nowMs: () => Date.now(),
  fillRandom: (out: Uint8Array) => {
    randomFillSync(out);
  },
});
