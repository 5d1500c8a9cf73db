export type {
  IoredisClient,
  IoredisSubscriber,
  NodeRedisClient,
  NodeRedisSubscriber,
  RedisClient,
} from './redis-client.ts';
export { RedisClaims } from './redis-claims.ts';
export type { RedisClaimsOptions } from './redis-claims.ts';
export { openRedisContextStore } from './redis-context-store.ts';
export { RedisReplayCache } from './redis-replay-cache.ts';
export type { RedisReplayCacheOptions } from './redis-replay-cache.ts';
export type { RedisContextStoreOptions, RedisPlace } from './store-settings.ts';
