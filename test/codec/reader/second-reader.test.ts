import { loadLibxml, scan, Tape } from '@parley/codec';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import { expect, test } from 'vitest';
import { HAS_LIBXML } from '../support/has-libxml.ts';
import { codeOf, KEEP, octets, read } from '../support/reading.ts';

const libxml = loadLibxml();
const crossCheck = (bytes: Uint8Array, tape: Tape): void => {
  if (libxml.available) libxml.crossCheck(bytes, tape);
};

/** What differs, and where in `ours`, when libxml2 is given `theirs`. */
function difference(ours: string, theirs: string): unknown {
  try {
    crossCheck(octets(theirs), read(ours, {}, KEEP));
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    expect(error.code).toBe('peer.readers-differ');
    return [error.detail['what'], error.detail['offset']];
  }
}

test.runIf(HAS_LIBXML).each<[string, string, string, [string, number]]>([
  ['element name', '<a><b/></a>', '<a><c/></a>', ['start-tag', 3]],
  ['longer element name', '<a><b/></a>', '<a><bb/></a>', ['start-tag', 3]],
  ['element prefix', '<p:a xmlns:p="u:a" xmlns:q="u:a"/>', '<q:a xmlns:p="u:a" xmlns:q="u:a"/>', ['start-tag', 0]],
  ['element namespace', '<a xmlns="urn:a"/>', '<a xmlns="urn:b"/>', ['declaration', 0]],
  ['attribute value', '<a b="1"/>', '<a b="2"/>', ['attribute', 3]],
  ['attribute name', '<a b="1"/>', '<a c="1"/>', ['attribute', 3]],
  [
    'attribute prefix',
    '<a xmlns:p="u:a" xmlns:q="u:a" p:b=""/>',
    '<a xmlns:p="u:a" xmlns:q="u:a" q:b=""/>',
    ['attribute', 31],
  ],
  ['order of attributes', '<a b="1" c="2"/>', '<a c="2" b="1"/>', ['attribute', 3]],
  ['one attribute less', '<a b="1"/>', '<a b="1" c="1"/>', ['start-tag', 0]],
  ['one attribute more', '<a b="1" c="1"/>', '<a b="1"/>', ['attribute', 9]],
  ['declaration', '<a xmlns:p="urn:a"/>', '<a xmlns:q="urn:a"/>', ['declaration', 0]],
  ['one declaration less', '<a/>', '<a xmlns:q="urn:a"/>', ['start-tag', 0]],
  ['one declaration more', '<a xmlns:q="urn:a"/>', '<a/>', ['declaration', 0]],
  ['text', '<a>b</a>', '<a>c</a>', ['text', 3]],
  ['text that is not there', '<a></a>', '<a>b</a>', ['end-tag', 3]],
  ['text that is there', '<a>b</a>', '<a></a>', ['text', 3]],
  ['place of text', '<a>b<c/></a>', '<a><c/>b</a>', ['text', 3]],
  ['white space', '<a> <b/></a>', '<a><b/> </a>', ['text', 3]],
  ['one child less', '<a><b/></a>', '<a><b/><b/></a>', ['end-tag', 7]],
  ['one child more', '<a><b/><b/></a>', '<a><b/></a>', ['start-tag', 7]],
  ['nesting', '<a><b/><c/></a>', '<a><b><c/></b></a>', ['end-tag', 7]],
  ['comment', '<a><!--b--></a>', '<a><!--c--></a>', ['comment', 3]],
  ['comment that is not there', '<a>bc</a>', '<a>b<!---->c</a>', ['text', 3]],
  ['place of a comment', '<a><!--b-->c</a>', '<a>c<!--b--></a>', ['comment', 3]],
  ['comment before the root', '<!--b--><a/>', '<!--c--><a/>', ['comment', 0]],
  ['comment after the root', '<a/><!--b-->', '<a/>', ['comment', 4]],
  ['comment after the root that is not there', '<a/>', '<a/><!--b-->', ['end', 4]],
  ['instruction', '<a><?b c?></a>', '<a><?b d?></a>', ['instruction', 3]],
  ['target of an instruction', '<?b?><a/>', '<?c?><a/>', ['instruction', 0]],
  ['comment for an instruction', '<a><?b?></a>', '<a><!--b--></a>', ['instruction', 3]],
  ['well-formedness', '<a>\n<b></b>\n</a>', '<a>\n<b></c>\n</a>', ['well-formedness', 4]],
  ['declared prefixes', '<p:a xmlns:p="u:p"/>', '<p:a/>', ['well-formedness', 0]],
])('a difference in %s is found, and where', (_, ours, theirs, expected) => {
  expect(difference(ours, ours)).toBeUndefined();
  const [what, offset] = difference(ours, theirs) as [string, number];
  // Where libxml2 refuses, the place is in what it read.
  expect([what, offset]).toEqual(expected);
});

test.runIf(HAS_LIBXML)('every octet but white space in tags counts', () => {
  const text = '<?p q?><a b="c" xmlns:d="u:e"><d:f>g&#13;</d:f><!--h--><i>j</i></a>';
  const tape = read(text, {}, KEEP);
  for (let at = 0; at < text.length; at++) {
    const changed = octets(text);
    if (!/[a-z]/u.test(text[at]!)) continue;
    changed[at] = 0x7a;
    expect(
      codeOf(() => crossCheck(changed, tape)),
      `${text} at ${at}`,
    ).toBe('peer.readers-differ');
  }
});

test.runIf(HAS_LIBXML)('a tape that holds nothing agrees with nothing', () => {
  const tape = new Tape();
  expect(codeOf(() => scan(octets('<a'), DEFAULT_LIMITS, tape))).toBe('peer.xml-malformed');
  expect(codeOf(() => crossCheck(octets('<a/>'), tape))).toBe('peer.readers-differ');
});

test.runIf(HAS_LIBXML)('a document with a DTD, which should never get so far, is refused', () => {
  expect(codeOf(() => crossCheck(octets('<!DOCTYPE a><a/>'), read('<a/>')))).toBe('peer.xml-dtd-forbidden');
});
