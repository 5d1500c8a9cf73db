export type { PostgresClient, PostgresPool } from './postgres-pool.ts';
export { PostgresClaims } from './postgres-claims.ts';
export type { PostgresClaimsOptions } from './postgres-claims.ts';
export { openPostgresContextStore } from './postgres-context-store.ts';
export { PostgresReplayCache } from './postgres-replay-cache.ts';
export type { PostgresReplayCacheOptions } from './postgres-replay-cache.ts';
export type { PostgresContextStoreOptions, PostgresPlace } from './store-settings.ts';
