// Messages of peers that only their profiles take: changed, they are refused or say the same. Those of which TLS protects the
// most are left out, for there anybody before TLS may change them.
import { splice } from '@parley/codec/internal';
import { open, Workspace } from '@parley/engine';
import { expect, test } from 'vitest';
import { fieldCases, messageOf, requestOf } from '../support/field-case.ts';
import { EXTENT, report } from './extent.ts';
import { chanceFrom, mutated } from './mutations.ts';
import { meaningOf, Outcomes } from './outcomes.ts';
import { structureChanges } from './structure.ts';

const workspace = new Workspace();
const UNSIGNED = ['wcf-mixed', 'transport', 'username-transport'];
const forms = fieldCases()
  .filter(({ name, profile = '' }) => /^(cxf|liberty|metro)-/.test(name) && !UNSIGNED.includes(profile))
  .flatMap((fieldCase) => {
    const message = messageOf(fieldCase);
    const request = { ...requestOf(fieldCase), workspace };
    const reply = open(message, request);
    return reply.ok ? [{ name: fieldCase.name, message, request, meaning: meaningOf(reply.value) }] : [];
  });

// Every how manyth change is tried, in a sample.
const STRIDE = EXTENT === 'all' ? 1 : 7;
const MUTATIONS = EXTENT === 'all' ? 5000 : 150;

test.each(forms)(
  'T01 T07 T09: $name',
  ({ name, message, request, meaning }) => {
    const outcomes = new Outcomes();
    let count = 0;
    for (const change of structureChanges(message)) {
      if (count++ % STRIDE !== 0) continue;
      outcomes.add(open(splice(message, change.patches), request), [meaning], () => change.name);
    }
    const chance = chanceFrom(7);
    for (let round = 0; round < MUTATIONS; round++)
      outcomes.add(open(mutated(message, message, chance), request), [meaning], () => `mutation ${round}`);
    report(`peer form ${name}`, outcomes);
    expect(outcomes.total).toBeGreaterThan(MUTATIONS + 100 / STRIDE);
    expect(outcomes.count('unharmed')).toBeLessThan(outcomes.total * 0.4);
  },
  120_000,
);

test('there are forms of each peer', () => {
  for (const peer of ['cxf', 'liberty', 'metro']) expect(forms.some(({ name }) => name.startsWith(peer))).toBe(true);
});
