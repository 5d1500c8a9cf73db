import { outliveErrorsOf } from '@parley/conversation/internal';
import { clusterLink } from './cluster-link.ts';
import type { RedisClient } from './redis-client.ts';
import type { RedisLink } from './redis-link.ts';
import { serverLink } from './redis-link.ts';

/** Redis through whichever client it is: clients of clusters, of `redis` and of `ioredis`, have a member that those of one server have not. */
export function linkTo(client: RedisClient): RedisLink {
  outliveErrorsOf(client);
  return 'masters' in client || 'nodes' in client ? clusterLink(client) : serverLink(client);
}
