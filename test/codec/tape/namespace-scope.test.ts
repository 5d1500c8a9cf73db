import { prefixFor, uriOfPrefix } from '@parley/codec/internal';
import { describe, expect, test } from 'vitest';
import { read } from '../support/reading.ts';

const XML = 'http://www.w3.org/XML/1998/namespace';
const tape = read(
  '<a xmlns="urn:d" xmlns:p="urn:p" xmlns:q="urn:p"><b xmlns:p="urn:other"><c xmlns="" xmlns:é="urn:é"/></b></a>',
);

describe('uriOfPrefix', () => {
  test.each([
    [0, '', 'urn:d'],
    [0, 'p', 'urn:p'],
    [1, 'p', 'urn:other'],
    [1, '', 'urn:d'],
    [2, '', ''],
    [2, 'q', 'urn:p'],
    [2, 'é', 'urn:é'],
    [1, 'é', undefined],
    [0, 'xml', XML],
    [0, 'unknown', undefined],
  ])('at element %i, prefix %j', (element, prefix, uri) => {
    expect(uriOfPrefix(tape, element, prefix)).toBe(uri);
  });

  test('without a declaration the default namespace is none', () => {
    expect(uriOfPrefix(read('<a/>'), 0, '')).toBe('');
  });
});

describe('prefixFor', () => {
  test.each([
    [0, 'urn:d', ''],
    [0, 'urn:p', 'p'],
    [1, 'urn:p', 'q'],
    [1, 'urn:other', 'p'],
    [2, 'urn:d', undefined],
    [2, '', ''],
    [0, '', undefined],
    [0, XML, 'xml'],
    [0, 'urn:unknown', undefined],
  ])('at element %i, %j', (element, uri, prefix) => {
    expect(prefixFor(tape, element, uri)).toBe(prefix);
  });

  test('without a declaration no namespace has the empty prefix', () => {
    expect(prefixFor(read('<a/>'), 0, '')).toBe('');
  });
});
