import { outliveErrorsOf } from '@parley/conversation/internal';
import type { IoredisClient, NodeRedisClient } from './redis-client.ts';

/** Redis as the stores see it, through whichever client. */
export interface RedisLink {
  /** Sends a command. Texts in its reply are octets. */
  send(words: readonly (string | Uint8Array)[]): Promise<unknown>;
  /** Each server that has keys, for what is asked of all: a cluster has many. */
  servers(): Promise<readonly Pick<RedisLink, 'send'>[]>;
  /** Begins to listen: `onMessage` for each message, `onGap` where some may have been lost. */
  listen(channel: string, onMessage: (message: string) => void, onGap: () => void): Promise<Listening>;
}

export interface Listening {
  /** Resolves when all is heard that was told before. */
  caughtUp(): Promise<unknown>;
  close(): void;
}

/** Each of them says that the connection is, or was, another one. */
const GAP_EVENTS = ['error', 'connect', 'reconnecting', 'ready', 'close', 'end'] as const;
/** Strings of RESP (by their sign, `$`) as they are. */
export const AS_OCTETS: { readonly typeMapping: object } = { typeMapping: { [0x24]: Buffer } };

type OneServer = Omit<RedisLink, 'servers'>;

/** Through a client of one server. */
export function serverLink(client: NodeRedisClient | IoredisClient): RedisLink {
  const link = 'callBuffer' in client ? ioredisLink(client) : nodeRedisLink(client);
  return { ...link, servers: async () => [link] };
}

function nodeRedisLink(client: NodeRedisClient): OneServer {
  return {
    send: (words) => client.sendCommand(words.map(wordOf), AS_OCTETS),
    async listen(channel, onMessage, onGap) {
      const subscriber = client.duplicate();
      outliveErrorsOf(subscriber);
      await subscriber.connect();
      await subscriber.subscribe(channel, onMessage);
      for (const event of GAP_EVENTS) subscriber.on(event, onGap);
      return { caughtUp: () => subscriber.ping(), close: () => subscriber.destroy() };
    },
  };
}

function ioredisLink(client: IoredisClient): OneServer {
  return {
    send: ([command = '', ...words]) => client.callBuffer(String(command), words.map(wordOf)),
    async listen(channel, onMessage, onGap) {
      const subscriber = client.duplicate();
      outliveErrorsOf(subscriber);
      await subscriber.subscribe(channel);
      for (const event of GAP_EVENTS) subscriber.on(event, onGap);
      subscriber.on('message', (_, message) => onMessage(message));
      return { caughtUp: () => subscriber.ping(), close: () => subscriber.disconnect() };
    },
  };
}

export function wordOf(word: string | Uint8Array): string | Buffer {
  return typeof word === 'string' ? word : Buffer.from(word.buffer, word.byteOffset, word.length);
}
