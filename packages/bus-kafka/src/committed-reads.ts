/**
 * kafkajs 2.2 hands over records of aborted transactions where several of them overlap: it enters one of them for each record at most, in the order in which they
 * ended, and takes any record whose key is four octets of zero for the end of one. It is told what is aborted here, record by record.
 */
import { port, requireKind } from '@parley/core/internal';
import type { Kafka } from 'kafkajs';

interface Aborted {
  readonly producerId: string;
  readonly firstOffset: string;
}

/** A record as kafkajs reads it; what is of control it keeps to itself. */
interface RawRecord {
  readonly offset: string;
  readonly key: Uint8Array | null;
  isControlRecord: boolean;
  readonly batchContext?: { readonly producerId?: string; readonly inTransaction?: boolean };
}

interface FetchedPartition {
  abortedTransactions?: readonly Aborted[] | null;
  readonly messages: readonly RawRecord[];
}

interface FetchResponse {
  readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
}

interface Fetching {
  fetch(...given: readonly unknown[]): Promise<FetchResponse>;
}

interface Cluster {
  findBroker(...given: readonly unknown[]): Promise<Fetching>;
}

const CLUSTER = 'private:Kafka:createCluster';

/**
 * The same cluster, whose consumers see no record of an aborted transaction, unless they ask for what is uncommitted. A client that is not kafkajs, or a later
 * one, is given back as it is.
 * @throws Fault `caller.option-invalid`
 */
export function committedReads(kafka: Kafka): Kafka {
  requireKind(port<Kafka>('consumer', 'producer', 'admin'), kafka, 'kafka');
  const own = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === CLUSTER);
  if (own === undefined) return kafka;
  const make = (kafka as unknown as Readonly<Record<symbol, (...given: readonly unknown[]) => Cluster>>)[own];
  if (typeof make !== 'function') return kafka;
  const value = (...given: readonly unknown[]): Cluster => readingCommitted(make(...given));
  return Object.create(kafka, { [own]: { value } }) as Kafka;
}

function readingCommitted(cluster: Cluster): Cluster {
  const known = new WeakSet<Fetching>();
  const find = cluster.findBroker.bind(cluster);
  cluster.findBroker = async (...given) => {
    const broker = await find(...given);
    if (known.has(broker)) return broker;
    known.add(broker);
    const fetch = broker.fetch.bind(broker);
    broker.fetch = async (...asked) => {
      const response = await fetch(...asked);
      for (const { partitions } of response.responses) for (const partition of partitions) markAborted(partition);
      return response;
    };
    return broker;
  };
  return cluster;
}

/** Makes what was aborted of control, and leaves nothing for kafkajs to find out. */
function markAborted(partition: FetchedPartition): void {
  const { abortedTransactions, messages } = partition;
  if (abortedTransactions === undefined || abortedTransactions === null || abortedTransactions.length === 0) return;
  const coming = [...abortedTransactions].sort((left, right) => compared(left.firstOffset, right.firstOffset));
  const open = new Set<string>();
  for (const record of messages) {
    for (; coming[0] !== undefined && compared(coming[0].firstOffset, record.offset) <= 0; coming.shift())
      open.add(coming[0].producerId);
    const { producerId = '', inTransaction = false } = record.batchContext ?? {};
    // The mark of a commit ends nothing that was aborted; that of an abort does.
    if (record.isControlRecord) open.delete(producerId);
    else if (inTransaction && open.has(producerId)) record.isControlRecord = true;
  }
  partition.abortedTransactions = [];
}

function compared(left: string, right: string): number {
  const difference = BigInt(left) - BigInt(right);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
