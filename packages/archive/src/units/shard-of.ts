import { hash } from 'node:crypto';

/** The shard of all messages of a context: what may be seen once is then seen by one who knows. */
export function shardOf(context: string, shards: number): number {
  return hash('sha256', context, 'buffer').readUInt32LE(0) % shards;
}
