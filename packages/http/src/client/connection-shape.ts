/** What leads to a peer, and what ends a call. */
import type { Kind } from '@parley/core/internal';
import { either, instanceOf, optional, port, TEXT, whole } from '@parley/core/internal';
import type { Dispatcher } from 'undici';

export const ADDRESS: Kind<string | URL> = either(TEXT, instanceOf<URL>(URL));
export const SIGNAL: Kind<AbortSignal | undefined> = optional(instanceOf<AbortSignal>(AbortSignal));
export const DISPATCHER: Kind<Dispatcher> = port<Dispatcher>('dispatch');
/** As long as a timer of Node's may run. */
export const TIMEOUT_MS: Kind<number> = whole(1, 2 ** 31 - 1);
