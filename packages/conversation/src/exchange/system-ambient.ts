import { randomFillSync } from 'node:crypto';
import { randomReserve, requireInput } from '@parley/core/internal';
import type { Ambient } from './ambient.ts';

const reserve = randomReserve((out) => void randomFillSync(out));

/** The clock and the randomness of the system. */
export const systemAmbient: Ambient = Object.freeze({
  nowMs: () => Date.now(),
  fillRandom: (out: Uint8Array) => {
    requireInput(out, 'out');
    reserve(out);
  },
});
