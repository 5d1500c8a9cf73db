// Templates against the whole way: of each changed message both say the same, whoever signed it. More with PARLEY_TEMPLATES,
// the number of messages for each test.
import process from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import { type OpenRequest, open, planOf, Workspace } from '@parley/engine';
import { expect, test } from 'vitest';
import { AskedByTemplate } from '../../../packages/engine/src/templates/asked-by-template.ts';
import { NoTemplate } from '../../../packages/engine/src/templates/hole-list.ts';
import { messageTemplateOf } from '../../../packages/engine/src/templates/learn-message.ts';
import { openByTemplate } from '../../../packages/engine/src/templates/open-by-template.ts';
import { shelvesOf } from '../../../packages/engine/src/templates/template-shelf.ts';
import { wholeNumberOption } from '../../fuzz/src/number-option.ts';
import { type Chance, chanceFrom } from '../attacks/mutations.ts';
import { type Original, originals } from '../attacks/originals.ts';
import { signedAgain, takenApart } from './forged.ts';
import { variant } from './variants.ts';

const COUNT = wholeNumberOption('PARLEY_TEMPLATES', process.env['PARLEY_TEMPLATES']);
const SEED = wholeNumberOption('PARLEY_TEMPLATES_SEED', process.env['PARLEY_TEMPLATES_SEED']) ?? 20_260_115;

const all = originals(60);
const known = all.filter((original) => warmed(original).workspace.templates.opened > 0);
const encrypted = known.filter(({ message }) => new TextDecoder().decode(message).includes('EncryptedData'));
const signed = known.filter((original) => !encrypted.includes(original));
const hidden = encrypted.filter(({ message }) => !new TextDecoder().decode(message).includes('SignedInfo'));

function isOfOnePayload(original: Original): boolean {
  try {
    warmedForAny(original);
    return true;
  } catch (error) {
    if (error instanceof NoTemplate) return false;
    throw error;
  }
}

/** With a workspace that has opened the message often enough to know it again. */
function warmed({ message, request }: Original): OpenRequest & { readonly workspace: Workspace } {
  const workspace = new Workspace();
  const warm = { ...request, workspace };
  for (let time = 0; time < 3; time++) open(message, warm);
  return warm;
}

/** With a template that takes a Body of any structure. */
function warmedForAny({ message, request }: Original): OpenRequest & { readonly workspace: Workspace } {
  const workspace = new Workspace();
  const { policy } = request;
  const template = messageTemplateOf(message, policy, workspace.certificates, 'any');
  shelvesOf(workspace, policy)!.received.keep(template);
  return { ...request, workspace };
}

/** Of so many messages that no template takes, one is opened both ways all the same. */
const OPENED_ANYWAY = 16;

/** Asks templates about changed messages, and opens in full what they take; how many that was. */
function compare(
  count: number,
  messages: readonly Original[],
  warm: readonly (OpenRequest & { readonly workspace: Workspace })[],
  change: (place: number, other: Uint8Array, chance: Chance) => Uint8Array,
): number {
  const chance = chanceFrom(SEED);
  const whole = new Workspace({ templatesMax: 0 });
  let taken = 0;
  for (let index = 0; index < count; index++) {
    const at = chance(messages.length);
    const { name, request } = messages[at]!;
    const message = change(at, messages[chance(messages.length)]!.message, chance);
    const proven = openByTemplate(message, warm[at]!, new AskedByTemplate());
    if (proven === undefined && index % OPENED_ANYWAY !== 0) continue;
    if (proven !== undefined) taken++;
    const said = proven === undefined ? open(message, warm[at]!) : { ok: true, value: proven.opened };
    const full = open(message, { ...request, workspace: whole });
    if (!isDeepStrictEqual(said, full)) expect(said, `${name}, ${index}`).toEqual(full);
  }
  return taken;
}

test('messages of all simple kinds are known again', () => {
  expect(signed.length).toBeGreaterThan(15);
  const holding = (text: string) => encrypted.filter(({ message }) => new TextDecoder().decode(message).includes(text));
  expect(holding('-cbc"').length).toBeGreaterThan(5);
  expect(holding('-gcm"').length).toBeGreaterThan(1);
  expect(hidden.length).toBeGreaterThan(3);
  const orders = encrypted.map(({ message, request }) => planOf(message, { policy: request.policy }));
  expect(new Set(orders.map((plan) => plan.ok && plan.value.order))).toEqual(
    new Set(['decrypt-then-verify', 'verify-then-decrypt']),
  );
});

test('T91 T92: a message that was changed is to a template what it is the whole way', () => {
  const count = COUNT ?? 6000;
  const taken = compare(count, all, all.map(warmed), (place, other, chance) =>
    variant(all[place]!.message, other, chance),
  );
  expect(taken).toBeGreaterThan(count / 200);
}, 7_200_000);

test('T91 T92: so is one that was changed and signed again with the right key', () => {
  const count = COUNT === undefined ? 2500 : COUNT / 10;
  const taken = compare(count, signed, signed.map(warmed), (place, other, chance) => {
    const { message, request } = signed[place]!;
    return signedAgain(variant(message, other, chance), request);
  });
  expect(taken).toBeGreaterThan(count / 10);
}, 7_200_000);

test('T91 T92: so is one whose Body may have any structure, changed and signed again', () => {
  const count = COUNT === undefined ? 1500 : COUNT / 20;
  const anyBody = signed.filter(isOfOnePayload);
  const taken = compare(count, anyBody, anyBody.map(warmedForAny), (place, other, chance) => {
    const { message, request } = anyBody[place]!;
    return signedAgain(variant(message, other, chance), request);
  });
  expect(taken).toBeGreaterThan(count / 20);
}, 7_200_000);

test('T91 T92: so is one that was changed, signed again and encrypted again', () => {
  const count = COUNT === undefined ? 2500 : COUNT / 10;
  const apart = encrypted.map(({ message, request }) => takenApart(message, request));
  const taken = compare(count, encrypted, encrypted.map(warmed), (place, _, chance) => {
    const other = apart[chance(apart.length)]!.plain;
    return apart[place]!.forged(variant(apart[place]!.plain, other, chance));
  });
  expect(taken).toBeGreaterThan(count / 20);
}, 7_200_000);

test('T91 T111: so is one whose signature is encrypted, changed inside or around it and signed again', () => {
  const count = COUNT === undefined ? 1000 : COUNT / 10;
  const apart = hidden.map(({ message, request }) => takenApart(message, request));
  const taken = compare(count, hidden, hidden.map(warmed), (place, _, chance) => {
    const other = apart[chance(apart.length)]!.plain;
    return apart[place]!.forged(variant(apart[place]!.plain, other, chance));
  });
  expect(taken).toBeGreaterThan(count / 20);
}, 7_200_000);

test('T37 T91: so is one whose ciphertext is of other plaintext than was signed, padded well or badly', () => {
  const count = COUNT === undefined ? 1500 : COUNT / 20;
  const apart = encrypted.map(({ message, request }) => takenApart(message, request));
  const taken = compare(count, encrypted, encrypted.map(warmed), (place, _, chance) => {
    const { plain, encrypted: again } = apart[place]!;
    const changed = chance(4) === 0 ? plain : variant(plain, apart[chance(apart.length)]!.plain, chance);
    // The last octet of the padding is what counts; more of it, or none, is other content.
    return again(changed, (paddingBytes) => {
      const padding = new Uint8Array(chance(8) === 0 ? paddingBytes + 16 : paddingBytes).fill(chance(256));
      padding[padding.length - 1] = chance(3) === 0 ? chance(256) : paddingBytes;
      return padding;
    });
  });
  expect(taken).toBeGreaterThan(count / 40);
}, 7_200_000);
