import { outliveErrorsOf } from '@parley/conversation/internal';
import { Fault } from '@parley/core';
import type { IoredisClient, NodeRedisClient, RedisClient } from './redis-client.ts';

/** Redis as the stores see it, through whichever client. */
export interface RedisLink {
  /** Sends a command. Texts in its reply are octets. */
  send(words: readonly (string | Uint8Array)[]): Promise<unknown>;
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
/** What clients of clusters have, of `ioredis` and of `redis`, and those of one server have not. */
const OF_CLUSTERS = ['nodes', 'masters'] as const;
/** Strings of RESP (by their sign, `$`) as they are. */
const AS_OCTETS: object = { typeMapping: { [0x24]: Buffer } };

/**
 * @throws Fault `caller.option-invalid` a client of a whole cluster: a list of all contexts would be that of one of its servers, and a script goes
 *   where the client takes it to
 */
export function linkTo(client: RedisClient): RedisLink {
  if (OF_CLUSTERS.some((member) => member in client))
    throw new Fault('caller.option-invalid', { option: 'client', reason: 'a client of one server, not of a cluster' });
  outliveErrorsOf(client);
  return 'callBuffer' in client ? ioredisLink(client) : nodeRedisLink(client);
}

function nodeRedisLink(client: NodeRedisClient): RedisLink {
  const options = AS_OCTETS as { readonly typeMapping: object };
  return {
    send: (words) => client.sendCommand(words.map(wordOf), options),
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

function ioredisLink(client: IoredisClient): RedisLink {
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

function wordOf(word: string | Uint8Array): string | Buffer {
  return typeof word === 'string' ? word : Buffer.from(word.buffer, word.byteOffset, word.length);
}
