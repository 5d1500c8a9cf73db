/** Of which list of nodes a folder remembers its part: under another list, it would be asked for what others remembered. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ReplayCache } from '@parley/conversation';
import type { ReplaysConfiguration } from '../configuration/configuration.ts';

const FILE = 'nodes.json';

/**
 * Until when messages end that others may have taken before `directory` was this node's under this list: `changedUntilMs`, if it was not until
 * now. Notes that it is from now on.
 */
export async function lostUntilMs(
  directory: string,
  { self, nodes = {} }: ReplaysConfiguration,
  changedUntilMs: number,
): Promise<number> {
  const file = path.join(directory, FILE);
  const list = JSON.stringify([self, ...Object.keys(nodes).sort((left, right) => (left < right ? -1 : 1))]);
  // A clock that was ahead when it was noted is not waited for.
  const untilMs = Math.min(changedUntilMs, (await notedIn(file, list)) ?? changedUntilMs);
  const unfinished = `${file}.new`;
  await writeFile(unfinished, JSON.stringify({ list, untilMs }), { mode: 0o600, flush: true });
  await rename(unfinished, file);
  return untilMs;
}

/** `undefined` where it is of another list, or of none. */
async function notedIn(file: string, list: string): Promise<number | undefined> {
  try {
    const noted: unknown = JSON.parse(await readFile(file, 'utf8'));
    const { list: of, untilMs } = noted as { readonly list?: unknown; readonly untilMs?: unknown };
    return of === list && typeof untilMs === 'number' ? untilMs : undefined;
  } catch {
    // safety: what cannot be read may have been any list.
    return undefined;
  }
}

/** `memory`, which refuses what need not be remembered for longer than until `lostMs`. */
export function refusingUntil(memory: ReplayCache, lostMs: number): ReplayCache {
  return {
    insertIfAbsent: (scope, key, untilMs, ...more) =>
      untilMs > lostMs && memory.insertIfAbsent(scope, key, untilMs, ...more),
  };
}
