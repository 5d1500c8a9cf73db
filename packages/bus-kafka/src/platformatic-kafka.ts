import type { Kind } from '@parley/core/internal';
import { port, requireOptions, shapeOf } from '@parley/core/internal';
import type { Admin, ConsumerConfig, Kafka, ProducerConfig } from 'kafkajs';
import { GroupReader } from './platformatic-consumer.ts';
import { TopicWriter } from './platformatic-producer.ts';
import type { PlatformaticLibrary, PlatformaticMember } from './platformatic-types.ts';

export interface PlatformaticOptions {
  /** The module: `import * as library from '@platformatic/kafka'`, 2.12.1 or newer. */
  readonly library: PlatformaticLibrary;
  /** What its clients are made with: `clientId`, `bootstrapBrokers`, `tls`, `sasl`, … */
  readonly client: object;
}

const OPTIONS: Kind<PlatformaticOptions> = shapeOf<PlatformaticOptions>({
  library: port<PlatformaticLibrary>('Consumer', 'Producer', 'Admin'),
  client: port<object>(),
});

/**
 * A cluster that `@platformatic/kafka` speaks to, for the `kafka` of `kafkaInlet`, `kafkaOutlet` and `kafkaCommit`. Messages that it reads have no time of the
 * broker's.
 * @throws Fault `caller.option-invalid`
 */
export function platformaticKafka(options: PlatformaticOptions): Kafka {
  requireOptions(OPTIONS, options, 'options');
  const { library, client } = options;
  const members = new Map<string, PlatformaticMember>();
  /** As of when it last joined: if it was taken for dead since, the broker refuses what it says. */
  const joined = ({ groupId, generationId, memberId, coordinatorId }: PlatformaticMember): void =>
    void members.set(groupId, { groupId, generationId, memberId, coordinatorId });
  const memberOf = (groupId: string): PlatformaticMember => {
    const member = members.get(groupId);
    if (member === undefined) throw new Error('it has not joined');
    return member;
  };
  const part = {
    consumer: (config: ConsumerConfig) => new GroupReader(library, client, config, joined),
    producer: (config: ProducerConfig) => new TopicWriter(library, client, config, memberOf),
    admin: () => committedOffsets(library, client),
  };
  return part as unknown as Kafka;
}

/** Of an admin, what `kafkaCommit` asks. */
function committedOffsets(
  library: PlatformaticLibrary,
  client: object,
): Pick<Admin, 'connect' | 'fetchOffsets' | 'disconnect'> {
  const admin = new library.Admin({ ...client });
  return {
    connect: async () => void (await admin.listTopics()),
    fetchOffsets: async ({ groupId }) => {
      const [group] = await admin.listConsumerGroupOffsets({ groups: [groupId], requireStable: true });
      return (group?.topics ?? []).map(({ name: topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partitionIndex: partition, committedOffset }) => ({
          partition,
          offset: String(committedOffset),
          metadata: null,
        })),
      }));
    },
    disconnect: async () => await admin.close(),
  };
}
