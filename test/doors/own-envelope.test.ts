// An envelope that the application gives was seen by no peer: what is wrong with it is the application's.
import { expect, test } from 'vitest';
import { outcomeOf } from './door.ts';
import { DOORS } from './doors.ts';
import { replaced } from './misuse.ts';

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

const NONE: readonly (readonly [string, Uint8Array])[] = [
  ['nothing', octets('')],
  ['zeros', new Uint8Array(8)],
  ['text', octets('an order')],
  ['cut', octets('<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>')],
  ['no SOAP', octets('<Order/>')],
  ['without a Body', octets('<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"/>')],
  ['another encoding', octets('<?xml version="1.0" encoding="latin1"?><Order/>')],
  ['a DOCTYPE', octets('<!DOCTYPE Order><Order/>')],
];

const GIVEN = [
  ['engine.seal', '0'],
  ['conversation.Initiator#requestCall', '0'],
  ['conversation.Initiator#requestCallAsync', '0'],
  ['conversation.Initiator#requestPropagate', '1'],
] as const;

test.each(GIVEN)('%s', async (name, index) => {
  const door = DOORS[name]!;
  for (const [what, envelope] of NONE) {
    const outcome = await outcomeOf(door, replaced(door.good, [index], envelope));
    expect(outcome, what).toMatchObject({ kind: 'refused', refusal: { code: 'caller.envelope-invalid' } });
  }
});
