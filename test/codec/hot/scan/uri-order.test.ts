import { scan, Tape } from '@parley/codec';
import { DEFAULT_LIMITS } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { compareUris } from '../../../../packages/codec/src/hot/scan/uri-order.ts';
import { OracleDocument } from '../../../fuzz/src/differential/libxml2.ts';
import { Random } from '../../../fuzz/src/documents/random.ts';
import { canonicalText, codeOf, octets, read } from '../../support/reading.ts';

const LENGTHS = [10, 126, 127, 128, 129, 300];
const ENDS = ['', 'a', 'b', 'ab', 'é', '\u{10000}', '\uffef'];
/** URIs whose first octets are the same, in disorder. */
const URIS = LENGTHS.flatMap((length) => ENDS.map((end) => `urn:${'x'.repeat(length - 4)}${end}`)).reverse();
// libxml2 takes no others.
const OF_ASCII = URIS.filter((uri) => !/[^ -~]/u.test(uri));

/** An element that declares `uris`, and inside it one with an attribute of each. */
function documentOf(uris: readonly string[]): string {
  const declarations = uris.map((uri, index) => ` xmlns:p${index}="${uri}"`);
  const attributes = uris.map((_, index) => ` p${index}:a="${index}" p${index}:b=""`);
  return `<r${declarations.join('')}><e${attributes.join('')}/></r>`;
}

describe('namespace URIs of any length', () => {
  test('are ordered by octets', () => {
    const tape = read(documentOf(URIS));
    const first = tape.uriCount - URIS.length;
    for (const [left, leftUri] of URIS.entries()) {
      for (const [right, rightUri] of URIS.entries()) {
        const expected = Math.sign(Buffer.compare(octets(leftUri), octets(rightUri)));
        expect(Math.sign(compareUris(tape, first + left, first + right))).toBe(expected);
      }
    }
  });

  test.each(Array.from({ length: 40 }, (_, index) => 61_000 + index))(
    'sort attributes as libxml2 does, seed %i',
    (seed) => {
      const random = new Random(seed);
      const uris = [...new Set(Array.from({ length: 2 + random.below(30) }, () => random.pick(OF_ASCII)))];
      const text = documentOf(uris);
      const oracle = OracleDocument.parse(octets(text));
      expect(canonicalText(read(text), 1)).toBe(oracle?.canonicalElement(1, {}));
      oracle?.close();
    },
  );

  test('are ranked anew for each document that a tape holds', () => {
    const tape = new Tape();
    for (const uris of [URIS, [...URIS].reverse(), URIS.slice(5, 9)]) {
      const text = documentOf(uris);
      scan(octets(text), DEFAULT_LIMITS, tape);
      expect(canonicalText(tape, 1)).toBe(canonicalText(read(text), 1));
      expect(tape.uriRankCount).toBe(tape.uriCount);
    }
  });

  test.each([2, 7, 8, 9, 40])('tell apart %i attributes of one local name, and do not hide a double', (count) => {
    const uris = Array.from({ length: count }, (_, index) => `urn:${'x'.repeat(500)}${index}`);
    const attributes = uris.map((_, index) => ` p${index}:a=""`).join('');
    const declarations = uris.map((uri, index) => ` xmlns:p${index}="${uri}"`).join('');
    expect(read(`<e${declarations}${attributes}/>`).attributeCount).toBe(count);
    const double = `<e${declarations} xmlns:q="${uris[0]}"${attributes} q:a=""/>`;
    expect(codeOf(() => read(double))).toBe('peer.xml-malformed');
  });
});
