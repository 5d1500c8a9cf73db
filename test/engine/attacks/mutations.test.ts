// The mutation law: a change of one octet in a protected part refuses; a change elsewhere never changes what was verified.
import { localNameOf, scan, Tape } from '@parley/codec';
import { DEFAULT_LIMITS } from '@parley/core';
import { open } from '@parley/engine';
import { expect, test } from 'vitest';
import { E, ELEMENT_WORDS } from '../../../packages/codec/src/tape/tape.ts';
import { EXTENT, report } from './extent.ts';
import { chanceFrom, mutated } from './mutations.ts';
import { CERTIFIED, type Original, originals } from './originals.ts';
import { Outcomes } from './outcomes.ts';

const COUNT = EXTENT === 'all' ? 250_000 : 50_000;
const PROTECTED = [
  'Body',
  'Timestamp',
  'Action',
  'MessageID',
  'To',
  'ReplyTo',
  'SignedInfo',
  'SignatureValue',
  'CipherValue',
];
const WHITE_SPACE = [0x20, 0x09, 0x0a, 0x0d];

const messages = [...originals(40), ...CERTIFIED].map((original) => ({
  ...original,
  isProtected: protectedOctets(original),
}));

test(`${COUNT} messages with one octet changed: in a protected part refused, elsewhere refused or unharmed`, () => {
  const chance = chanceFrom(20_260_115);
  const outcomes = new Outcomes();
  while (outcomes.total < COUNT) {
    const { name, message, request, meaning, isProtected } = messages[chance(messages.length)]!;
    const changed = message.slice();
    const at = chance(message.length);
    // Half of the time an octet that the message has, so that not all dies of bad syntax.
    const octet = chance(2) === 0 ? chance(256) : message[chance(message.length)]!;
    if (octet === message[at]) continue;
    changed[at] = octet;
    const described = () => `${name}, octet ${at} is ${octet}`;
    const outcome = outcomes.add(open(changed, request), [meaning], described);
    if (outcome === 'refused' || isProtected[at] === 0) continue;
    // White space for white space, between attributes: the canonical form has one space there.
    if (!WHITE_SPACE.includes(message[at]!) || !WHITE_SPACE.includes(octet))
      throw new Error(`unharmed: ${described()}`);
  }
  report('one octet changed', outcomes);
  expect(outcomes.total).toBe(COUNT);
}, 600_000);

test(`${COUNT} messages with several random changes: no crash, no fault of ours, nothing that was not signed`, () => {
  const chance = chanceFrom(42);
  const outcomes = new Outcomes();
  for (let count = 0; count < COUNT; count++) {
    const { name, message, request, meaning } = messages[chance(messages.length)]!;
    const other = messages[chance(messages.length)]!;
    let changed = message;
    for (let changes = 1 + chance(3); changes > 0; changes--) changed = mutated(changed, other.message, chance);
    outcomes.add(open(changed, request), [meaning, other.meaning], () => `mutation ${count}, of ${name}`);
  }
  report('random mutations', outcomes);
  expect(outcomes.total).toBe(COUNT);
}, 600_000);

/** 1 for each octet that lies in a signed part, in what proves it, or in ciphertext. */
function protectedOctets({ message }: Original): Uint8Array {
  const tape = new Tape();
  scan(message, DEFAULT_LIMITS, tape);
  const octets = new Uint8Array(message.length);
  for (let element = 0; element < tape.elementCount; element++) {
    const name = localNameOf(tape, element);
    // Encrypted after it was signed, a part is its ciphertext alone.
    const isProtected = PROTECTED.includes(name);
    if (!isProtected && name !== 'EncryptedData') continue;
    const word = (offset: number): number => tape.elements[element * ELEMENT_WORDS + offset]!;
    octets.fill(isProtected ? 1 : 0, word(E.start), word(E.end));
  }
  // Exclusive C14N leaves out declarations that no name needs.
  const source = Buffer.from(message).toString('latin1');
  for (const { index, 0: declaration, 1: prefix } of source.matchAll(/ xmlns:([\w.-]+)="[^"]*"/g)) {
    if (!new RegExp(`[< /]${prefix}:`).test(source)) octets.fill(0, index, index + declaration.length);
  }
  return octets;
}
