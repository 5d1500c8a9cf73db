// Templates against the whole way: of each changed message both say the same, whoever signed it. More with PARLEY_TEMPLATES,
// the number of messages for each test.
import process from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import { type OpenRequest, open, Workspace } from '@parley/engine';
import { expect, test } from 'vitest';
import { wholeNumberOption } from '../../fuzz/src/number-option.ts';
import { type Chance, chanceFrom } from '../attacks/mutations.ts';
import { type Original, originals } from '../attacks/originals.ts';
import { signedAgain } from './forged.ts';
import { variant } from './variants.ts';

const COUNT = wholeNumberOption('PARLEY_TEMPLATES', process.env['PARLEY_TEMPLATES']);
const SEED = wholeNumberOption('PARLEY_TEMPLATES_SEED', process.env['PARLEY_TEMPLATES_SEED']) ?? 20_260_115;

const all = originals(60);
const signed = all.filter(isKnownAgain);

/** With a workspace that has opened the message often enough to know it again. */
function warmed({ message, request }: Original): OpenRequest & { readonly workspace: Workspace } {
  const workspace = new Workspace();
  const warm = { ...request, workspace };
  for (let time = 0; time < 3; time++) open(message, warm);
  return warm;
}

function isKnownAgain(original: Original): boolean {
  return warmed(original).workspace.templates.opened > 0;
}

/** Opens changed messages both ways; how many a template opened. */
function compare(
  count: number,
  messages: readonly Original[],
  change: (original: Original, other: Uint8Array, chance: Chance) => Uint8Array,
): number {
  const chance = chanceFrom(SEED);
  const warm = messages.map(warmed);
  const whole = new Workspace({ templatesMax: 0 });
  const before = warm.reduce((sum, { workspace }) => sum + workspace.templates.opened, 0);
  for (let index = 0; index < count; index++) {
    const at = chance(messages.length);
    const original = messages[at]!;
    const message = change(original, messages[chance(messages.length)]!.message, chance);
    const known = open(message, warm[at]!);
    const full = open(message, { ...original.request, workspace: whole });
    if (!isDeepStrictEqual(known, full)) expect(known, `${original.name}, ${index}`).toEqual(full);
  }
  return warm.reduce((sum, { workspace }) => sum + workspace.templates.opened, 0) - before;
}

test('messages of all simple kinds are known again', () => {
  expect(signed.length).toBeGreaterThan(15);
  // Whatever is encrypted goes the whole way.
  for (const original of all.filter(({ message }) => new TextDecoder().decode(message).includes('EncryptedData')))
    expect(isKnownAgain(original), original.name).toBe(false);
});

test('T91 T92: a message that was changed is to a template what it is the whole way', () => {
  const count = COUNT ?? 2500;
  const opened = compare(count, all, ({ message }, other, chance) => variant(message, other, chance));
  expect(opened).toBeGreaterThan(count / 100);
}, 3_600_000);

test('T91 T92: so is one that was changed and signed again with the right key', () => {
  const count = COUNT ?? 2500;
  const opened = compare(count, signed, ({ message, request }, other, chance) =>
    signedAgain(variant(message, other, chance), request),
  );
  expect(opened).toBeGreaterThan(count / 10);
}, 3_600_000);
