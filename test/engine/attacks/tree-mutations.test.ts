// Trees changed at random, by one to three of many operators: refused, or what one of the originals says.
import { open } from '@parley/engine';
import { expect, test } from 'vitest';
import { EXTENT, report } from './extent.ts';
import { chanceFrom } from './mutations.ts';
import { CERTIFIED, OTHERS, originals, SEALED } from './originals.ts';
import { Outcomes } from './outcomes.ts';
import { READINGS } from './tolerated.ts';
import { OPERATORS, treeMutated, treeOf } from './tree-mutations.ts';

const COUNT = EXTENT === 'all' ? 120_000 : 4_000;

const chosen = EXTENT === 'all' ? [...SEALED, ...CERTIFIED, ...OTHERS] : [...originals(40), ...CERTIFIED];
const messages = chosen.map((original) => ({ ...original, tree: treeOf(original.message)! }));

test.each(READINGS.map(([name, reading], index) => ({ name, reading, seed: 7 + index })))(
  'T01 T02 T07: trees changed at random, read $name',
  ({ name, reading, seed }) => {
    const chance = chanceFrom(seed);
    const outcomes = new Outcomes();
    const used = new Set<string>();
    while (outcomes.total < COUNT) {
      const original = messages[chance(messages.length)]!;
      const lender = messages[chance(messages.length)]!;
      const { bytes, changes } = treeMutated(original.message, lender.tree, chance);
      for (const change of changes) used.add(change.slice(0, change.indexOf(' (')));
      const request = { ...original.request, policy: reading(original.request.policy) };
      outcomes.add(
        open(bytes, request),
        [original.meaning, lender.meaning],
        () =>
          `message ${outcomes.total} of seed ${seed}: ${original.name}, ${changes.join(', ')}, lent by ${lender.name}`,
      );
    }
    report(`trees changed at random, ${name}`, outcomes);
    expect(used).toEqual(new Set(Object.keys(OPERATORS)));
    // Neither is all of it refused by syntax, nor do the operators do nothing.
    expect(outcomes.count('unharmed')).toBeGreaterThan(outcomes.total * 0.01);
    expect(outcomes.count('unharmed')).toBeLessThan(outcomes.total * 0.4);
    expect(outcomes.count('peer.xml-malformed')).toBeLessThan(outcomes.total * 0.4);
  },
  600_000,
);
