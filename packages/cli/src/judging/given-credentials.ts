import type { Credentials, PoolCredentials } from '@parley/engine';

/** Credentials in the form for the calling thread, and in that for others. */
export interface GivenCredentials {
  readonly here: Credentials;
  readonly pool: PoolCredentials;
}
