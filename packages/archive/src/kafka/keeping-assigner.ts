import type { PartitionAssigner } from 'kafkajs';
import kafkajs from 'kafkajs';
import type { Reader } from './dealt.ts';
import { dealt } from './dealt.ts';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;
const NAME = 'parley-keeping';
const VERSION = 1;
const NOTHING = Buffer.alloc(0);

/** Deals partitions as {@link dealt} does; `inHand` says which of them this reader has a piece of. */
export function keeping(inHand: () => readonly number[]): PartitionAssigner {
  return ({ cluster }) => ({
    name: NAME,
    version: VERSION,
    protocol: ({ topics }) => {
      const userData = Buffer.from(JSON.stringify(inHand()));
      return { name: NAME, metadata: MemberMetadata.encode({ version: VERSION, topics, userData }) };
    },
    assign: async ({ members, topics: [topic = ''] }) => {
      const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
      const readers = members.map(({ memberId, memberMetadata }) => readerOf(memberId, memberMetadata));
      return [...dealt(partitions, readers)].map(([memberId, hand]) => {
        const assignment = { [topic]: [...hand] };
        return {
          memberId,
          memberAssignment: MemberAssignment.encode({ version: VERSION, assignment, userData: NOTHING }),
        };
      });
    },
  });
}

function readerOf(name: string, metadata: Buffer): Reader {
  const said = MemberMetadata.decode(metadata)?.userData;
  const inHand: unknown = said === undefined || said.length === 0 ? [] : JSON.parse(said.toString());
  return { name, inHand: Array.isArray(inHand) ? inHand.map(Number) : [] };
}
