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

/** A client that is connected, or about to be. It stays the caller's. */
export type RedisClient = NodeRedisClient | IoredisClient;
