import { firstChild, localNameOf, namespaceUriOf, nextSibling, parentOf } from '@parley/codec';
import {
  attributeNamed,
  bytesEqual,
  E,
  ELEMENT_WORDS,
  hasName,
  isElementOnly,
  isLiteral,
  isNamed,
  localName,
} from '@parley/codec/internal';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeOf, octets, read } from '../support/reading.ts';

const tape = read('<p:a xmlns:p="urn:p"> <b><c/></b> <d p:e="1" e="2">t</d>\n<f/></p:a>');

test('children and siblings in document order', () => {
  const names: string[] = [];
  for (let child = firstChild(tape, 0); child >= 0; child = nextSibling(tape, child))
    names.push(localNameOf(tape, child));
  expect(names).toEqual(['b', 'd', 'f']);
  expect([firstChild(tape, 2), nextSibling(tape, 2), nextSibling(tape, 0)]).toEqual([-1, -1, -1]);
  expect([parentOf(tape, 0), parentOf(tape, 2), parentOf(tape, 3)]).toEqual([-1, 1, 0]);
});

test('names are expanded names', () => {
  const uri = tape.elements[E.uri]!;
  expect(isNamed(tape, 0, uri, localName('a'))).toBe(true);
  expect(isNamed(tape, 0, 0, localName('a'))).toBe(false);
  expect(isNamed(tape, 0, uri, localName('p:a'))).toBe(false);
  expect(isNamed(tape, 1, 0, localName('b'))).toBe(true);
  expect([namespaceUriOf(tape, 0), namespaceUriOf(tape, 1)]).toEqual(['urn:p', '']);
  expect(attributeNamed(tape, 3, uri, localName('e'))).toBe(0);
  expect(attributeNamed(tape, 3, 0, localName('e'))).toBe(1);
  expect(attributeNamed(tape, 3, 0, localName('x'))).toBe(-1);
  expect(codeOf(() => localName('é'))).toBe('internal.invariant');
});

test('what an element holds', () => {
  expect([isElementOnly(tape, 0), isElementOnly(tape, 3), isElementOnly(tape, 4)]).toEqual([true, false, true]);
  expect([isLiteral(tape, 0), isLiteral(tape, 3), isLiteral(tape, 4)]).toEqual([false, true, true]);
  expect(tape.elements[3 * ELEMENT_WORDS + E.attributeCount]).toBe(2);
});

test('bytesEqual compares length and octets', () => {
  const bytes = octets('abc');
  expect(bytesEqual(bytes, 1, 3, octets('bc'))).toBe(true);
  expect(bytesEqual(bytes, 1, 3, octets('b'))).toBe(false);
  expect(bytesEqual(bytes, 1, 3, octets('bd'))).toBe(false);
});

test('a name that is text is the one that its octets are', () => {
  const name = fc.stringMatching(/^[a-zé😀]{1,6}$/u);
  fc.assert(
    fc.property(name, name, fc.constantFrom('', 'x', 'é', '€'), (uri, other, more) => {
      const one = read(`<a xmlns="urn:${uri}"/>`);
      expect(hasName(one, 0, `urn:${uri}`)).toBe(true);
      expect(hasName(one, 0, `urn:${uri}`, 'a')).toBe(true);
      expect(hasName(one, 0, `urn:${uri}`, 'A')).toBe(false);
      expect(hasName(one, 0, `urn:${other}${more}`)).toBe(uri === `${other}${more}`);
      expect(hasName(one, 0, Buffer.from(`urn:${uri}`).toString('latin1'))).toBe(/^[a-z]*$/.test(uri));
    }),
  );
});
