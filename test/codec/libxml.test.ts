import { loadLibxml, scan, Tape } from '@parley/codec';
import { DEFAULT_LIMITS } from '@parley/core';
import { expect, test } from 'vitest';
import { Random } from './support/random.ts';
import { randomDocument } from './support/random-document.ts';
import { codeOf, KEEP, octets, read, vectorBytes } from './support/reading.ts';

const libxml = loadLibxml();

test('libxmljs2 is there, or the reason why it is not', () => {
  expect(libxml.available ? 'there' : libxml.reason).not.toBe('');
  expect(loadLibxml()).toBe(libxml);
});

// It is an optional dependency, compiled on installation: what it does can be tested only where that worked.
if (libxml.available) {
  const { crossCheck } = libxml;

  test.each(['signed-1k', 'signed-5k', 'signed-20k', 'signed-100k'])('both read bench/%s the same', (name) => {
    const bytes = vectorBytes(`bench/${name}.xml`);
    expect(codeOf(() => crossCheck(bytes, read(bytes)))).toBeUndefined();
  });

  test('both read random documents the same', () => {
    const random = new Random(31);
    for (let count = 0; count < 1_000; count++) {
      const bytes = octets(randomDocument(random));
      expect(
        codeOf(() => crossCheck(bytes, read(bytes, {}, KEEP))),
        String(count),
      ).toBeUndefined();
    }
  });

  test.each([
    ['element name', '<a><b/></a>', '<a><c/></a>'],
    ['element namespace', '<a xmlns="urn:a"/>', '<a xmlns="urn:b"/>'],
    ['attribute value', '<a b="1"/>', '<a b="2"/>'],
    ['attribute name', '<a b="1"/>', '<a c="1"/>'],
    ['attribute namespace', '<a xmlns:p="urn:a" p:b="1"/>', '<a xmlns:p="urn:b" p:b="1"/>'],
    ['number of attributes', '<a b="1"/>', '<a b="1" c="1"/>'],
    ['declaration', '<a xmlns:p="urn:a"/>', '<a xmlns:q="urn:a"/>'],
    ['number of declarations', '<a/>', '<a xmlns:q="urn:a"/>'],
    ['text', '<a>b</a>', '<a>c</a>'],
    ['place of text', '<a>b<c/></a>', '<a><c/>b</a>'],
    ['number of children', '<a><b/></a>', '<a><b/><b/></a>'],
    ['nesting', '<a><b/><c/></a>', '<a><b><c/></b></a>'],
    ['well-formedness', '<a></a>', '<a></b>'],
  ])('a difference in %s is found', (_, ours, theirs) => {
    expect(codeOf(() => crossCheck(octets(theirs), read(ours)))).toBe('peer.readers-differ');
  });

  test('a tape that holds nothing agrees with nothing', () => {
    const tape = new Tape();
    expect(codeOf(() => scan(octets('<a'), DEFAULT_LIMITS, tape))).toBe('peer.xml-malformed');
    expect(codeOf(() => crossCheck(octets('<a/>'), tape))).toBe('peer.readers-differ');
  });
}
