// CXF's clients of one service on three nodes behind a balancer: what they call is handed over once, and what was answered is not lost.
import { afterAll, beforeEach, expect, test } from 'vitest';
import { Cluster, type Kind, missing } from './cluster.ts';
import { CxfCallers, cxf } from './cxf-callers.ts';
import { KILLS, makeTrouble, RUNS_ALL, tell } from './trouble.ts';

const CXF = cxf();
const CLIENTS = RUNS_ALL ? 4 : 2;
const KINDS: readonly Kind[] = [
  { server: 'Redis', contexts: 'shared', cxfKeys: CXF.keys },
  ...(RUNS_ALL ? [{ server: 'PostgreSQL', contexts: 'shared', cxfKeys: CXF.keys } as const] : []),
];
const ending: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of ending.reverse()) await end();
});

beforeEach((context) => {
  const lacking = CXF.missing ?? KINDS.map(missing).find((why) => why !== undefined);
  if (lacking !== undefined) context.skip(lacking);
});

test.each(KINDS)(
  `T57 T76: CXF calls nodes over $server that are killed ${KILLS} times: none delivered twice, none that was answered lost`,
  { timeout: RUNS_ALL ? 300_000 : 90_000 },
  async (kind) => {
    const cluster = await Cluster.start(kind);
    ending.push(async () => await cluster.end());
    const callers = await CxfCallers.start(CXF, cluster.url(), CLIENTS);
    ending.push(async () => await callers.end());
    await expect.poll(() => callers.answered.length, { timeout: 30_000 }).toBeGreaterThan(CLIENTS);
    const killed = await makeTrouble(cluster);
    // They go on afterwards, each under the context that it had or another.
    const before = new Set(callers.answered);
    const goesOn = (client: number): boolean =>
      callers.answered.some((text) => text.startsWith(`cxf-${client}-`) && !before.has(text));
    for (let client = 0; client < CLIENTS; client++)
      await expect.poll(() => goesOn(client), { timeout: 30_000 }).toBe(true);
    await callers.end();
    expect(callers.wrong).toEqual([]);
    const delivered = cluster.delivered().map(({ text }) => text);
    expect(new Set(delivered).size).toBe(delivered.length);
    const texts = new Set(delivered);
    expect(callers.answered.filter((text) => !texts.has(text))).toEqual([]);
    expect(new Set(cluster.delivered().map(({ node }) => node)).size).toBe(3);
    const { answered, failed } = callers;
    tell(
      kind,
      `CXF: ${killed} nodes killed, ${answered.length} answered, ${failed.length} failed, ${delivered.length} delivered`,
    );
  },
);
