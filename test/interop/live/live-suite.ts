/** The tests of a Java peer: one server, and one client, for all its endpoints. */
import type { PolicyChanges } from '@parley/engine';
import { ENDPOINTS, type LivePeerName } from './endpoint-names.ts';
import { type LiveEndpoint, liveEndpoint, liveParties } from './endpoints.ts';
import { initiatorStory } from './initiator-story.ts';
import { javaPeer } from './java-peer.ts';
import { libertyPeer } from './liberty-peer.ts';
import { RUNS_ALL, type Side, testDirections } from './live-directions.ts';
import type { LivePeer, RunningServer, Steps } from './live-peer.ts';
import type { Direction } from './live-rows.ts';
import { serveParley } from './parley-server.ts';

/** Why something is left out otherwise. */
const LEFT_OUT = 'only `npm run interop` runs this peer';
const SESSION_TIMEOUT_MS = 120_000;

export interface LiveSuite {
  readonly peer: LivePeerName;
  /** How the peer is to be named in the matrix; default the peer. */
  readonly title?: string;
  /** What `npm test` has time for; none: the peer runs only when all do. */
  readonly spread: readonly string[];
  /** For its server and its client. */
  readonly options?: Readonly<Record<string, string>>;
  /** What Parley is to let go of, beside what the peer's profile does. */
  readonly policy?: PolicyChanges;
}

/** The tests of a peer. */
export function testLive(suite: LiveSuite): void {
  const endpoints = RUNS_ALL ? ENDPOINTS[suite.peer] : suite.spread;
  const peer = endpoints.length === 0 ? LEFT_OUT : peerOf(suite.peer);
  const sides = typeof peer === 'string' ? peer : bothSides(suite, peer, endpoints);
  testDirections({ title: suite.title ?? suite.peer, endpoints, sides });
}

function peerOf(name: LivePeerName): LivePeer | string {
  return name === 'liberty' ? libertyPeer() : javaPeer(name);
}

type Named = Pick<LiveSuite, 'peer' | 'options' | 'policy'>;

function endpointOf({ peer, policy }: Named, name: string): LiveEndpoint {
  return liveEndpoint(peer === 'liberty' ? 'websphere' : peer, name, liveParties(), policy);
}

/** Its client waits for most of its time, so it is let go while its server is called. */
function bothSides(suite: Named, peer: LivePeer, endpoints: readonly string[]): Readonly<Record<Direction, Side>> {
  const fromIt = fromPeer(suite, peer, endpoints);
  const toIt = toPeer(suite, peer, endpoints);
  const steps = async (endpoint: string): Promise<Steps> => {
    fromIt.begin();
    return await toIt.steps(endpoint);
  };
  return { 'to-peer': { ...toIt, steps }, 'from-peer': fromIt };
}

/** Its server is started when it is first needed. */
function toPeer(suite: Named, peer: LivePeer, endpoints: readonly string[]): Side {
  let server: Promise<RunningServer> | undefined;
  return {
    steps: async (endpoint) => {
      server ??= peer.serve(endpoints, suite.options);
      const signal = AbortSignal.timeout(SESSION_TIMEOUT_MS);
      const late = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
      return await Promise.race([initiatorStory(endpointOf(suite, endpoint), await server), late]);
    },
    stop: async () => await (await server)?.stop(),
  };
}

/** Its client holds all conversations when it begins, or the first is asked for. */
function fromPeer(suite: Named, peer: LivePeer, endpoints: readonly string[]): Side & { begin(): void } {
  let results: Promise<Map<string, Steps>> | undefined;
  const callAll = async (): Promise<Map<string, Steps>> => {
    const server = await serveParley(endpoints.map((name) => endpointOf(suite, name)));
    try {
      return await peer.call(endpoints, server, suite.options);
    } finally {
      await server.stop();
    }
  };
  const begun = (): Promise<Map<string, Steps>> => {
    results ??= callAll();
    return results;
  };
  return {
    // What fails is told of where a result is asked for.
    begin: () => void begun().catch(() => undefined),
    steps: async (endpoint) => (await begun()).get(endpoint) ?? [],
    stop: async () => {
      await results?.catch(() => undefined);
    },
  };
}
