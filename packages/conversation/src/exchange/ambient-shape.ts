import type { Kind } from '@parley/core/internal';
import { port } from '@parley/core/internal';
import type { Ambient } from './ambient.ts';

/** A clock and a source of randomness. */
export const AMBIENT: Kind<Ambient> = port<Ambient>('nowMs', 'fillRandom');
