// One service on three nodes behind a balancer, which share a server: whatever is killed, restarted or cut off meanwhile, no message is
// delivered twice, and none that was answered is lost.
import { setTimeout as pause } from 'node:timers/promises';
import { Agent } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { answered, call, cancelled, connected, statusOf } from './caller.ts';
import { Cluster, type Kind, missing } from './cluster.ts';
import { KILLS, makeTrouble, RUNS_ALL, tell } from './trouble.ts';

const MESSAGES = RUNS_ALL ? 64 : 4;
const SENDERS = 64;
const CALLERS = 8;
const ALL_NODES = [0, 1, 2];

const KINDS: readonly Kind[] = [
  { server: 'Redis', contexts: 'shared' },
  { server: 'Redis', contexts: 'tokens' },
  { server: 'PostgreSQL', contexts: 'shared' },
  ...(RUNS_ALL ? [{ server: 'PostgreSQL', contexts: 'tokens' } as const] : []),
  { server: 'none', contexts: 'tokens' },
];

type Declare = (name: string, options: { readonly timeout: number }, run: () => Promise<void>) => void;

/** `test`, where it applies. */
function testWhere(applies: boolean): Declare {
  return applies ? test : () => undefined;
}

describe.each(KINDS)('nodes over $server, contexts: $contexts', (kind) => {
  let cluster: Cluster;
  beforeAll(async () => {
    if (missing(kind) === undefined) cluster = await Cluster.start(kind);
  }, 60_000);
  afterAll(async () => await cluster?.end());
  beforeEach((context) => {
    const lacking = missing(kind);
    if (lacking !== undefined) context.skip(lacking);
  });
  const times = (text: string): number => cluster.delivered().filter((each) => each.text === text).length;

  test('any node serves any message', { timeout: 20_000 }, async () => {
    const caller = await connected(cluster.url());
    for (let number = 0; number < 6; number++)
      expect(await answered(caller, `any-${number}`, cluster.url())).toBe(true);
    const any = cluster.delivered().filter(({ text }) => text.startsWith('any-'));
    expect(any).toHaveLength(6);
    expect(new Set(any.map(({ node }) => node)).size).toBe(3);
    caller.close();
  });

  test(`T57: ${SENDERS} senders show the same messages to all nodes: each is delivered once`, {
    timeout: 60_000,
  }, async () => {
    const caller = await connected(cluster.url());
    const messages = Array.from({ length: MESSAGES }, (_, number) => call(caller, `shown-${number}`));
    const agent = new Agent();
    const served: number[] = Array(MESSAGES).fill(0);
    const senders = Array.from({ length: SENDERS }, async (_, sender) => {
      for (const [number, message] of messages.entries()) {
        const status = await statusOf(message, cluster.url(sender % 3), agent);
        if (status === 200) served[number]!++;
      }
    });
    await Promise.all(senders);
    expect(served).toEqual(Array(MESSAGES).fill(1));
    for (const number of messages.keys()) expect(times(`shown-${number}`)).toBe(1);
    caller.close();
    await agent.close();
  });

  testWhere(kind.server === 'none')(
    'a cancel holds where it was asked for; elsewhere a token is good until it ends',
    {
      timeout: 20_000,
    },
    async () => {
      const caller = await connected(cluster.url());
      const late = ALL_NODES.map((node) => call(caller, `late-${node}`));
      expect(await cancelled(caller, cluster.url(0))).toBe(true);
      const statuses = late.map(async (message, node) => await statusOf(message, cluster.url(node), new Agent()));
      expect(await Promise.all(statuses)).toEqual([500, 200, 200]);
      caller.close();
    },
  );

  testWhere(kind.server !== 'none')(
    'T54: a cancel at one node holds on all within a second',
    {
      timeout: 20_000,
    },
    async () => {
      const agent = new Agent();
      const caller = await connected(cluster.url());
      for (const node of ALL_NODES) expect(await answered(caller, `before-${node}`, cluster.url(node))).toBe(true);
      const late = ALL_NODES.map((node) => call(caller, `late-${node}`));
      const meanwhile = ALL_NODES.map(() =>
        Array.from({ length: 40 }, (_, number) => call(caller, `meanwhile-${number}`)),
      );
      expect(await cancelled(caller, cluster.url(0))).toBe(true);
      const cancelledAtMs = performance.now();
      const heldAfterMs = ALL_NODES.map(async (node) => {
        for (const message of meanwhile[node]!) {
          if ((await statusOf(message, cluster.url(node), agent)) === 500) break;
          await pause(20);
        }
        return performance.now() - cancelledAtMs;
      });
      tell(kind, `held after ${(await Promise.all(heldAfterMs)).map(Math.round).join(', ')} ms`);
      await pause(Math.max(0, cancelledAtMs + 1000 - performance.now()));
      for (const node of ALL_NODES) expect(await statusOf(late[node]!, cluster.url(node), agent)).toBe(500);
      expect(ALL_NODES.map((node) => times(`late-${node}`))).toEqual([0, 0, 0]);
      await agent.close();
    },
  );

  // The others say of it what there is to say, in the time that `npm test` has.
  testWhere(RUNS_ALL || kind.server !== 'Redis' || kind.contexts !== 'tokens')(
    `T57 T76: nodes killed ${KILLS} times, the server restarted and cut off: none delivered twice, none that was answered lost`,
    {
      timeout: RUNS_ALL ? 300_000 : 60_000,
    },
    async () => {
      const callers = await Promise.all(Array.from({ length: CALLERS }, () => connected(cluster.url())));
      const acknowledged: string[] = [];
      let isOver = false;
      const working = callers.map(async (caller, index) => {
        for (let number = 0; !isOver; number++) {
          const text = `trouble-${index}-${number}`;
          if (await answered(caller, text, cluster.url())) acknowledged.push(text);
        }
      });
      const killed = await makeTrouble(cluster);
      await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(5 * CALLERS);
      isOver = true;
      await Promise.all(working);
      // Nor was a context lost: each is served by each node.
      for (const [index, caller] of callers.entries())
        for (const node of ALL_NODES) {
          const text = `after-${index}-${node}`;
          expect(await answered(caller, text, cluster.url(node)), text).toBe(true);
          acknowledged.push(text);
        }
      const delivered = cluster.delivered().map(({ text }) => text);
      expect(new Set(delivered).size).toBe(delivered.length);
      const texts = new Set(delivered);
      expect(acknowledged.filter((text) => !texts.has(text))).toEqual([]);
      tell(
        kind,
        `${killed} nodes killed while they served, ${acknowledged.length} answered, ${delivered.length} delivered`,
      );
      for (const caller of callers) caller.close();
    },
  );
});
