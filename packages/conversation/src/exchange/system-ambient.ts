import { randomFillSync } from 'node:crypto';
import type { Kind } from '@parley/core/internal';
import { callback, randomReserve, requireInput, requireKind, whole } from '@parley/core/internal';
import type { Ambient } from './ambient.ts';

const WAKE: Kind<() => void> = callback();
/** That timers can tell. */
const DELAY_MS: Kind<number> = whole(0, 2 ** 31 - 1);
const reserve = randomReserve((out) => void randomFillSync(out));

/** The clock, the randomness and the timers of the system. */
export const systemAmbient: Ambient = Object.freeze({
  nowMs: () => Date.now(),
  fillRandom: (out: Uint8Array) => {
    requireInput(out, 'out');
    reserve(out);
  },
  wakeAfter: (delayMs: number, wake: () => void) => {
    requireKind(DELAY_MS, delayMs, 'delayMs');
    requireKind(WAKE, wake, 'wake');
    // Nobody has to wait for it to end a process.
    const timer = setTimeout(wake, delayMs).unref();
    return () => clearTimeout(timer);
  },
});
