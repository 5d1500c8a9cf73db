// Every public entry of every package refuses what it cannot use: by a code that says whose mistake it is, and by name.
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { outcomeOf } from './door.ts';
import { DOORS, publicEntries, REASONS } from './doors.ts';
import { isThrown, misuses } from './misuse.ts';

/** Others are about a state, and say which. */
const NAMING = /^caller\.(option-invalid|input-invalid|callback-failed)$/;

test('every public entry has a row here, or a reason why it needs none', async () => {
  const known = new Set([...Object.keys(DOORS), ...Object.keys(REASONS)]);
  const callables = await publicEntries();
  expect(callables.filter((name) => !known.has(name))).toEqual([]);
  expect([...known].filter((name) => !callables.includes(name))).toEqual([]);
});

test.each(Object.entries(DOORS))('%s takes what it is for', async (_, door) => {
  const outcome = await outcomeOf(door, door.good);
  expect(outcome).toEqual({ kind: 'taken' });
});

test.each(Object.entries(DOORS))('%s refuses by name what is wrong with what it is given', async (_, door) => {
  const findings: string[] = [];
  for (const { path, given, says } of misuses(door)) {
    const outcome = await outcomeOf(door, given);
    const finding = (said: string): unknown => findings.push(`${path}: ${said}`);
    if (outcome.kind === 'escaped' && !(door.lends === true && isThrown(outcome.error)))
      finding(`escaped: ${inspect(outcome.error, { depth: 0 }).slice(0, 200)}`);
    if (outcome.kind === 'taken' && says !== undefined) finding('taken');
    if (outcome.kind !== 'refused') continue;
    const { code, detail } = outcome.refusal;
    const named = String(detail['option'] ?? detail['input'] ?? detail['callback'] ?? '');
    if (code.startsWith('peer.') && door.peers?.some((place) => path.startsWith(`${place} `)) === true) continue;
    if (!code.startsWith('caller.')) finding(`${code} ${inspect(detail)}`);
    else if (named === '' && NAMING.test(code)) finding(`${code} without a name ${inspect(detail)}`);
    else if (says !== undefined && !named.includes(says.member)) finding(`${code} names ${named}`);
    else if (says?.reason !== undefined && detail['reason'] !== says.reason)
      finding(`${code} is not unknown ${inspect(detail)}`);
    else if (says?.nearest !== undefined && detail['nearest'] !== says.nearest)
      finding(`nearest is ${String(detail['nearest'])}`);
  }
  expect(findings).toEqual([]);
});
