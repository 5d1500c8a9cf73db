import { canonicalise, NamespaceBinding, OctetSink } from '@parley/codec';
import {
  AddedAttribute,
  canonicalisePart,
  E,
  ELEMENT_WORDS,
  replaceCanonicalContent,
  splice,
  unusedPrefix,
} from '@parley/codec/internal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../fuzz/src/documents/random.ts';
import { randomDocument } from '../../fuzz/src/documents/random-document.ts';
import { KEEP, octets, read, textOfOctets } from '../support/reading.ts';

const URIS = ['urn:a', 'urn:zz', 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd'];

function taken(write: (out: OctetSink) => void): string {
  const out = new OctetSink(8);
  out.writeText('before');
  write(out);
  return textOfOctets(out.take()).slice('before'.length);
}

describe('the canonical form of an element that is given an attribute', () => {
  test('is that of the document that has it', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.nat(),
        fc.constantFrom(...URIS),
        fc.constantFrom('Id', 'A', 'zz'),
        (seed, at, uri, local) => {
          const tape = read(randomDocument(new Random(seed)), {}, KEEP);
          const element = at % tape.elementCount;
          const name = new NamespaceBinding(unusedPrefix(tape, 'u'), uri).name(local);
          const added = new AddedAttribute(name, 'a<"&\t');
          const nameEnd = tape.elements[element * ELEMENT_WORDS + E.nameEnd] ?? 0;
          const changed = read(splice(tape.bytes, [{ start: nameEnd, end: nameEnd, with: added.markup }]), {}, KEEP);
          const expected = taken((out) => canonicalise(changed, element, out));
          expect(taken((out) => canonicalisePart(tape, element, added, out))).toBe(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('shielded, it says that there is no namespace where none is meant', () => {
    const tape = read('<r xmlns="urn:d"><a:x xmlns:a="urn:a"><y xmlns=""/></a:x></r>');
    const written = (options: { shieldDefaultNamespace?: boolean }): string =>
      taken((out) => canonicalisePart(tape, 1, undefined, out, options));
    expect(written({})).toBe('<a:x xmlns:a="urn:a"><y></y></a:x>');
    expect(written({ shieldDefaultNamespace: true })).toBe('<a:x xmlns:a="urn:a"><y xmlns=""></y></a:x>');
  });

  test('without one, is that of the element', () => {
    const tape = read('<a:x xmlns:a="urn:a" b="1"/>');
    expect(taken((out) => canonicalisePart(tape, 0, undefined, out))).toBe('<a:x xmlns:a="urn:a" b="1"></a:x>');
  });
});

test.each([
  ['<a:x xmlns:a="urn:a" b="1>2" c="/>"><y/>text</a:x>', '<a:x xmlns:a="urn:a" b="1>2" c="/>">new</a:x>'],
  ['<x/>', '<x>new</x>'],
])('the content of %s is replaced', (document, expected) => {
  const tape = read(document);
  const written = taken((out) => {
    const start = out.length;
    canonicalisePart(tape, 0, undefined, out);
    replaceCanonicalContent(tape, 0, start, octets('new'), out);
  });
  expect(written).toBe(expected);
});

test('a prefix is unused when nothing in the document declares it', () => {
  expect(unusedPrefix(read('<x xmlns="urn:u"/>'), 'u')).toBe('u');
  expect(unusedPrefix(read('<x><y xmlns:u="urn:a"/><z xmlns:u1="urn:a"/></x>'), 'u')).toBe('u2');
});
