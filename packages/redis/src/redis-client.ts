/** What is used of a client of Redis, whoever wrote it. */

/** One word of a command. */
export type Word = string | Buffer;

/** What is used of a client of `redis` (`@redis/client`) 5 and newer. */
export interface NodeRedisClient {
  sendCommand(words: readonly Word[], options: { readonly typeMapping: object }): Promise<unknown>;
  /** A connection of its own, for what other nodes tell. */
  duplicate(): NodeRedisSubscriber;
  on(event: string, listener: () => void): unknown;
}

export interface NodeRedisSubscriber {
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  ping(): Promise<unknown>;
  destroy(): void;
  on(event: string, listener: () => void): unknown;
}

/** What is used of a client of `ioredis` 5 and newer, and of those of its shape. */
export interface IoredisClient {
  callBuffer(command: string, words: Word[]): Promise<unknown>;
  /** A connection of its own, for what other nodes tell. */
  duplicate(): IoredisSubscriber;
  on(event: string, listener: () => void): unknown;
}

export interface IoredisSubscriber {
  subscribe(channel: string): Promise<unknown>;
  ping(): Promise<unknown>;
  disconnect(): void;
  on(event: string, listener: (channel: string, message: string) => void): unknown;
}

/** What is used of a cluster of `redis` (`createCluster`). */
export interface NodeRedisCluster {
  sendCommand(
    firstKey: Word | undefined,
    isReadonly: boolean | undefined,
    words: Word[],
    options: { readonly typeMapping: object },
  ): Promise<unknown>;
  readonly masters: readonly { readonly address: string }[];
  nodeClient(node: never): Promise<NodeRedisClient>;
  duplicate(): unknown;
  on(event: string, listener: () => void): unknown;
}

/** What is used of a cluster of `ioredis` (`Cluster`). */
export interface IoredisCluster {
  callBuffer(command: string, words: Word[]): Promise<unknown>;
  nodes(
    role: 'master',
  ): readonly (IoredisClient & { readonly options: { readonly host?: string; readonly port?: number } })[];
  duplicate(): unknown;
  on(event: string, listener: () => void): unknown;
}

/** A client of a server, or of a cluster, that is connected, or about to be. It stays the caller's. */
export type RedisClient = NodeRedisClient | IoredisClient | NodeRedisCluster | IoredisCluster;
