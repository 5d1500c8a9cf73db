/** What we use of `@platformatic/kafka`, whose types want a newer Node than ours. */

export interface PlatformaticMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: Uint8Array | null | undefined;
  readonly value: Uint8Array | null | undefined;
  readonly timestamp: bigint;
  readonly headers: ReadonlyMap<Uint8Array, Uint8Array>;
}

export interface PlatformaticStream extends AsyncIterable<PlatformaticMessage> {
  close(): Promise<void>;
}

/** Who a member of a group is, as offsets in a transaction say. */
export interface PlatformaticMember {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string | null;
  readonly coordinatorId: number | null;
}

export interface PlatformaticConsumer extends PlatformaticMember {
  readonly assignments: readonly { readonly topic: string; readonly partitions: readonly number[] }[] | null;
  consume(options: object): Promise<PlatformaticStream>;
  commit(options: { readonly offsets: readonly object[] }): Promise<void>;
  on(event: 'consumer:group:join', listener: () => void): unknown;
  close(force: boolean): Promise<void>;
}

export interface PlatformaticRecord {
  readonly topic: string;
  readonly partition?: number;
  readonly key?: Uint8Array;
  readonly value: Uint8Array;
  readonly headers: ReadonlyMap<Uint8Array, Uint8Array>;
}

export interface PlatformaticTransaction {
  send(options: { readonly messages: readonly PlatformaticRecord[]; readonly acks: -1 }): Promise<unknown>;
  addConsumer(consumer: PlatformaticMember): Promise<void>;
  addOffset(message: object): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
  /** Forgets it, of which no broker knows yet. */
  cancel(): Promise<void>;
}

export interface PlatformaticProducer {
  send(options: { readonly messages: readonly PlatformaticRecord[]; readonly acks: -1 }): Promise<unknown>;
  beginTransaction(options: object): Promise<PlatformaticTransaction>;
  close(force: boolean): Promise<void>;
}

export interface PlatformaticAdmin {
  listTopics(): Promise<readonly string[]>;
  listConsumerGroupOffsets(options: { readonly groups: readonly string[]; readonly requireStable: boolean }): Promise<
    readonly {
      readonly groupId: string;
      readonly topics: readonly {
        readonly name: string;
        readonly partitions: readonly { readonly partitionIndex: number; readonly committedOffset: bigint }[];
      }[];
    }[]
  >;
  close(): Promise<void>;
}

/** The module: `import * as library from '@platformatic/kafka'`. */
export interface PlatformaticLibrary {
  readonly Consumer: new (options: object) => PlatformaticConsumer;
  readonly Producer: new (options: object) => PlatformaticProducer;
  readonly Admin: new (options: object) => PlatformaticAdmin;
}
