/** Where messages under a context are opened and sealed: on this thread, or on a pool. */
import type { Pool, PoolOptions } from '@parley/engine';

/** What the pool of a conversation is made with; it asks for changes of contexts before every batch. */
export type PoolNeeds = Required<Pick<PoolOptions, 'policy' | 'contexts' | 'contextAgeMaxMs'>>;

/**
 * Makes the pool of one party: `(needs) => createPool({ ...needs, workers: 2 })`. It is closed with the party. Verdicts are those
 * of a party without one.
 */
export type PoolMaker = (needs: PoolNeeds) => Pool;
