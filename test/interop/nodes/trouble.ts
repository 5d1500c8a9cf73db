// Nodes killed one after the other while they serve, and what they share restarted and cut off meanwhile.
import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster, Kind } from './cluster.ts';

/** All of it, or what `npm test` has time for. */
export const RUNS_ALL = process.env['PARLEY_LIVE'] === 'all';
export const KILLS = RUNS_ALL ? 60 : 2;
const CUT_MS = RUNS_ALL ? 5000 : 500;

/** A kill each second; resolves when all are there again: how many were killed. */
export async function makeTrouble(cluster: Cluster): Promise<number> {
  const { nodes } = cluster;
  const starting: Promise<void>[] = [];
  let killed = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    await pause(1000);
    // One that serves: on a slow machine, the one whose turn it is may not be there again yet.
    const node = nodes.map((_, turn) => nodes[(kill + turn) % nodes.length]!).find(({ isUp }) => isUp);
    if (node !== undefined) {
      killed++;
      await node.kill();
      starting.push(node.start());
    }
    if (kill === Math.floor(KILLS / 3)) starting.push(cluster.killServer(200));
    if (kill === Math.floor((2 * KILLS) / 3)) starting.push(cluster.cutLine(CUT_MS));
  }
  await Promise.all(starting);
  return killed;
}

/** Figures, where they are asked for. */
export function tell({ server, contexts }: Kind, what: string): void {
  if (RUNS_ALL) process.stderr.write(`${server}, contexts ${contexts}: ${what}\n`);
}
