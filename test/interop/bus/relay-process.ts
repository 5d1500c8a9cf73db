// `parley relay` as a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PARLEY = fileURLToPath(new URL('../../../packages/cli/bin/parley.js', import.meta.url));

export interface Ended {
  readonly status: number | null;
  /** Its lines of JSON. */
  readonly lines: readonly Record<string, unknown>[];
  readonly said: string;
}

export function startRelay(
  words: readonly string[],
  nodeWords: readonly string[] = [],
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [...nodeWords, PARLEY, 'relay', ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += String(chunk);
  });
  const ended = once(child, 'close').then(([status]) => {
    const lines = said.split('\n').filter((line) => line.startsWith('{'));
    return { status: status as number | null, lines: lines.map((line) => JSON.parse(line)), said };
  });
  return { child, ended };
}
