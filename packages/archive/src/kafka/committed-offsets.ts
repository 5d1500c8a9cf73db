import type { Admin } from 'kafkajs';

/** Up to where a group has come in the partitions of a topic, of those where it has. */
export async function committedOffsets(
  admin: Admin,
  groupId: string,
  topic: string,
): Promise<ReadonlyMap<number, bigint>> {
  const [of] = await admin.fetchOffsets({ groupId, topics: [topic] }).catch(unlessUnknown);
  const known = of?.partitions.filter(({ offset }) => offset !== '-1') ?? [];
  return new Map(known.map(({ partition, offset }) => [partition, BigInt(offset)]));
}

/** Most brokers have offsets of -1 for a group that they do not know; some say that they do not. */
function unlessUnknown(error: unknown): never[] {
  if (error instanceof Error && 'type' in error && error.type === 'GROUP_ID_NOT_FOUND') return [];
  throw error;
}
