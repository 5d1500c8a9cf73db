import { randomFillSync } from 'node:crypto';
import { randomReserve } from '@parley/core/internal';
import type { Ambient } from './ambient.ts';

/** The clock and the randomness of the system. */
export const systemAmbient: Ambient = Object.freeze({
  nowMs: () => Date.now(),
  fillRandom: randomReserve((out) => void randomFillSync(out)),
});
