import type { Reader } from '@parley/codec';
import { canonicaliseDocument, OctetSink, READERS, readDocument, scan, Tape } from '@parley/codec';
import { utf8Octets } from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { mutated } from '../../fuzz/src/documents/mutation.ts';
import { Random } from '../../fuzz/src/documents/random.ts';
import { randomDocument } from '../../fuzz/src/documents/random-document.ts';
import { HAS_LIBXML } from '../support/has-libxml.ts';
import { canonicalDocumentText, codeOf, KEEP, octets, textOfOctets, vectorBytes } from '../support/reading.ts';
import { inSingleOctets, inUtf16, SINGLE_OCTET_NAMES, UTF_16_FORMS, withoutDeclaration } from '../support/transcode.ts';

const WITH_LIBXML: readonly Reader[] = ['auto', 'libxml', 'cross-check'];

/** What a document is to `reader`: its canonical form with comments, or the fault. */
function reading(bytes: Uint8Array, reader: Reader, limits: Partial<Limits> = {}): string {
  const tape = new Tape();
  try {
    readDocument(bytes, { ...DEFAULT_LIMITS, ...limits }, tape, reader, KEEP);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    expect(tape.elementCount).toBe(0);
    return error.code;
  }
  return canonicalDocumentText(tape, { comments: true, method: 'inclusive' });
}

const readings = (bytes: Uint8Array): string[] => WITH_LIBXML.map((reader) => reading(bytes, reader));

/** The one difference: namespace names that libxml2 cannot write as they are. */
const LOST_NAME = /\sxmlns(:[^\s=]+)?\s*=\s*(["'])[^"']*(&#(0*(9|10|13|60)|x0*(9|a|d|3c));|&lt;)/iu;

describe.runIf(HAS_LIBXML)('every reader reads the same document', () => {
  test.each(['signed-1k', 'signed-5k', 'signed-20k', 'signed-100k'])('bench/%s', (name) => {
    const bytes = vectorBytes(`bench/${name}.xml`);
    expect(new Set(READERS.map((reader) => reading(bytes, reader))).size).toBe(1);
  });

  test.each([1, 2, 3])('in 400 random documents of seed %i', (seed) => {
    const random = new Random(300 + seed);
    for (let count = 0; count < 400; count++) {
      const bytes = octets(randomDocument(random));
      const expected = reading(bytes, 'scan');
      expect(expected.startsWith('peer.')).toBe(false);
      expect(readings(bytes), textOfOctets(bytes)).toEqual([expected, expected, expected]);
    }
  });

  test.each([4, 5, 6])('in 400 damaged documents of seed %i, or all refuse it', (seed) => {
    const random = new Random(300 + seed);
    let accepted = 0;
    for (let count = 0; count < 400; count++) {
      const bytes = mutated(octets(randomDocument(random)), random);
      const text = textOfOctets(bytes);
      const expected = reading(bytes, 'scan');
      if (LOST_NAME.test(text)) continue;
      if (expected.startsWith('peer.')) {
        for (const found of readings(bytes)) expect(found, text).toMatch(/^peer\.(?!readers-differ)/u);
      } else {
        accepted++;
        expect(readings(bytes), text).toEqual([expected, expected, expected]);
      }
    }
    expect(accepted).toBeGreaterThan(8);
  });

  test.each([
    ['&#9; &#10; &#13; in a value', '<a b="&#9;&#10;&#13;\t\r\n" c=\'"\'/>'],
    ['> and CR in text', '<a>a>b&gt;&#13;c\r\nd\re</a>'],
    ['CDATA', '<a><![CDATA[<&>]]]]><![CDATA[>]]>b<![CDATA[]]></a>'],
    ['nothing but an empty CDATA section', '<a><![CDATA[]]></a>'],
    ['comments and instructions', '<?p?><!--\r\n--><a><?p  \r\nd?>t<!----><?q ?></a><!-- x --><?r ?>'],
    ['declarations that say nothing new', '<a xmlns="u:a" xmlns:p="u:a"><b xmlns="u:a" xmlns:p="u:a"/></a>'],
    ['an undeclared default namespace', '<a xmlns="u:a"><b xmlns=""/></a>'],
    ['xml declared', '<a xmlns:xml="http://www.w3.org/XML/1998/namespace" xml:lang="x"/>'],
    ['xml:id that is no name, twice', '<a xml:id=" 1 "><b xml:id="1"/><b xml:id="1"/></a>'],
    ['xml:space with a value of its own', '<a xml:space=" bogus"/>'],
    ['a namespace name with ampersands', '<a xmlns="u:?a&amp;b&#38;c&amp;lt;"/>'],
    ['a namespace name with quotes', '<a xmlns="u:\'&quot;" xmlns:p="u:&quot;" xmlns:q="u:\'"/>'],
    ['a namespace name beyond ASCII', '<a xmlns="u:é豈"/>'],
    ['a namespace name that is no URI', '<a xmlns="u:%zz [ ]"/>'],
    ['characters of every length', '<a b="é€𝄞\ufffd\u{10ffff}">é€𝄞\u0085\u2028\u00a0</a>'],
    ['white space around', '\ufeff\n <a/> \r\n'],
    ['a declaration of each kind', '<?xml version="1.0" encoding="utf-8" standalone="yes"?><a/>'],
  ])('%s', (_, text) => {
    const expected = reading(octets(text), 'scan');
    expect(expected.startsWith('peer.')).toBe(false);
    expect(readings(octets(text))).toEqual([expected, expected, expected]);
  });

  test('a namespace name with a line end in it is lost on the way out of libxml2, and so refused by its reader', () => {
    for (const character of ['&#10;', '&#13;', '&#9;', '&lt;']) {
      const bytes = octets(`<a xmlns="u:${character}x"/>`);
      expect(reading(bytes, 'libxml')).toBe('peer.xml-malformed');
      expect(reading(bytes, 'cross-check')).toBe(reading(bytes, 'scan'));
    }
  });
});

describe.runIf(HAS_LIBXML)('other encodings', () => {
  /** Names that all encodings but ASCII have; what else they lack stands in text and values only. */
  const latinNames = (text: string): string => text.replaceAll('豈', 'ð').replaceAll('𐀀', 'þ');

  test.each(UTF_16_FORMS)('random documents in %s are read as their like in UTF-8', (form) => {
    const random = new Random(47);
    for (let count = 0; count < 200; count++) {
      const text = withoutDeclaration(randomDocument(random));
      const expected = reading(octets(text), 'scan');
      expect(readings(inUtf16(text, form)), text).toEqual([expected, expected, expected]);
    }
  });

  test.each(SINGLE_OCTET_NAMES)('random documents in %s are read as their like in UTF-8', (name) => {
    const random = new Random(48);
    for (let count = 0; count < 200; count++) {
      let text = latinNames(withoutDeclaration(randomDocument(random)));
      if (name === 'US-ASCII') text = text.replaceAll(/[éðþ]/gu, 'e');
      // Names that are one now may stand twice in one tag.
      const expected = reading(octets(text), 'scan');
      if (expected.startsWith('peer.')) continue;
      expect(readings(inSingleOctets(text, name)), text).toEqual([expected, expected, expected]);
    }
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15])('every octet of ISO-8859-%i is read alike', (part) => {
    expect(charactersRead(`ISO-8859-${part}`)).toBeGreaterThanOrEqual(180);
  });

  test('every octet of Windows-1252 and US-ASCII is read alike', () => {
    expect(charactersRead('windows-1252')).toBe(251 - 31);
    expect(charactersRead('us-ascii')).toBe(128 - 31);
  });

  /** Both readers read every octet as the same character, or refuse it. */
  function charactersRead(name: string): number {
    let read = 0;
    for (let octet = 0; octet < 256; octet++) {
      if (octet === 0x26 || octet === 0x3c) continue;
      const bytes = octets(`<?xml version="1.0" encoding="${name}"?><a>_</a>`);
      bytes[bytes.indexOf(0x5f)] = octet;
      const [auto, libxml, both] = readings(bytes);
      expect([libxml, both], String(octet)).toEqual([auto, auto]);
      // libxml2's tables are older than ours: what it does not know, it refuses.
      if (auto !== 'peer.xml-malformed' && auto !== 'peer.readers-differ') read++;
    }
    return read;
  }

  test('a long document is read across the pieces that libxml2 decodes', () => {
    const text = `<a>${'<b c="é">€𝄞é</b>'.repeat(20_000)}</a>`;
    const expected = reading(octets(text), 'scan');
    for (const form of UTF_16_FORMS) expect(readings(inUtf16(text, form))).toEqual([expected, expected, expected]);
    for (const name of SINGLE_OCTET_NAMES) {
      const limits = { messageBytesMax: 4_000_000 };
      const bytes = inSingleOctets(text.replaceAll('𝄞', ''), name);
      const plain = reading(octets(text.replaceAll('𝄞', '')), 'scan', limits);
      expect(WITH_LIBXML.map((reader) => reading(bytes, reader, limits))).toEqual([plain, plain, plain]);
    }
    const thai = Uint8Array.of(...octets('<?xml version="1.0" encoding="ISO-8859-11"?><a>'), ...octets('</a>'));
    const long = new Uint8Array(thai.length + 100_001).fill(0xa1);
    long.set(thai.subarray(0, -4));
    long.set(thai.subarray(-4), long.length - 4);
    const read = `<a>${'ก'.repeat(100_001)}</a>`;
    expect(readings(long)).toEqual([read, read, read]);
  });

  test('UTF-16 with a byte order mark needs no declaration', () => {
    expect(readings(new Uint8Array(Buffer.from('\ufeff<a>é</a>', 'utf16le')))).toEqual(Array(3).fill('<a>é</a>'));
  });

  test.each<[string, Uint8Array]>([
    ['UTF-32 with a mark', Uint8Array.of(0xff, 0xfe, 0, 0, 0x3c, 0, 0, 0)],
    ['UTF-32BE with a mark', Uint8Array.of(0, 0, 0xfe, 0xff, 0, 0, 0, 0x3c)],
    ['UTF-32 without', Uint8Array.of(0x3c, 0, 0, 0, 0x61, 0, 0, 0)],
    ['UTF-16 without mark and declaration', new Uint8Array(Buffer.from('<a/>', 'utf16le'))],
    ['UTF-16 that says it is UTF-8', inUtf16Saying('UTF-8')],
    ['UTF-16LE that says it is UTF-16BE', inUtf16Saying('UTF-16BE')],
    ['UTF-16 that says it is ISO-8859-1', inUtf16Saying('ISO-8859-1')],
    ['a UTF-8 mark, and ISO-8859-1 declared', octets('\ufeff<?xml version="1.0" encoding="ISO-8859-1"?><a/>')],
    ...[
      'UTF-16',
      'UTF-7',
      'UTF-32',
      'IBM037',
      'Shift_JIS',
      'EUC-JP',
      'Big5',
      'GB18030',
      'ISO-2022-JP',
      'HTML',
      'x',
    ].map((name): [string, Uint8Array] => [name, octets(`<?xml version="1.0" encoding="${name}"?><a/>`)]),
  ])('%s is refused by all', (_, bytes) => {
    expect(READERS.map((reader) => reading(bytes, reader))).toEqual(Array(4).fill('peer.encoding-forbidden'));
  });

  test.each<[string, Uint8Array]>([
    ['EBCDIC', Uint8Array.of(0x4c, 0x6f, 0xa7, 0x94, 0x93, 0x40)],
    ['nothing', new Uint8Array(0)],
    ['half a unit', inUtf16('<a/>', 'utf-16le').slice(0, -1)],
    ['a lone high surrogate', inUtf16('<a>\ud800</a>', 'utf-16le')],
    ['a lone low surrogate', inUtf16('<a>\udc00</a>', 'utf-16be')],
    ['an octet that Windows-1252 lacks', Uint8Array.of(...inSingleOctets('<a/>', 'Windows-1252'), 0x81)],
    ['two marks', new Uint8Array(Buffer.from('\ufeff\ufeff<a>é</a>', 'utf16le'))],
  ])('%s is refused', (_, bytes) => {
    for (const reader of WITH_LIBXML) expect(reading(bytes, reader)).toMatch(/^peer\.(xml-malformed|readers-differ)$/u);
  });

  function inUtf16Saying(name: string): Uint8Array {
    return new Uint8Array(Buffer.from(`\ufeff<?xml version="1.0" encoding="${name}"?><a/>`, 'utf16le'));
  }
});

describe.runIf(HAS_LIBXML)('what libxml2 must never see', () => {
  const doctype = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>';

  test('a DOCTYPE is refused, whatever stands before it and however it is encoded', () => {
    for (const text of [doctype, `<!-- <a> --><?p?>\n${doctype}`]) {
      const forms = [octets(text), ...UTF_16_FORMS.map((form) => inUtf16(text, form))];
      for (const bytes of [...forms, ...SINGLE_OCTET_NAMES.map((name) => inSingleOctets(text, name))]) {
        expect(readings(bytes)).toEqual(Array(3).fill('peer.xml-dtd-forbidden'));
      }
    }
  });

  test('limits are those of the scanner, and libxml2’s own come before libxml2', () => {
    const depth = (levels: number) => octets('<a>'.repeat(levels) + '</a>'.repeat(levels));
    const high = { depthMax: 10_000, nameBytesMax: 100_000, messageBytesMax: 20_000_000 };
    for (const reader of ['libxml', 'cross-check'] as const) {
      expect(reading(depth(DEFAULT_LIMITS.depthMax + 1), reader)).toBe('peer.limit-depth');
      expect(reading(depth(256), reader, high)).toBe(reading(depth(256), 'scan', high));
      expect(reading(depth(257), reader, high)).toBe('peer.limit-depth');
      expect(reading(octets(`<${'a'.repeat(50_000)}/>`), reader, high)).toMatch(/^<a/u);
      expect(reading(octets(`<${'a'.repeat(50_001)}/>`), reader, high)).toBe('peer.limit-name');
      expect(reading(octets(`<a>${'x'.repeat(9_999_993)}</a>`), reader, high)).toMatch(/^<a>x/u);
      expect(reading(octets(`<a>${'x'.repeat(9_999_994)}</a>`), reader, high)).toBe('peer.limit-message-size');
    }
  });

  test('declarations in scope are bounded, as libxml2 walks all of them for every prefix', () => {
    const nested = (levels: number, last: number) => {
      const declarations = (level: number, count: number) =>
        Array.from({ length: count }, (_, index) => ` xmlns:p${level}_${index}="u:p"`).join('');
      const opened = Array.from({ length: levels }, (_, level) => `<a${declarations(level, 64)}>`).join('');
      return octets(`${opened}<b${declarations(levels, last)}/>${'</a>'.repeat(levels)}`);
    };
    const siblings = octets(`<a>${'<b xmlns="u:b"/>'.repeat(1_000)}</a>`);
    for (const reader of ['libxml', 'cross-check'] as const) {
      expect(reading(nested(4, 0), reader)).toBe(reading(nested(4, 0), 'scan'));
      expect(reading(nested(4, 1), reader)).toBe('peer.limit-namespaces');
      expect(reading(siblings, reader)).toBe(reading(siblings, 'scan'));
    }
  });

  test('what is longer than allowed is not decoded', () => {
    const bytes = inUtf16('<a/>', 'utf-16le');
    for (const reader of READERS)
      expect(reading(bytes, reader, { messageBytesMax: 8 })).toBe('peer.limit-message-size');
  });

  test('the octets may lie in shared memory', () => {
    for (const bytes of [
      octets('<a>é</a>'),
      inUtf16('<a>é</a>', 'utf-16be'),
      inSingleOctets('<a>é</a>', 'ISO-8859-1'),
    ]) {
      const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
      shared.set(bytes);
      expect(readings(shared)).toEqual(Array(3).fill('<a>é</a>'));
    }
  });
});

describe('utf8Octets', () => {
  test('hands UTF-8 through unread, and what is too long', () => {
    for (const text of ['<a>é</a>', '', '<a', 'no xml']) {
      const bytes = octets(text);
      expect(utf8Octets(bytes, DEFAULT_LIMITS)).toBe(bytes);
    }
    const long = inUtf16('<a/>', 'utf-16le');
    expect(utf8Octets(long, { ...DEFAULT_LIMITS, messageBytesMax: 8 })).toBe(long);
  });

  test.runIf(HAS_LIBXML)('gives what libxml2 made of another encoding', () => {
    const tape = new Tape();
    scan(utf8Octets(inUtf16('<a b="é"><!--c--></a>', 'utf-16be'), DEFAULT_LIMITS), DEFAULT_LIMITS, tape);
    const out = new OctetSink();
    canonicaliseDocument(tape, out, { comments: true });
    expect(textOfOctets(out.bytes.subarray(0, out.length))).toBe('<a b="é"><!--c--></a>');
  });

  test.runIf(HAS_LIBXML)('refuses what cannot be read', () => {
    expect(codeOf(() => utf8Octets(inUtf16('<a>', 'utf-16le'), DEFAULT_LIMITS))).toBe('peer.xml-malformed');
  });
});
