import { loadLibxml } from '@parley/codec';

/** libxmljs2 is an optional dependency, compiled on installation: what it does can be tested only where that worked. */
export const HAS_LIBXML: boolean = loadLibxml().available;
