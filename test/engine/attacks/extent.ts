/** How much of each generator is run: a fixed sample by default; everything with `pnpm attacks`. */
import process from 'node:process';
import type { Outcomes } from './outcomes.ts';

export const EXTENT: 'sample' | 'all' = process.env['PARLEY_ATTACKS'] === 'all' ? 'all' : 'sample';

/** Prints what a generator came to, when everything is run. */
export function report(generator: string, outcomes: Outcomes, note = ''): void {
  if (EXTENT === 'all') process.stdout.write(`${generator}: ${outcomes.summary()}${note}\n`);
}
