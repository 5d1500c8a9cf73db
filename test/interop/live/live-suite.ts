/** Conversations with a live peer: each endpoint in both directions, each step compared with what it should come to. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { ENDPOINTS, type LivePeerName } from './endpoint-names.ts';
import { liveEndpoint } from './endpoints.ts';
import { initiatorStory } from './initiator-story.ts';
import { KNOWN_OUTCOMES, type KnownOutcome } from './known-outcomes.ts';
import { javaPeer, type LivePeer, libertyPeer, type RunningServer, type Steps } from './live-peer.ts';
import { type Direction, judge, type LiveRow, stepsOf } from './live-rows.ts';
import { serveParley } from './parley-server.ts';

/** Whether every endpoint of every peer is to run (`npm run interop`), or what `npm test` has time for. */
export const RUNS_ALL = process.env['PARLEY_LIVE'] === 'all';
/** Why something is left out otherwise. */
export const LEFT_OUT = 'only `npm run interop` runs this peer';
/** Where scripts/interop.mjs finds what came of it. */
const RESULTS = new URL('../../../.parley/live/', import.meta.url);
const SESSION_TIMEOUT_MS = 120_000;
const ALL_SESSIONS_TIMEOUT_MS = 1_200_000;
const DIRECTIONS: readonly Direction[] = ['to-peer', 'from-peer'];

export interface LiveSuite {
  readonly peer: LivePeerName;
  /** How the peer is to be named in the matrix; default the peer. */
  readonly title?: string;
  /** What `npm test` has time for; none: the peer runs only when all do. */
  readonly spread: readonly string[];
  /** Default: all that the peer has. */
  readonly all?: readonly string[];
  /** For its server and its client. */
  readonly options?: Readonly<Record<string, string>>;
}

/** The tests of a peer. */
export function testLive(suite: LiveSuite): void {
  const title = suite.title ?? suite.peer;
  const endpoints = RUNS_ALL ? (suite.all ?? ENDPOINTS[suite.peer]) : suite.spread;
  const isLeftOut = endpoints.length === 0;
  const peer = isLeftOut ? LEFT_OUT : peerOf(suite.peer);
  const sides: Readonly<Record<Direction, Side>> = {
    'to-peer': toPeer(suite, peer, endpoints),
    'from-peer': fromPeer(suite, peer, endpoints),
  };
  const rows: LiveRow[] = [];
  const used = new Set<KnownOutcome>();

  describe(title, () => {
    afterAll(async () => {
      for (const side of Object.values(sides)) await side.stop();
    });

    const cases = DIRECTIONS.flatMap((direction) =>
      (isLeftOut ? ['all'] : endpoints).map((endpoint) => [direction, endpoint] as const),
    );
    test.for(cases)('%s: %s', { timeout: ALL_SESSIONS_TIMEOUT_MS }, async ([direction, endpoint], { skip }) => {
      if (typeof peer === 'string') skip(peer);
      const steps = stepsOf(await sides[direction].steps(endpoint));
      const row: LiveRow = { peer: title, direction, endpoint, steps };
      rows.push(row);
      const { complaints, known } = judge(row);
      for (const entry of known) used.add(entry);
      expect(complaints).toEqual([]);
    });

    test('all that is known has been seen', ({ skip }) => {
      if (typeof peer === 'string') skip(peer);
      const unseen = KNOWN_OUTCOMES.filter((entry) => entry.peer === title && !used.has(entry));
      const mightBe = ({ endpoint, direction }: KnownOutcome): boolean =>
        rows.some((row) => row.direction === direction && endpoint.test(row.endpoint));
      expect(RUNS_ALL ? unseen : unseen.filter(mightBe)).toEqual([]);
      if (!RUNS_ALL) return;
      mkdirSync(RESULTS, { recursive: true });
      const judged = rows.map((row) => ({
        ...row,
        reasons: [...new Set(judge(row).known.map(({ reason }) => reason))],
      }));
      writeFileSync(new URL(`${title.replaceAll(' ', '-')}.json`, RESULTS), JSON.stringify(judged));
    });
  });
}

function peerOf(name: LivePeerName): LivePeer | string {
  return name === 'liberty' ? libertyPeer() : javaPeer(name);
}

/** One direction: one server for all its endpoints, started when it is first needed. */
interface Side {
  steps(endpoint: string): Promise<Steps>;
  stop(): Promise<void>;
}

type Named = Pick<LiveSuite, 'peer' | 'options'>;

function profileOf({ peer }: Named) {
  return peer === 'liberty' ? 'websphere' : peer;
}

function toPeer(suite: Named, peer: LivePeer | string, endpoints: readonly string[]): Side {
  let server: Promise<RunningServer> | undefined;
  return {
    steps: async (endpoint) => {
      if (typeof peer === 'string') throw new Error(peer);
      server ??= peer.serve(endpoints, suite.options);
      const signal = AbortSignal.timeout(SESSION_TIMEOUT_MS);
      const late = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
      return await Promise.race([initiatorStory(liveEndpoint(profileOf(suite), endpoint), await server), late]);
    },
    stop: async () => await (await server)?.stop(),
  };
}

function fromPeer(suite: Named, peer: LivePeer | string, endpoints: readonly string[]): Side {
  let results: Promise<Map<string, Steps>> | undefined;
  const callAll = async (live: LivePeer): Promise<Map<string, Steps>> => {
    const server = await serveParley(endpoints.map((name) => liveEndpoint(profileOf(suite), name)));
    try {
      return await live.call(endpoints, server, suite.options);
    } finally {
      await server.stop();
    }
  };
  return {
    steps: async (endpoint) => {
      if (typeof peer === 'string') throw new Error(peer);
      results ??= callAll(peer);
      return (await results).get(endpoint) ?? [];
    },
    stop: async () => {
      await results?.catch(() => undefined);
    },
  };
}
