import { hash } from 'node:crypto';

/** The shard of all messages of an order key, a context in most cases: what may be seen once is then seen by one who knows. */
export function shardOf(orderKey: string, shards: number): number {
  return hash('sha256', orderKey, 'buffer').readUInt32LE(0) % shards;
}
