import assert from 'node:assert/strict';
import type { ReplayCache } from '@parley/conversation';
import { SAMPLE_TIME_MS } from '../kit/test-ambient.ts';
import type { Law } from './law.ts';

/** Opens what two nodes remember replays in, that each asks for itself, and that holds nothing; a memory of one process is both. */
export type OpenReplayNodes = () => readonly [ReplayCache, ReplayCache] | Promise<readonly [ReplayCache, ReplayCache]>;

const MINUTE_MS = 60_000;
/** Messages are fresh for so long, and clocks may be so far off: what policies have by default. */
const AGE_MAX_MS = 5 * MINUTE_MS;
const SKEW_MS = 5 * MINUTE_MS;
/** Nobody is locked out for longer, after a clock is right again: as long as a message is fresh to somebody. */
const LOCKED_MAX_MS = AGE_MAX_MS + 2 * SKEW_MS;
const TICK_MS = 20_000;
const TICKS = 120;
/** Ticks from one step of a clock to the next, and how far it goes: a summer time, a date of another year. */
const STEP_TICKS = 12;
const STEPS_MS = [SKEW_MS, -SKEW_MS, 60 * MINUTE_MS, -60 * MINUTE_MS, 400 * 24 * 60 * MINUTE_MS, 0];

/** A message, by the clock of its sender. */
interface Shown {
  readonly key: string;
  readonly createdAtMs: number;
}

/** Two nodes whose clocks are set, and what they took. */
class Nodes {
  readonly taken = new Set<string>();
  readonly #caches: readonly [ReplayCache, ReplayCache];
  realMs = SAMPLE_TIME_MS;
  offsetsMs: [number, number] = [0, 0];

  constructor(caches: readonly [ReplayCache, ReplayCache]) {
    this.#caches = caches;
  }

  /** Whether that node takes it: first looks whether it is fresh, as `open` does. */
  async show({ key, createdAtMs }: Shown, node: 0 | 1): Promise<boolean> {
    const nowMs = this.realMs + this.offsetsMs[node];
    const untilMs = createdAtMs + AGE_MAX_MS + SKEW_MS;
    if (createdAtMs > nowMs + SKEW_MS || untilMs <= nowMs) return false;
    const isTaken = await this.#caches[node].insertIfAbsent('urn:uuid:1', key, untilMs, nowMs);
    if (isTaken) assert.ok(!this.taken.has(key), `${key} is taken twice`);
    if (isTaken) this.taken.add(key);
    return isTaken;
  }
}

/** What every `ReplayCache` must do, whatever the clocks of its nodes do. */
export const REPLAY_CLOCK_LAWS: readonly Law<OpenReplayNodes>[] = [
  {
    name: 'takes a message once, at one of two nodes whose clocks are five minutes apart',
    async check(open) {
      const nodes = new Nodes(await open());
      nodes.offsetsMs = [SKEW_MS, 0];
      for (let tick = 0; tick < 60; tick++, nodes.realMs += TICK_MS) {
        const message = { key: `${tick}`, createdAtMs: nodes.realMs };
        assert.equal(await nodes.show(message, tick % 2 === 0 ? 0 : 1), true);
        await nodes.show(message, tick % 2 === 0 ? 1 : 0);
        // As late as it is fresh to somebody.
        const late = { key: `${tick - 20}`, createdAtMs: nodes.realMs - 20 * TICK_MS };
        if (tick >= 20) await nodes.show(late, 1);
      }
      assert.equal(nodes.taken.size, 60);
    },
  },
  {
    name: 'takes a message once, whatever is done to clocks, and all messages again soon after they are right',
    async check(open) {
      const nodes = new Nodes(await open());
      const shown: Shown[] = [];
      for (let tick = 0; tick < TICKS; tick++, nodes.realMs += TICK_MS) {
        const node = tick % 2 === 0 ? 0 : 1;
        if (tick % STEP_TICKS === 0) nodes.offsetsMs[node] = STEPS_MS[(tick / STEP_TICKS) % STEPS_MS.length] ?? 0;
        // Of clients with the right time, and of those whose clock was set with the node's.
        for (const createdAtMs of new Set([nodes.realMs, nodes.realMs + nodes.offsetsMs[node]]))
          shown.push({ key: `${tick} ${createdAtMs}`, createdAtMs });
        for (const message of [...shown.slice(-3), ...shown.filter((_, at) => (at * 7 + tick) % 41 === 0)])
          await nodes.show(message, node);
      }
      nodes.offsetsMs = [0, 0];
      nodes.realMs += LOCKED_MAX_MS;
      for (const node of [0, 1] as const) {
        const message = { key: `right ${node}`, createdAtMs: nodes.realMs };
        assert.equal(await nodes.show(message, node), true, 'it is locked out');
      }
    },
  },
  {
    name: 'a clock that jumped ahead for a moment keeps nobody out who comes after it',
    async check(open) {
      const nodes = new Nodes(await open());
      for (let tick = 0; tick < 40; tick++, nodes.realMs += TICK_MS)
        await nodes.show({ key: `before ${tick}`, createdAtMs: nodes.realMs }, 0);
      nodes.offsetsMs = [400 * 24 * 60 * MINUTE_MS, 0];
      await nodes.show({ key: 'ahead', createdAtMs: nodes.realMs + nodes.offsetsMs[0] }, 0);
      nodes.offsetsMs = [0, 0];
      nodes.realMs += TICK_MS;
      assert.equal(await nodes.show({ key: 'after', createdAtMs: nodes.realMs }, 0), true);
      assert.equal(await nodes.show({ key: 'before 39', createdAtMs: nodes.realMs - 2 * TICK_MS }, 0), false);
    },
  },
];
