// The law under everything: a flipped bit in a protected part is refused, wherever it is.
import { open } from '@parley/engine';
import { expect, test } from 'vitest';
import { EXTENT, report } from './extent.ts';
import { CERTIFIED, originals } from './originals.ts';
import { Outcomes } from './outcomes.ts';

// Prime to 8, so that every bit of an octet is met.
const STEP = EXTENT === 'all' ? 1 : 11;

test('every bit of every octet: refused, or nothing that counts has changed', () => {
  const outcomes = new Outcomes();
  let bits = 0;
  for (const { name, message, request, meaning } of [...originals(20), ...CERTIFIED]) {
    const changed = message.slice();
    bits += message.length * 8;
    for (let bit = 0; bit < message.length * 8; bit += STEP) {
      const offset = bit >> 3;
      const octet = message[offset]!;
      changed[offset] = octet ^ (1 << (bit & 7));
      outcomes.add(open(changed, request), [meaning], () => `${name}, bit ${bit & 7} of octet ${offset}`);
      changed[offset] = octet;
    }
  }
  report('single-bit flips', outcomes);
  expect(bits).toBeGreaterThan(600_000);
  // Prefixes, Ids of tokens, white space between attributes: a few of several thousand positions.
  expect(outcomes.count('unharmed')).toBeLessThan(outcomes.total * 0.05);
}, 600_000);
