import { scan, Tape } from '@parley/codec';
import { A, ATTRIBUTE_WORDS, E, ELEMENT_WORDS, Flag, Namespace, uriText } from '@parley/codec/internal';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf, KEEP, octets, read, textOfOctets } from '../../support/reading.ts';

const MALFORMED = 'peer.xml-malformed';

describe('scan takes', () => {
  test.each([
    '\ufeff<?xml version="1.0" encoding="utf-8" standalone="yes" ?>\r\n<a/>\r\n',
    "<?xml\tversion = '1.0'\nencoding\t=\t'Utf-8'?><a/>",
    '<!----><a/><!-- - -->\n',
    '<a\n>\n</a\t>',
    '<a xmlns=""/>',
    '<a xmlns:xml="http://www.w3.org/XML/1998/namespace" xml:lang=""/>',
    '<a xmlns:p="A+-.1:"/>',
    '<a b=\'>"\' c=">\'"/>',
    '<a>]] ]> ] > &#93;]></a>',
    '<a>&amp;&lt;&gt;&quot;&apos;&#65;&#x00000000000000000000000000000041;&#x10FFFF;</a>',
    '<a><![CDATA[]]]]><![CDATA[<&>]]></a>',
    '<é:𐀀 xmlns:é="urn:é" é:b·c\u0300\u203f=""/>',
    '<a>\ufffd\u{1fffe}\u007f\u0085</a>',
    '<_a-.1/>',
    '<xmlfoo:a xmlns:xmlfoo="urn:a"/>',
  ])('%j', (document) => {
    expect(read(document).elementCount).toBe(1);
  });
});

describe('T28 T32 T35: large documents finish', () => {
  const many = {
    messageBytesMax: 1e8,
    nodesMax: 1e7,
    attributesPerElementMax: 1e6,
    namespacesPerElementMax: 1e6,
    depthMax: 1e6,
  };
  const numbers = Array.from({ length: 10_000 }, (_, index) => index);

  test('10,000 declarations on one element, then 10,000 prefixes used', () => {
    const text = `<a${numbers.map((n) => ` xmlns:p${n}="urn:${n}"`).join('')}>${numbers.map((n) => `<p${n}:b/>`).join('')}</a>`;
    const tape = read(text, many);
    expect(tape.prefixCount).toBe(10_002);
    expect(uriText(tape, tape.elements[10_000 * ELEMENT_WORDS + E.uri]!)).toBe('urn:9999');
    expect(read('<p1:a xmlns:p1="urn:1"/>', many).prefixCount).toBe(3);
  });

  test('10,000 attributes on one element, one of them twice', () => {
    const names = numbers.map((n) => ` b${n}=""`);
    expect(read(`<a${names.join('')}/>`, many).attributeCount).toBe(10_000);
    expect(codeOf(() => read(`<a${names.join('')} b5000=""/>`, many))).toBe(MALFORMED);
  });

  test('10,000 open elements, each with a declaration', () => {
    const text = numbers.map((n) => `<a xmlns="urn:${n}">`).join('') + '</a>'.repeat(10_000);
    const tape = read(text, many);
    expect(tape.elementCount).toBe(10_000);
    expect(tape.declarationCount).toBe(10_000);
  });

  test('one value, one text and one name of a megabyte', () => {
    const long = 'x'.repeat(1 << 20);
    const wide = { ...many, nameBytesMax: 1e7, attributeValueBytesMax: 1e7 };
    expect(read(`<${long} b="${long}">${long}</${long}>`, wide).elementCount).toBe(1);
  });
});

describe('the tape', () => {
  test('holds offsets, relations and counts', () => {
    const text = '<s:a xmlns:s="urn:s" x="1"> t <b s:y=\'2\'/><!--c--><s:c></s:c ></s:a>';
    const tape = read(text);
    const word = (element: number, at: number): number => tape.elements[element * ELEMENT_WORDS + at]!;
    const slice = (start: number, end: number): string => text.slice(start, end);
    expect([tape.elementCount, tape.attributeCount, tape.declarationCount]).toEqual([3, 2, 1]);
    expect(slice(word(0, E.start), word(0, E.content))).toBe('<s:a xmlns:s="urn:s" x="1">');
    expect(slice(word(0, E.local), word(0, E.nameEnd))).toBe('a');
    expect(slice(word(0, E.contentEnd), word(0, E.end))).toBe('</s:a>');
    expect(slice(word(1, E.start), word(1, E.end))).toBe("<b s:y='2'/>");
    expect([word(1, E.content), word(1, E.contentEnd)]).toEqual([word(1, E.end), word(1, E.end)]);
    expect([0, 1, 2].map((element) => word(element, E.parent))).toEqual([-1, 0, 0]);
    expect([0, 1, 2].map((element) => word(element, E.next))).toEqual([3, 2, 3]);
    expect([0, 1, 2].map((element) => word(element, E.uri) === word(0, E.uri))).toEqual([true, false, true]);
    expect(word(1, E.uri)).toBe(Namespace.none);
    expect(word(1, E.attributes)).toBe(1);
    const value = tape.attributes[ATTRIBUTE_WORDS + A.value]!;
    expect(slice(value, tape.attributes[ATTRIBUTE_WORDS + A.valueEnd]!)).toBe('2');
    expect(slice(tape.attributes[ATTRIBUTE_WORDS + A.name]!, value)).toBe("s:y='");
    expect([tape.commentCount, tape.firstComment]).toEqual([1, text.indexOf('<!--')]);
    expect(word(0, E.contentPrefixes)).toBe(0b101);
  });

  test.each([
    ['<a>t</a>', Flag.hasText],
    ['<a> \n</a>', 0],
    ['<a><!--c--></a>', Flag.hasComment],
    ['<a><![CDATA[]]></a>', Flag.hasCdata],
    ['<a>&#32;</a>', Flag.hasReference | Flag.hasText],
    ['<a>\r</a>', Flag.hasCarriageReturn],
    ['<a><b>t</b></a>', Flag.hasChild],
    ['<a><?p?></a>', Flag.hasProcessingInstruction],
    ['<a><b/>&amp;<b/>\r</a>', Flag.hasChild | Flag.hasReference | Flag.hasText | Flag.hasCarriageReturn],
  ])('flags of %j', (text, flags) => {
    const content =
      Flag.hasText | Flag.hasComment | Flag.hasCdata | Flag.hasReference | Flag.hasCarriageReturn | Flag.hasChild;
    expect(read(text, {}, KEEP).elements[E.flags]! & (content | Flag.hasProcessingInstruction)).toBe(flags);
  });

  test.each([
    ['<a><b c="1" d="2">x &amp; &lt;&gt;&#xD;</b></a>', Flag.tagCanonical | Flag.contentCanonical],
    ['<a ></a>', Flag.contentCanonical],
    ['<a></a >', Flag.contentCanonical],
    ['<a/>', Flag.contentCanonical],
    ["<a b=''></a>", Flag.contentCanonical],
    ['<a  b=""></a>', Flag.contentCanonical],
    ['<a b =""></a>', Flag.contentCanonical],
    ['<a b="" a=""></a>', Flag.contentCanonical],
    ['<a b="&#x9;&quot;&amp;&lt;"></a>', Flag.tagCanonical | Flag.contentCanonical],
    ['<a b="&gt;"></a>', Flag.contentCanonical],
    ['<a b="\t"></a>', Flag.contentCanonical],
    ['<a xmlns="urn:a"></a>', Flag.tagCanonical | Flag.contentCanonical],
    ['<a><b xmlns="urn:a"></b></a>', Flag.tagCanonical],
    ['<a><b/></a>', Flag.tagCanonical],
    ['<a><b><c ></c></b></a>', Flag.tagCanonical],
    ['<a>></a>', Flag.tagCanonical],
    ['<a>&quot;</a>', Flag.tagCanonical],
    ['<a>\r</a>', Flag.tagCanonical],
    ['<a><!----></a>', Flag.tagCanonical],
    ['<a><![CDATA[]]></a>', Flag.tagCanonical],
  ])('what is canonical in %j', (text, flags) => {
    expect(read(text).elements[E.flags]! & (Flag.tagCanonical | Flag.contentCanonical)).toBe(flags);
  });

  test.each([
    ['<a><b/></a>', true],
    ['<a><b c="1"/><d>t<e/></d></a>', true],
    ['<a><b c="1" d=""/></a>', true],
    ['<a><b d="1" c="2"/></a>', false],
    ["<a><b c='1'/></a>", false],
    ['<a><b /></a>', false],
    ['<a><b></b ></a>', false],
    ['<a><b xmlns="urn:b"/></a>', false],
    ['<a><b>></b></a>', false],
    ['<a><b><!----></b></a>', false],
    ['<a><b/>\r</a>', false],
    ['<a><b/>&quot;</a>', false],
  ])('whether only empty-element tags are to be expanded in %j', (text, expandable) => {
    expect((read(text).elements[E.flags]! & Flag.contentExpandable) !== 0).toBe(expandable);
  });

  test('gives the vocabulary the same ids on every tape', () => {
    const text = '<o:a xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"/>';
    const tape = read(text);
    expect(tape.elements[E.uri]).toBe(Namespace.wsse);
    scan(octets('<a xmlns="http://www.w3.org/2000/09/xmldsig#"/>'), DEFAULT_LIMITS, tape);
    expect(tape.elements[E.uri]).toBe(Namespace.ds);
    scan(octets('<a xmlns="http://www.w3.org/2000/09/&#x78;mldsig#"/>'), DEFAULT_LIMITS, tape);
    expect(tape.elements[E.uri]).toBe(Namespace.ds);
  });

  test('is reused without a trace of the document before', () => {
    const tape = read('<a xmlns:p="urn:p" Id="x"><p:b><!--c--></p:b></a>');
    scan(octets('<q:a xmlns:q="urn:q"/>'), DEFAULT_LIMITS, tape);
    expect(tape).toMatchObject({
      elementCount: 1,
      attributeCount: 0,
      declarationCount: 1,
      idCount: 0,
      commentCount: 0,
    });
    expect(uriText(tape, tape.elements[E.uri]!)).toBe('urn:q');
  });
});

describe('laws', () => {
  test('any octets are a document or a fault of the peer', () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '/',
      'a',
      'b:',
      '="',
      '"',
      "'",
      ' ',
      '&',
      ';',
      '#',
      '<!--',
      '-->',
      ']]>',
      '<![CDATA[',
    );
    const almost = fc.array(pieces, { maxLength: 40 }).map((parts) => octets(`<a>${parts.join('')}</a>`));
    const anything = fc.oneof(fc.uint8Array({ maxLength: 80 }), almost);
    fc.assert(
      fc.property(anything, (bytes) => {
        try {
          scan(bytes, DEFAULT_LIMITS, new Tape());
        } catch (error) {
          expect(error).toBeInstanceOf(Fault);
          expect((error as Fault).code).toMatch(/^peer\./u);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  test('every prefix of a document is refused', () => {
    const bytes = octets('<?xml version="1.0"?><s:a xmlns:s="urn:s" b="&lt;"><!--c-->t<![CDATA[d]]>&#65;<s:e/></s:a>');
    expect(codeOf(() => read(bytes))).toBeUndefined();
    for (let length = 0; length < bytes.length; length++) {
      expect(
        codeOf(() => read(bytes.slice(0, length))),
        textOfOctets(bytes.slice(0, length)),
      ).toBe(MALFORMED);
    }
  });

  test('a view into a larger buffer, shared or not, reads the same', () => {
    const text = octets('<é:a xmlns:é="urn:é">t</é:a>');
    for (const buffer of [new ArrayBuffer(100), new SharedArrayBuffer(100)]) {
      const whole = new Uint8Array(buffer).fill(0x3c);
      whole.set(text, 9);
      expect(read(whole.subarray(9, 9 + text.length)).elementCount).toBe(1);
    }
  });
});
