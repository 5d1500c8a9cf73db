/** Nodes without a server that remember for each other. */
import { DividedReplayCache, MemoryReplayCache, type ReplayQuestion } from '@parley/conversation';
import { Fault } from '@parley/core';
import { REPLAY_CACHE_LAWS } from '@parley/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const NOW = Date.UTC(2030, 0, 1);
const UNTIL = NOW + 600_000;
const NODES = ['north', 'east', 'south'];

/** Nodes that reach each other, but for those that are `away`. */
function nodesOf(away: ReadonlySet<string> = new Set()) {
  const memories = new Map(NODES.map((node) => [node, new MemoryReplayCache()]));
  const ask = async (node: string, question: ReplayQuestion): Promise<boolean> => {
    if (away.has(node)) throw new Error('nobody there');
    const asked = JSON.parse(JSON.stringify(question)) as ReplayQuestion;
    return await caches[NODES.indexOf(node)]!.answer(asked, asked.nowMs);
  };
  // Named in another order on each.
  const caches: readonly DividedReplayCache[] = NODES.map((self, at) => {
    const nodes = [...NODES.slice(at), ...NODES.slice(0, at)];
    return new DividedReplayCache({ self, nodes, memory: memories.get(self)!, ask });
  });
  return { memories, caches };
}

describe('one of three nodes', () => {
  // Of shares, each node has its own.
  test.each(REPLAY_CACHE_LAWS.filter(({ name }) => !name.includes('share')))('$name', async ({ check }) => {
    await check(() => nodesOf().caches[0]!);
  });
});

test('T57: property: each message is taken once, whichever nodes it is shown to', async () => {
  const shown = fc.record({
    scope: fc.constantFrom('', 'a', 'ab'),
    key: fc.constantFrom('', 'b', 'bc', 'c'),
    at: fc.nat(2),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(shown, { minLength: 1, maxLength: 40 }), async (all) => {
      const { caches, memories } = nodesOf();
      const model = new MemoryReplayCache();
      for (const { scope, key, at } of all)
        expect(await caches[at]!.insertIfAbsent(scope, key, UNTIL, NOW)).toBe(
          model.insertIfAbsent(scope, key, UNTIL, NOW),
        );
      expect([...memories.values()].reduce((sum, { size }) => sum + size, 0)).toBe(model.size);
    }),
  );
});

test('all remember about as much, and a node less moves only what was its own', async () => {
  const { caches, memories } = nodesOf();
  for (let count = 0; count < 3000; count++) await caches[count % 3]!.insertIfAbsent('urn:a', `${count}`, UNTIL, NOW);
  for (const { size } of memories.values()) expect(size).toBeGreaterThan(800);
  // Two of them, asked for all of it: what they knew they know.
  const ask = async (node: string, { scope, key, untilMs, nowMs }: ReplayQuestion): Promise<boolean> =>
    memories.get(node)!.insertIfAbsent(scope, key, untilMs, nowMs);
  const lessOne = new DividedReplayCache({
    self: 'north',
    nodes: ['east', 'north'],
    memory: memories.get('north')!,
    ask,
  });
  let taken = 0;
  const lost = memories.get('south')!.size;
  for (let count = 0; count < 3000; count++) if (await lessOne.insertIfAbsent('urn:a', `${count}`, UNTIL, NOW)) taken++;
  expect(taken).toBe(lost);
});

test('what is remembered by a node that is away is refused, and what another says goes back as it is', async () => {
  const { caches } = nodesOf(new Set(['east', 'south']));
  const outcomes = new Set<string>();
  for (let count = 0; count < 40; count++)
    await caches[0]!.insertIfAbsent('urn:a', `${count}`, UNTIL, NOW).then(
      (isFirst) => outcomes.add(String(isFirst)),
      (error: unknown) => outcomes.add(error instanceof Fault ? error.code : 'other'),
    );
  expect(outcomes).toEqual(new Set(['true', 'internal.store-unavailable']));
  const full = async (): Promise<boolean> => {
    throw new Fault('internal.quota', { quota: 'replay' });
  };
  const silent = async (): Promise<boolean> => await new Promise(() => undefined);
  const odd = async (): Promise<boolean> => 'yes' as unknown as boolean;
  const all = { 'internal.quota': full, 'internal.store-unavailable': silent, 'caller.option-invalid': odd };
  for (const [code, ask] of Object.entries(all)) {
    const memory = new MemoryReplayCache();
    const cache = new DividedReplayCache({ self: 'a', nodes: ['a', 'b'], memory, ask, withinMs: 20 });
    const asked = Array.from(
      { length: 16 },
      async (_, count) => await cache.insertIfAbsent('', `${count}`, UNTIL, NOW),
    );
    const refused = (await Promise.allSettled(asked)).flatMap((each) =>
      each.status === 'rejected' ? [each.reason] : [],
    );
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused.map((reason: Fault) => reason.code))).toEqual(new Set([code]));
  }
});

test('T57: a node that is asked for what is not its own to remember says so: the nodes have other names', async () => {
  const { caches } = nodesOf();
  const answers = Array.from({ length: 30 }, async (_, count) =>
    caches[0]!
      .answer({ scope: 'urn:a', key: `${count}`, untilMs: UNTIL, nowMs: NOW, share: { owner: 'a' } }, NOW)
      .then(String, (error: unknown) => (error instanceof Fault ? error.code : 'other')),
  );
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['true', 'internal.store-unavailable']));
});

test.each([
  { self: 'a', nodes: ['b'] },
  { self: 'a', nodes: ['a', 'a'] },
  { self: 'a', nodes: [] },
])('is not of $nodes as $self', (named) => {
  const rest = { memory: new MemoryReplayCache(), ask: async () => true };
  expect(() => new DividedReplayCache({ ...named, ...rest })).toThrow('caller.option-invalid');
});

test('T57: a memory that begins anew refuses what the one before it may have taken', () => {
  const memory = new MemoryReplayCache({ lostUntilMs: NOW + 300_000 });
  expect(memory.insertIfAbsent('', 'before', NOW + 300_000, NOW)).toBe(false);
  expect(memory.insertIfAbsent('', 'after', NOW + 300_001, NOW)).toBe(true);
  expect(memory.insertIfAbsent('', 'short', NOW + 360_000, NOW + 300_000)).toBe(true);
});
