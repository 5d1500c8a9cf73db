/** Redis as many servers, each of which has some of the keys: no step touches two of them, for each names keys of one slot. */
import type { IoredisCluster, NodeRedisCluster, Word } from './redis-client.ts';
import type { Listening, RedisLink } from './redis-link.ts';
import { AS_OCTETS, serverLink, wordOf } from './redis-link.ts';

interface Server {
  readonly address: string;
  readonly link: RedisLink;
}

/** What one server told so long before another is heard twice, which costs a look. */
const MESSAGES_MAX = 4096;

/** Through a client of a whole cluster, which finds the server of a key. */
export function clusterLink(client: NodeRedisCluster | IoredisCluster): RedisLink {
  const servers = 'masters' in client ? () => nodeRedisServers(client) : () => ioredisServers(client);
  return {
    send: (words) => {
      const [command = '', ...rest] = words.map(wordOf);
      if ('callBuffer' in client) return client.callBuffer(String(command), rest);
      return client.sendCommand(keyIn(words), false, [command, ...rest], AS_OCTETS);
    },
    servers: async () => (await servers()).map(({ link }) => link),
    listen: (channel, onMessage, onGap) => new ClusterListening(servers, channel, onMessage, onGap).begin(),
  };
}

/** The key that says which server it is for: of scripts, the first behind their number. */
function keyIn(words: readonly (string | Uint8Array)[]): Word {
  return wordOf((String(words[0]).startsWith('EVAL') ? words[3] : words[1]) ?? '');
}

async function nodeRedisServers(client: NodeRedisCluster): Promise<readonly Server[]> {
  return await Promise.all(
    client.masters.map(async (master) => ({
      address: master.address,
      link: serverLink(await client.nodeClient(master as never)),
    })),
  );
}

async function ioredisServers(client: IoredisCluster): Promise<readonly Server[]> {
  return client.nodes('master').map((node) => ({
    address: `${node.options.host}:${node.options.port}`,
    link: serverLink(node),
  }));
}

/**
 * Listens to each server: what a script tells is told to whoever listens on its own server first, and what others hear of it is late by nobody
 * knows how much. So each message, of which no two are alike, comes as often as there are servers, and is heard once. When they are others than they were, or a connection is another, it
 * begins anew.
 */
class ClusterListening implements Listening {
  readonly #servers: () => Promise<readonly Server[]>;
  readonly #channel: string;
  readonly #onMessage: (message: string) => void;
  readonly #onGap: () => void;
  #heard: ReadonlyMap<string, Listening> = new Map();
  #beginning: Promise<void> | undefined;
  readonly #messages = new Set<string>();
  #generation = 0;
  #isStale = false;
  #isClosed = false;

  constructor(
    servers: () => Promise<readonly Server[]>,
    channel: string,
    onMessage: (message: string) => void,
    onGap: () => void,
  ) {
    this.#servers = servers;
    this.#channel = channel;
    this.#onMessage = onMessage;
    this.#onGap = onGap;
  }

  async begin(): Promise<this> {
    await this.#listen(await this.#servers());
    return this;
  }

  async caughtUp(): Promise<unknown> {
    const servers = await this.#servers();
    const isAsItWas = servers.length === this.#heard.size && servers.every(({ address }) => this.#heard.has(address));
    if (this.#isStale || !isAsItWas || this.#beginning !== undefined) {
      this.#beginning ??= this.#listen(servers).finally(() => {
        this.#beginning = undefined;
      });
      await this.#beginning;
      this.#onGap();
    }
    return await Promise.all([...this.#heard.values()].map((each) => each.caughtUp()));
  }

  close(): void {
    this.#isClosed = true;
    this.#end();
  }

  async #listen(servers: readonly Server[]): Promise<void> {
    this.#end();
    this.#isStale = false;
    const generation = ++this.#generation;
    const onGap = (): void => {
      // Of connections that were given up, their end is none.
      if (generation !== this.#generation) return;
      this.#isStale = true;
      this.#onGap();
    };
    const listening = servers.map(
      async ({ address, link }) =>
        [address, await link.listen(this.#channel, (message) => this.#hear(message), onGap)] as const,
    );
    const settled = await Promise.allSettled(listening);
    this.#heard = new Map(settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
    if (this.#isClosed) this.#end();
    for (const each of settled) {
      if (each.status === 'rejected') {
        this.#isStale = true;
        throw each.reason;
      }
    }
  }

  #hear(message: string): void {
    if (this.#messages.has(message)) return;
    this.#messages.add(message);
    for (const oldest of this.#messages) {
      if (this.#messages.size <= MESSAGES_MAX) break;
      this.#messages.delete(oldest);
    }
    this.#onMessage(message);
  }

  #end(): void {
    this.#generation++;
    for (const listening of this.#heard.values()) listening.close();
    this.#heard = new Map();
  }
}
