import type { Kind } from '@parley/core/internal';
import { port } from '@parley/core/internal';
import type { Ambient } from './ambient.ts';

/** A clock, a source of randomness, and perhaps an alarm. */
export const AMBIENT: Kind<Ambient> = port<Ambient>('nowMs', 'fillRandom', 'wakeAfter?');
