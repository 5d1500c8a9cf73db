// Every element and attribute of valid messages taken out, doubled or swapped with its siblings: refused, or nothing that
// counts has changed.
import { splice } from '@parley/codec/internal';
import { open } from '@parley/engine';
import { expect, test } from 'vitest';
import { EXTENT, report } from './extent.ts';
import { CERTIFIED, OTHERS, originals, SEALED } from './originals.ts';
import { Outcomes } from './outcomes.ts';
import { structureChanges } from './structure.ts';
import { READINGS } from './tolerated.ts';

const chosen = EXTENT === 'all' ? [...SEALED, ...CERTIFIED, ...OTHERS] : [...originals(40), ...CERTIFIED];

test.each(READINGS)(
  'T07 T09: without an element, with it twice, in another order: refused, or says the same, read %s',
  (described, reading) => {
    const outcomes = new Outcomes();
    for (const { name, message, request: strictly, meaning } of chosen) {
      const request = { ...strictly, policy: reading(strictly.policy) };
      for (const change of structureChanges(message)) {
        const reply = open(splice(message, change.patches), request);
        outcomes.add(reply, [meaning], () => `${name}, ${change.name}`);
      }
    }
    report(`deletion, duplication, swap, ${described}`, outcomes);
    expect(outcomes.total).toBeGreaterThan(10_000);
    // Attributes of one element in another order, an unused token less: what a signature does not mean to protect.
    expect(outcomes.count('unharmed')).toBeLessThan(outcomes.total * 0.2);
  },
  120_000,
);
