import { loadLibxml } from '@parley/codec';
import { describe, expect, test } from 'vitest';
import { ALLOWED_DIFFERENCES } from './src/differential/allowed-differences.ts';
import { compareDocument } from './src/differential/compare-document.ts';
import { allQuestions } from './src/differential/questions.ts';

const encoder = new TextEncoder();

/** Of the libxml2 inside libxmljs2 alone, so where that is not there nothing differs. */
const OF_LIBXMLJS2 = ['nul-refused'];
const rows = Object.entries(ALLOWED_DIFFERENCES).filter(([id]) => loadLibxml().available || !OF_LIBXMLJS2.includes(id));

describe.each(rows)('%s', (id, row) => {
  test('is what its example shows', () => {
    const read = id === 'instruction-refused' ? 'refuse' : 'keep';
    const found = compareDocument(encoder.encode(row.example), allQuestions, { processingInstructions: read });
    expect(found.difference).toBeUndefined();
    expect(found.allowed).toContain(id);
  });
});

test('nothing is allowed in a document that has none of it', () => {
  const document =
    '<a xmlns="urn:a" xmlns:b="urn:b" xml:lang="en" b:c="&#xD;"><b:d xml:base="x">&amp;<![CDATA[<]]></b:d></a>';
  const found = compareDocument(encoder.encode(document), allQuestions);
  expect(found.difference).toBeUndefined();
  expect(found.allowed).toEqual([]);
  expect(found.canonicalForms).toBeGreaterThan(100);
});

test.each([
  ['other text', (ours: string) => ours.replace('t', 'u')],
  ['another attribute', (ours: string) => ours.replace('b="', 'c="')],
  ['another namespace', (ours: string) => ours.replace('urn:a', 'urn:b')],
  ['an ampersand in text', (ours: string) => ours.replace('&amp;</', '&</')],
  ['an ampersand in a value', (ours: string) => ours.replace('b="&amp;', 'b="&')],
  ['a base with content lost', (ours: string) => ours.replace(' xml:base="d"', '')],
  ['an attribute left out', (ours: string) => ours.replace(' b="&amp;"', '')],
])('%s is explained by no row', (_, spoil) => {
  const ours = '<a xmlns="urn:a" b="&amp;" xml:base="d"><e xml:base="http://f/"></e>t&amp;</a>';
  const theirs = spoil(ours);
  expect(theirs).not.toBe(ours);
  for (const method of ['exclusive', 'inclusive', 'inclusive-1.1'] as const) {
    const found = { method, theirs, bases: ['http://f/d', 'http://f/'] };
    for (const row of Object.values(ALLOWED_DIFFERENCES)) {
      if (row.side === 'other-form') expect(row.rewrite(ours, found)).not.toBe(theirs);
    }
  }
});
