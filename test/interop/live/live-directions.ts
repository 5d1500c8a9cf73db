/** Conversations with a live peer: each endpoint in both directions, each step compared with what it should come to. */
import { afterAll, describe, expect, test } from 'vitest';
import type { KnownOutcome } from './known/known-outcome.ts';
import type { Steps } from './live-peer.ts';
import { keepResults, type LiveResult } from './live-results.ts';
import { type Direction, judge, knownOf, stepsOf } from './live-rows.ts';

/** Whether every endpoint of every peer is to run (`npm run interop`), or what `npm test` has time for. */
export const RUNS_ALL: boolean = process.env['PARLEY_LIVE'] === 'all';
const TIMEOUT_MS = 1_200_000;
const DIRECTIONS: readonly Direction[] = ['to-peer', 'from-peer'];

/** One direction. */
export interface Side {
  /** Holds a conversation at the endpoint. */
  steps(endpoint: string): Promise<Steps>;
  /** Ends what was started for all endpoints. */
  stop(): Promise<void>;
}

export interface LiveDirections {
  /** As the matrix names the peer. */
  readonly title: string;
  readonly endpoints: readonly string[];
  /** Or why there are none. */
  readonly sides: Readonly<Record<Direction, Side>> | string;
}

/** The tests of a peer. What came of all its endpoints is kept for the matrix. */
export function testDirections({ title, endpoints, sides }: LiveDirections): void {
  describe.each(DIRECTIONS)(`${title} %s`, (direction) => {
    const results: LiveResult[] = [];
    const used = new Set<KnownOutcome>();

    afterAll(async () => {
      if (typeof sides === 'string') return;
      await sides[direction].stop();
      if (RUNS_ALL && results.length === endpoints.length) keepResults(title, direction, results);
    });

    const names = endpoints.length === 0 ? ['all'] : endpoints;
    test.for(names)('%s', { timeout: TIMEOUT_MS }, async (endpoint, { skip }) => {
      if (typeof sides === 'string') return skip(sides);
      const steps = stepsOf(await sides[direction].steps(endpoint));
      const judgement = judge({ peer: title, direction, endpoint, steps });
      for (const { entry } of judgement.known) used.add(entry);
      results.push({ endpoint, steps: steps.length, ...judgement });
      expect(judgement.complaints).toEqual([]);
    });

    test('all that is known has been seen', ({ skip }) => {
      if (typeof sides === 'string') return skip(sides);
      const mightBe = ({ endpoint }: KnownOutcome): boolean => endpoints.some((name) => endpoint.test(name));
      const unseen = knownOf({ peer: title, direction }).filter((entry) => !used.has(entry));
      expect(RUNS_ALL ? unseen : unseen.filter(mightBe)).toEqual([]);
    });
  });
}
