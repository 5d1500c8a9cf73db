import { readFileSync } from 'node:fs';
import { scan, Tape } from '@parley/codec';
import { A, ATTRIBUTE_WORDS, E } from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { DEFAULT_LIMITS } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { scanRootByModule } from '../../../../packages/codec/src/hot/scan/scan-module.ts';
import { mutated } from '../../../fuzz/src/documents/mutation.ts';
import { Random } from '../../../fuzz/src/documents/random.ts';
import { randomDocument } from '../../../fuzz/src/documents/random-document.ts';
import { octets, textOfOctets } from '../../support/reading.ts';
import { scanOutcome } from '../../support/scan-outcome.ts';

function expectSame(bytes: Uint8Array, limits?: Limits): void {
  const options = { processingInstructions: 'keep' } as const;
  const plain = scanOutcome(bytes, { ...options, plainly: true }, limits);
  expect(scanOutcome(bytes, options, limits), textOfOctets(bytes.subarray(0, 4096))).toEqual(plain);
}

/** Whether the module reads the well-formed document without help. */
function isTaken(bytes: Uint8Array): boolean {
  const tape = new Tape();
  scan(bytes, DEFAULT_LIMITS, tape, { processingInstructions: 'keep', plainly: true });
  const start = tape.elements[E.start] as number;
  return typeof scanRootByModule(tape, DEFAULT_LIMITS, start, bytes.lastIndexOf(0x3e)) === 'number';
}

/** The module leaves names beyond ASCII and processing instructions to the plain scanner. */
function plainer(document: string): string {
  return document.replaceAll(/<\?pi.*?\?>/gsu, '').replaceAll(/[é豈]|𐀀/gu, 'q');
}

describe('the WebAssembly scanner and the plain one', () => {
  test.each(Array.from({ length: 8 }, (_, index) => 51_000 + index))('agree on 500 documents of seed %i', (seed) => {
    const random = new Random(seed);
    let taken = 0;
    for (let count = 0; count < 500; count++) {
      const bytes = octets(count % 4 === 0 ? randomDocument(random) : plainer(randomDocument(random)));
      expectSame(bytes);
      const refused = 'code' in scanOutcome(bytes, { processingInstructions: 'keep' });
      if (!refused && isTaken(bytes)) taken++;
    }
    expect(taken).toBeGreaterThan(100);
  });

  test.each(Array.from({ length: 8 }, (_, index) => 52_000 + index))(
    'agree on damaged documents of seed %i',
    (seed) => {
      const random = new Random(seed);
      for (let count = 0; count < 1_000; count++) expectSame(mutated(octets(plainer(randomDocument(random))), random));
    },
  );

  test.each(['1k', '5k', '20k', '100k'])('agree on a message of %s, which the module takes', (size) => {
    const bytes = readFileSync(new URL(`../../../vectors/bench/signed-${size}.xml`, import.meta.url));
    expectSame(bytes);
    expect(isTaken(bytes)).toBe(true);
  });

  // Sixteen octets are looked at together: places around the edges of the first three lots.
  test.each([0, 1, 14, 15, 16, 17, 30, 31, 32, 39])(
    'agree on every character at place %i of a text and a value',
    (place) => {
      const padded = (character: string): string => `${'t'.repeat(place)}${character}${'t'.repeat(40 - place)}`;
      const ascii = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code));
      for (const character of [
        ...ascii,
        '&amp;',
        '&quot;',
        '\r\n',
        ']]>',
        'é',
        '\uf000',
        '\ufffd',
        '\ufffe',
        '\uffff',
      ]) {
        expectSame(octets(`<a b="${padded(character)}"></a>`));
        expectSame(octets(`<a>${padded(character)}</a>`));
      }
    },
  );

  test('agree on a message cut anywhere', () => {
    const bytes = readFileSync(new URL('../../../vectors/bench/signed-1k.xml', import.meta.url));
    for (let end = 0; end < bytes.length; end++) expectSame(bytes.subarray(0, end));
  });

  test.each([
    { depthMax: 2 },
    { depthMax: 3 },
    { nodesMax: 9 },
    { nodesMax: 10 },
    { attributesPerElementMax: 1 },
    { attributesPerElementMax: 2 },
    { namespacesPerElementMax: 1 },
    { namespacesPerElementMax: 2 },
    { nameBytesMax: 4 },
    { nameBytesMax: 5 },
    { attributeValueBytesMax: 4 },
    { attributeValueBytesMax: 5 },
  ])('agree on %j', (limits) => {
    const text = '<p:abc xmlns:p="urn:a" xmlns:q="urn:b"><p:b c="12345" q:d=""><e/></p:b><f/></p:abc>';
    expectSame(octets(text), { ...DEFAULT_LIMITS, ...limits });
  });

  test('agree on the densest documents, and where the module runs out of room', () => {
    const limits = { ...DEFAULT_LIMITS, nodesMax: 1_000_000 };
    const repeated = (piece: string, times: number): Uint8Array => octets(`<a>${piece.repeat(times)}</a>`);
    for (const piece of ['<b/>', '<b xmlns="" id=""/>', '<b c="" d="" e="" f="" g="" h=""/>'])
      expectSame(repeated(piece, Math.floor((0x100000 - 8) / piece.length)), limits);
    const declarations = Array.from({ length: 200 }, (_, index) => `<b xmlns:p${index}="urn:p"/>`);
    expectSame(repeated(declarations.join(''), 1));
    expectSame(octets(`<a>${'x'.repeat(0x100000 - 8)}</a>`));
    expectSame(octets(`<a>${'x'.repeat(0x100000 - 7)}</a>`));
    expectSame(octets(`<a>${'x'.repeat(0x100000)}</a>`));
  });

  test.each([20, 40, 100, 101, 102, 126, 127, 400])('agree on %i prefixes and URIs', (count) => {
    const declaring = (prefixEnd: string, uriEnd: string): Uint8Array => {
      const numbers = Array.from({ length: count }, (_, index) => String(index).padStart(3, '0'));
      const elements = numbers.map((number) => {
        const prefix = `p${number}${prefixEnd}`;
        return `<${prefix}:b xmlns:${prefix}="urn:${number}${uriEnd}"><${prefix}:c/></${prefix}:b>`;
      });
      return octets(`<a>${elements.join('')}</a>`);
    };
    const plain = declaring('', '');
    // The module's tables find an entry by its last sixteen octets.
    const prefixesCollide = declaring('-the-same-in-all', '');
    const urisCollide = declaring('', '/the-same-in-all');
    for (const bytes of [plain, prefixesCollide, urisCollide]) expectSame(bytes);
    expect([plain, prefixesCollide, urisCollide].map(isTaken)).toEqual([count <= 101, count <= 20, count <= 20]);
  });

  test('agree on long URIs', () => {
    const declaring = (...lengths: number[]): Uint8Array =>
      octets(`<a>${lengths.map((length, index) => `<b xmlns="urn:${index}${'u'.repeat(length)}"/>`).join('')}</a>`);
    for (const last of [0, 19_000, 20_000, 30_000]) expectSame(declaring(10_000, 10_000, 25_000, last, last));
  });

  test.each([2, 3, 8, 16, 17, 40])('agree on %i attributes in any order', (count) => {
    const names = Array.from({ length: count }, (_, index) =>
      index % 3 === 0 ? `p:a${index}` : `a-long-name-${index}`,
    );
    const tagged = (attributes: string[]): Uint8Array =>
      octets(`<a xmlns:p="urn:p" xmlns:q="urn:p"${attributes.map((name) => ` ${name}=""`).join('')}/>`);
    expectSame(tagged(names));
    expectSame(tagged(names.toReversed()));
    expectSame(tagged([...names, 'a-long-name-1']));
    expectSame(tagged([...names, 'q:a0']));
    expectSame(tagged(['q:a0', ...names]));
    expect(isTaken(tagged(['z', ...names]))).toBe(count < 16);
  });

  test.each([
    'xmlns:p="urn:p" xmlns:p="urn:q"',
    'xmlns="urn:p" xmlns="urn:p"',
    'xmlns:p=""',
    'xmlns=""',
    'xmlns="relative"',
    'xmlns=":p"',
    'xmlns="1:p"',
    'xmlns="a1+-.:p"',
    'xmlns="a_:p"',
    'xmlns="urn:&amp;"',
    'xmlns:p="urn:p\n"',
    'xmlns:xml="http://www.w3.org/XML/1998/namespace"',
    'xmlns:p="http://www.w3.org/XML/1998/namespace"',
    'xmlns:xml="urn:p"',
    'xmlns="http://www.w3.org/2000/xmlns/"',
    'xmlns:xmlns="urn:p"',
    'xmlns:xmlnt="urn:p" xmlnt:a=""',
    'xmlnt:a=""',
    'xmlns:a-long-prefix="urn:p" a-long-prefix:a=""',
    'xml:id="a" xml:lang=""',
    'Id="a" ID="b" id="c" iD="d" AssertionID="e" AssertionIE="f" bssertionID="g"',
  ])('agree on the attributes %s', (attributes) => {
    expectSame(octets(`<a ${attributes}><b/></a>`));
    expectSame(octets(`<a xmlns:p="urn:o"><b ${attributes}/><p:c/></a>`));
  });

  test('keep nothing of one document for the next', () => {
    const long = octets(`<a>${'<b:c xmlns:b="urn:b" b:d="&amp;">amp;]]</b:c>'.repeat(50)}</a>`);
    for (const text of ['<a>&</a>', '<a>&am', '<a>]</a>', '<b:c/>', '<a b="', '<a></', '<a']) {
      scanOutcome(long, {});
      expectSame(octets(text));
    }
  });
});

test('attribute records hold what the plain scanner writes', () => {
  const bytes = octets('<a xmlns:p="urn:p" p:z="1" p:b=\'2\' c="&lt;"/>');
  const tape = new Tape();
  scan(bytes, DEFAULT_LIMITS, tape);
  expect(tape.attributeCount).toBe(3);
  expect(tape.attributes[A.uri]).toBe(tape.attributes[ATTRIBUTE_WORDS + A.uri]);
  expectSame(bytes);
});
