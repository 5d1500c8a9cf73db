/** Inclusive C14N 1.0 and 1.1: what depends on where an element stands. */
import type { CanonicalisationMethod } from '@parley/codec';
import { describe, expect, test } from 'vitest';
import { canonicalDocumentText, canonicalText, codeOf, read } from '../../support/reading.ts';

const NEITHER_EXCLUSIVE: readonly CanonicalisationMethod[] = ['inclusive', 'inclusive-1.1'];

describe.each(NEITHER_EXCLUSIVE)('namespaces, %s', (method) => {
  test('the apex declares all that is in scope, used or not, and nobody below repeats it', () => {
    const tape = read(
      '<a xmlns="urn:d" xmlns:z="urn:z" xmlns:b="urn:b"><c xmlns:b="urn:b"><z:d xmlns:q="urn:q"/></c></a>',
    );
    expect(canonicalText(tape, 1, { method })).toBe(
      '<c xmlns="urn:d" xmlns:b="urn:b" xmlns:z="urn:z"><z:d xmlns:q="urn:q"></z:d></c>',
    );
  });

  test('a prefix bound anew is declared anew, and taken back', () => {
    const tape = read('<a xmlns:p="urn:1"><b xmlns:p="urn:2"><c xmlns:p="urn:1"/></b><d xmlns:p="urn:1"/></a>');
    expect(canonicalText(tape, 0, { method })).toBe(
      '<a xmlns:p="urn:1"><b xmlns:p="urn:2"><c xmlns:p="urn:1"></c></b><d></d></a>',
    );
  });

  test('xmlns="" is printed below a default namespace only, never on the apex', () => {
    const tape = read('<a xmlns="urn:d"><b xmlns=""><c xmlns=""/></b></a>');
    expect(canonicalText(tape, 0, { method })).toBe('<a xmlns="urn:d"><b xmlns=""><c></c></b></a>');
    expect(canonicalText(tape, 1, { method })).toBe('<b><c></c></b>');
  });

  test('a PrefixList changes nothing', () => {
    const tape = read('<a xmlns:p="urn:1"><b xmlns:q="urn:2"/></a>');
    expect(canonicalText(tape, 1, { method, inclusivePrefixes: ['p'] })).toBe(canonicalText(tape, 1, { method }));
  });

  test('more prefixes than a mask has bits, with content that is taken as a slice', () => {
    const declared = Array.from({ length: 100 }, (_, index) => ` xmlns:p${index + 100}="urn:${index}"`);
    const inside = '<p199:x p140:y="1"><z></z></p199:x>';
    const tape = read(
      `<a${declared.slice(60).join('')}><b${declared.slice(0, 60).reverse().join('')}>${inside}</b></a>`,
    );
    expect(canonicalText(tape, 1, { method })).toBe(`<b${declared.join('')}>${inside}</b>`);
  });
});

describe('attributes of the prefix xml', () => {
  const tape = read(
    '<r xml:lang="en" xml:space="default" xml:id="r" xml:other="1"><m xml:lang="fr" a="1"><e xml:space="preserve" b="2" B="3"><f/></e></m></r>',
  );

  test('1.0 copies the nearest of each name to the apex, and no further', () => {
    expect(canonicalText(tape, 2, { method: 'inclusive' })).toBe(
      '<e B="3" b="2" xml:id="r" xml:lang="fr" xml:other="1" xml:space="preserve"><f></f></e>',
    );
  });

  test('1.1 copies xml:lang and xml:space alone', () => {
    expect(canonicalText(tape, 2, { method: 'inclusive-1.1' })).toBe(
      '<e B="3" b="2" xml:lang="fr" xml:space="preserve"><f></f></e>',
    );
  });

  test('exclusive copies none, and the root has nobody to copy from', () => {
    expect(canonicalText(tape, 2)).toBe('<e B="3" b="2" xml:space="preserve"><f></f></e>');
    expect(canonicalText(tape, 0, { method: 'inclusive' })).toBe(canonicalDocumentText(tape, { method: 'inclusive' }));
  });

  test('they go where C14N order wants them', () => {
    const nested = read(
      '<r xml:lang="en" xml:a="1"><e xmlns:h="http://a/" xmlns:z="urn:z" z:a="4" h:a="3" a="2"/></r>',
    );
    expect(canonicalText(nested, 1, { method: 'inclusive' })).toBe(
      '<e xmlns:h="http://a/" xmlns:z="urn:z" a="2" h:a="3" xml:a="1" xml:lang="en" z:a="4"></e>',
    );
  });

  test('an apex that is canonical as written is written anew when it takes something over', () => {
    const nested = read('<r xml:lang="en"><e a="1">t</e></r>');
    expect(canonicalText(nested, 1, { method: 'inclusive' })).toBe('<e a="1" xml:lang="en">t</e>');
    const empty = read("<r xml:lang='e&#9;n'><e/></r>");
    expect(canonicalText(empty, 1, { method: 'inclusive' })).toBe('<e xml:lang="e&#x9;n"></e>');
  });

  test('more of them than there is room for at first', () => {
    const names = Array.from({ length: 200 }, (_, index) => `n${index + 100}`);
    const nested = read(`<r${names.map((name) => ` xml:${name}=""`).join('')}><e a=""/></r>`);
    expect(canonicalText(nested, 1, { method: 'inclusive' })).toBe(
      `<e a=""${names.map((name) => ` xml:${name}=""`).join('')}></e>`,
    );
  });
});

describe('xml:base', () => {
  test('the example of Canonical XML 1.1 §3.8', () => {
    const tape = read(
      '<doc xmlns="http://www.ietf.org" xmlns:w3c="http://www.w3.org" xml:base="something/else"><e1><e2 xmlns="" xml:id="abc" xml:base="bar/" xml:space="preserve"><e3 id="E3" xml:base="foo"/></e2></e1></doc>',
    );
    expect(canonicalText(tape, 3, { method: 'inclusive-1.1' })).toBe(
      '<e3 xmlns:w3c="http://www.w3.org" id="E3" xml:base="something/bar/foo" xml:space="preserve"></e3>',
    );
    expect(canonicalText(tape, 3, { method: 'inclusive' })).toBe(
      '<e3 xmlns:w3c="http://www.w3.org" id="E3" xml:base="foo" xml:id="abc" xml:space="preserve"></e3>',
    );
    expect(canonicalText(tape, 1, { method: 'inclusive-1.1', without: 2 })).toBe(
      '<e1 xmlns="http://www.ietf.org" xmlns:w3c="http://www.w3.org" xml:base="something/else"></e1>',
    );
  });

  test.each([
    ['no ancestor has one: it stays as it is', '<r><e xml:base="../x/."/></r>', '<e xml:base="../x/."></e>'],
    ['no ancestor has one, and it is empty', '<r><e xml:base=""/></r>', '<e xml:base=""></e>'],
    ['the apex has none', '<r xml:base="a/b"><e/></r>', '<e xml:base="a/b"></e>'],
    ['nothing is left of it', '<r xml:base="abc/"><e xml:base="../"/></r>', '<e></e>'],
    [
      'an absolute one ends the search',
      '<r xml:base="ignored/"><e xml:base="http://h/a/../b"/></r>',
      '<e xml:base="http://h/b"></e>',
    ],
    [
      'it keeps its place in the order',
      '<r xml:base="a/"><e xml:a="1" xml:c="3" xml:base="b"/></r>',
      '<e xml:a="1" xml:base="a/b" xml:c="3"></e>',
    ],
    [
      'its value is escaped',
      '<r xml:base="a&quot;&lt;&amp;/é&#13;/"><e xml:base="b"/></r>',
      '<e xml:base="a&quot;&lt;&amp;/é&#xD;/b"></e>',
    ],
  ])('1.1: %s', (_name, text, expected) => {
    expect(canonicalText(read(text), 1, { method: 'inclusive-1.1' })).toBe(expected);
  });
});

test('1.1: values of xml:base that no URI needs are refused before they are joined', () => {
  const base = `a${'/'.repeat(2047)}`;
  const nested = (levels: number): string => `${`<r xml:base="${base}">`.repeat(levels)}<e/>${'</r>'.repeat(levels)}`;
  expect(codeOf(() => canonicalText(read(nested(2)), 2, { method: 'inclusive-1.1' }))).toBeUndefined();
  expect(codeOf(() => canonicalText(read(nested(3)), 3, { method: 'inclusive-1.1' }))).toBe('peer.limit-value');
  expect(codeOf(() => canonicalText(read(nested(3)), 3, { method: 'inclusive' }))).toBeUndefined();
});
