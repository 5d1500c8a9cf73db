// docs/sequences.md shows the states of sequences as the code has them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { DESTINATION_STATES, SOURCE_STATES, type StateTable } from '../../packages/conversation/src/sequence/states.ts';
import { ROOT } from './sources.ts';

function rowsOf<State extends string, Event extends string>(table: StateTable<State, Event>): string {
  const states = Object.keys(table) as State[];
  const events = [...new Set(states.flatMap((state) => Object.keys(table[state]) as Event[]))];
  const rows = events.map((event) => [event, ...states.map((state) => table[state][event] ?? '')]);
  return [['event', ...states], states.map(() => '---').concat('---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |').replaceAll('|  |', '| |'))
    .join('\n');
}

test('docs/sequences.md has the tables of states', () => {
  const document = readFileSync(path.join(ROOT, 'docs/sequences.md'), 'utf8');
  expect(document).toContain(rowsOf(SOURCE_STATES));
  expect(document).toContain(rowsOf(DESTINATION_STATES));
});
