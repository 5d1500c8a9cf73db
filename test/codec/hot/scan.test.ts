import { A, ATTRIBUTE_WORDS, checkIds, E, ELEMENT_WORDS, Flag, Namespace, scan, Tape, uriText } from '@parley/codec';
import type { FaultCode } from '@parley/core';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collidingNames } from '../support/colliding-names.ts';
import { codeOf, KEEP, octets, read, textOfOctets } from '../support/reading.ts';

function utf16(text: string, littleEndian: boolean, byteOrderMark: boolean): Uint8Array {
  const bytes = Buffer.from((byteOrderMark ? '\ufeff' : '') + text, 'utf16le');
  return new Uint8Array(littleEndian ? bytes : bytes.swap16());
}

const MALFORMED = 'peer.xml-malformed';
const ENCODING = 'peer.encoding-forbidden';

/** Slack that readers have been caught giving; each is one way for two readers to see two documents. */
const REFUSED: readonly (readonly [string, string | Uint8Array, FaultCode])[] = [
  ['unbound element prefix', '<p:a/>', MALFORMED],
  ['unbound attribute prefix', '<a p:b=""/>', MALFORMED],
  ['prefix bound on a sibling only', '<a><b xmlns:p="urn:p"/><p:c/></a>', MALFORMED],
  ['undeclared prefix', '<a xmlns:p=""/>', MALFORMED],
  ['xml bound to something else', '<a xmlns:xml="urn:a"/>', MALFORMED],
  ['its namespace bound to another prefix', '<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>', MALFORMED],
  ['its namespace as the default', '<a xmlns="http://www.w3.org/XML/1998/namespace"/>', MALFORMED],
  ['xmlns declared', '<a xmlns:xmlns="http://www.w3.org/2000/xmlns/"/>', MALFORMED],
  ['its namespace bound to a prefix', '<a xmlns:p="http://www.w3.org/2000/xmlns/"/>', MALFORMED],
  ['its namespace as the default', '<a xmlns="http://www.w3.org/2000/xmlns/"/>', MALFORMED],
  ['element named with xmlns', '<xmlns:a/>', MALFORMED],
  ['duplicate attribute', '<a b="" c="" b=""/>', MALFORMED],
  ['duplicate expanded name', '<a xmlns:p="urn:a" xmlns:q="urn:a" p:b="" q:b=""/>', MALFORMED],
  ['duplicate declaration', '<a xmlns:p="urn:a" xmlns:p="urn:a"/>', MALFORMED],
  ['duplicate default declaration', '<a xmlns="urn:a" xmlns="urn:a"/>', MALFORMED],
  ['duplicate id', '<a xml:id="a" xml:id="a"/>', MALFORMED],
  ['two roots', '<a/><b/>', MALFORMED],
  ['text before the root', 'x<a/>', MALFORMED],
  ['text after the root', '<a/>x', MALFORMED],
  ['reference after the root', '<a/>&#32;', MALFORMED],
  ['CDATA after the root', '<a/><![CDATA[ ]]>', MALFORMED],
  ['end tag first', '</a>', MALFORMED],
  ['end tag after the root', '<a/></a>', MALFORMED],
  ['CDATA end in text', '<a>]]></a>', MALFORMED],
  ['hyphens in a comment', '<a><!-- -- --></a>', MALFORMED],
  ['comment ending in three hyphens', '<a><!-- ---></a>', MALFORMED],
  ['comment that is none', '<a><!--></a>', MALFORMED],
  ['NUL', '<a>\0</a>', MALFORMED],
  ['control character in text', '<a>\u000b</a>', MALFORMED],
  ['control character in a value', '<a b="\u0001"/>', MALFORMED],
  ['control character in a comment', '<a><!--\u0002--></a>', MALFORMED],
  ['control character in CDATA', '<a><![CDATA[\u0003]]></a>', MALFORMED],
  ['U+FFFE in text', '<a>\ufffe</a>', MALFORMED],
  ['U+FFFF in a value', '<a b="\uffff"/>', MALFORMED],
  ['U+FFFF in a comment', '<a><!--\uffff--></a>', MALFORMED],
  ['overlong UTF-8', Uint8Array.of(0x3c, 0x61, 0x3e, 0xc0, 0xbc, 0x3c, 0x2f, 0x61, 0x3e), MALFORMED],
  ['surrogate in UTF-8', Uint8Array.of(0x3c, 0x61, 0x3e, 0xed, 0xa0, 0x80, 0x3c, 0x2f, 0x61, 0x3e), MALFORMED],
  ['cut UTF-8', Uint8Array.of(0x3c, 0x61, 0x3e, 0xe2, 0x82, 0x3c, 0x2f, 0x61, 0x3e), MALFORMED],
  ['UTF-16 little-endian', utf16('<a/>', true, true), ENCODING],
  ['UTF-16 big-endian', utf16('<a/>', false, true), ENCODING],
  ['UTF-16 without a mark', utf16('<a/>', true, false), ENCODING],
  ['UTF-16 big-endian without a mark', utf16('<a/>', false, false), ENCODING],
  ['Latin-1 declared', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', ENCODING],
  ['UTF-16 declared', '<?xml version="1.0" encoding="UTF-16"?><a/>', ENCODING],
  ['UTF-7 declared', '<?xml version="1.0" encoding="UTF-7"?><a/>', ENCODING],
  ['XML 1.1', '<?xml version="1.1"?><a/>', 'peer.xml-version'],
  ['XML 2.0', '<?xml version="2.0"?><a/>', 'peer.xml-version'],
  ['blank before the declaration', ' <?xml version="1.0"?><a/>', MALFORMED],
  ['two declarations', '<?xml version="1.0"?><?xml version="1.0"?><a/>', MALFORMED],
  ['declaration inside', '<a><?xml version="1.0"?></a>', MALFORMED],
  ['target in capitals', '<a><?XmL x?></a>', MALFORMED],
  ['declaration without version', '<?xml encoding="UTF-8"?><a/>', MALFORMED],
  ['declaration in the wrong order', '<?xml version="1.0" standalone="yes" encoding="UTF-8"?><a/>', MALFORMED],
  ['declaration without blanks', '<?xml version="1.0"encoding="UTF-8"?><a/>', MALFORMED],
  ['standalone maybe', '<?xml version="1.0" standalone="maybe"?><a/>', MALFORMED],
  ['declaration unquoted', '<?xml version=1.0?><a/>', MALFORMED],
  ['declaration unclosed', '<?xml version="1.0"><a/>', MALFORMED],
  ['DOCTYPE', '<!DOCTYPE a><a/>', 'peer.xml-dtd-forbidden'],
  ['DOCTYPE behind a comment', '<!-- --> <!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'peer.xml-dtd-forbidden'],
  ['DOCTYPE in small letters', '<!doctype a><a/>', MALFORMED],
  ['DOCTYPE after the root', '<a/><!DOCTYPE a>', MALFORMED],
  ['DOCTYPE inside', '<a><!DOCTYPE a></a>', MALFORMED],
  ['entity', '<a>&b;</a>', MALFORMED],
  ['entity of HTML', '<a>&nbsp;</a>', MALFORMED],
  ['entity in a value', '<a b="&c;"/>', MALFORMED],
  ['entity in capitals', '<a>&AMP;</a>', MALFORMED],
  ['bare ampersand', '<a>a & b</a>', MALFORMED],
  ['unfinished reference', '<a>&amp</a>', MALFORMED],
  ['empty reference', '<a>&;</a>', MALFORMED],
  ['reference without digits', '<a>&#;</a>', MALFORMED],
  ['hexadecimal reference without digits', '<a>&#x;</a>', MALFORMED],
  ['reference with a capital X', '<a>&#X41;</a>', MALFORMED],
  ['reference to NUL', '<a>&#0;</a>', MALFORMED],
  ['reference to a control character', '<a>&#x1F;</a>', MALFORMED],
  ['reference to a surrogate', '<a>&#xD800;</a>', MALFORMED],
  ['reference to U+FFFE', '<a>&#xFFFE;</a>', MALFORMED],
  ['reference above Unicode', '<a>&#x110000;</a>', MALFORMED],
  ['reference that wraps at 2^32', '<a>&#4294967361;</a>', MALFORMED],
  ['reference that wraps at 2^64', '<a>&#x10000000000000041;</a>', MALFORMED],
  ['< in a value', '<a b="<"/>', MALFORMED],
  ['attribute without value', '<a b/>', MALFORMED],
  ['attribute without quotes', '<a b=c/>', MALFORMED],
  ['attribute with other quotes', '<a b="c\'/>', MALFORMED],
  ['attributes without blanks', '<a b=""c=""/>', MALFORMED],
  ['no blank before an attribute', '<a"b"/>', MALFORMED],
  ['two colons', '<a:b:c xmlns:a="urn:a"/>', MALFORMED],
  ['colon first', '<:a/>', MALFORMED],
  ['colon last', '<a: xmlns:a="urn:a"/>', MALFORMED],
  ['colon last in an attribute', '<a b:="" xmlns:b="urn:b"/>', MALFORMED],
  ['empty prefix declared', '<a xmlns:="urn:a"/>', MALFORMED],
  ['name starting with a digit', '<1a/>', MALFORMED],
  ['name starting with a hyphen', '<-a/>', MALFORMED],
  ['local name starting with a digit', '<p:1 xmlns:p="urn:p"/>', MALFORMED],
  ['name starting with U+00B7', '<\u00b7a/>', MALFORMED],
  ['name with U+00D7', '<a\u00d7/>', MALFORMED],
  ['name with U+F0000', '<a\u{f0000}/>', MALFORMED],
  ['name with U+2000', '<a\u2000/>', MALFORMED],
  ['blank before a name', '< a/>', MALFORMED],
  ['blank in an empty-element tag', '<a/ >', MALFORMED],
  ['end tag of another element', '<a></b>', MALFORMED],
  ['end tag of another prefix', '<p:a xmlns:p="urn:p" xmlns:q="urn:p"></q:a>', MALFORMED],
  ['end tag cut short', '<ab></a>', MALFORMED],
  ['end tag too long', '<a></ab>', MALFORMED],
  ['attribute in an end tag', '<a></a b="">', MALFORMED],
  ['crossed elements', '<a><b></a></b>', MALFORMED],
  ['unclosed root', '<a>', MALFORMED],
  ['unclosed element', '<a><b></a>', MALFORMED],
  ['unclosed start tag', '<a b="c"', MALFORMED],
  ['unclosed value', '<a b="c>', MALFORMED],
  ['unclosed text', '<a>b', MALFORMED],
  ['unclosed comment', '<a><!-- ></a>', MALFORMED],
  ['unclosed CDATA', '<a><![CDATA[ ></a>', MALFORMED],
  ['unclosed instruction', '<a><?b ></a>', MALFORMED],
  ['CDATA in small letters', '<a><![cdata[]]></a>', MALFORMED],
  ['empty', '', MALFORMED],
  ['a blank', ' ', MALFORMED],
  ['a mark', '\ufeff', MALFORMED],
  ['a declaration', '<?xml version="1.0"?>', MALFORMED],
  ['a comment', '<!-- -->', MALFORMED],
  ['a bracket', '<', MALFORMED],
  ['the other bracket', '>', MALFORMED],
  ['two marks', '\ufeff\ufeff<a/>', MALFORMED],
  ['relative namespace', '<a xmlns="b"/>', 'peer.xml-relative-namespace'],
  ['relative namespace with a path', '<a xmlns:p="../b"/>', 'peer.xml-relative-namespace'],
  ['network path as namespace', '<a xmlns:p="//host/b"/>', 'peer.xml-relative-namespace'],
  ['namespace whose scheme starts with a digit', '<a xmlns:p="1a:b"/>', 'peer.xml-relative-namespace'],
  ['blank namespace', '<a xmlns:p=" "/>', 'peer.xml-relative-namespace'],
  ['instruction', '<a><?b?></a>', 'peer.structure-invalid'],
  ['instruction before the root', '<?b?><a/>', 'peer.structure-invalid'],
  ['instruction after the root', '<a/><?b?>', 'peer.structure-invalid'],
];

describe('scan refuses', () => {
  test.each(REFUSED)('%s', (_, document, code) => {
    const tape = new Tape();
    const bytes = typeof document === 'string' ? octets(document) : document;
    expect(codeOf(() => scan(bytes, DEFAULT_LIMITS, tape))).toBe(code);
    expect(tape.elementCount).toBe(0);
  });

  test('damaged instructions even when they are kept', () => {
    for (const document of [
      '<a><? b?></a>',
      '<a><?b',
      '<a><?b"?></a>',
      '<a><?b:c?></a>',
      '<a><??></a>',
      '<a><?xml?></a>',
    ]) {
      expect(
        codeOf(() => read(document, {}, KEEP)),
        document,
      ).toBe(MALFORMED);
    }
  });
});

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

describe('limits', () => {
  const nested = (depth: number): string => '<a>'.repeat(depth) + '</a>'.repeat(depth);
  const attributes = (count: number): string =>
    `<a${Array.from({ length: count }, (_, index) => ` b${index}=""`).join('')}/>`;
  const declarations = (count: number): string =>
    `<a${Array.from({ length: count }, (_, index) => ` xmlns:b${index}="urn:b"`).join('')}/>`;

  test.each([
    ['messageBytesMax', (size: number) => `<a>${'x'.repeat(size - 7)}</a>`, 100, 'peer.limit-message-size'],
    ['depthMax', nested, 5, 'peer.limit-depth'],
    ['depthMax', (depth: number) => nested(depth - 1).replace('></', '><a/></'), 5, 'peer.limit-depth'],
    ['nodesMax', (nodes: number) => `<a>${'<b/>'.repeat(nodes - 1)}</a>`, 9, 'peer.limit-nodes'],
    ['nodesMax', (nodes: number) => attributes(nodes - 1), 9, 'peer.limit-nodes'],
    ['nodesMax', (nodes: number) => declarations(nodes - 1), 9, 'peer.limit-nodes'],
    ['attributesPerElementMax', attributes, 6, 'peer.limit-attributes'],
    ['namespacesPerElementMax', declarations, 6, 'peer.limit-namespaces'],
    [
      'namespacesPerElementMax',
      (count: number) => declarations(count - 1).replace('/>', ' xmlns=""/>'),
      6,
      'peer.limit-namespaces',
    ],
    ['nameBytesMax', (size: number) => `<${'a'.repeat(size)}/>`, 12, 'peer.limit-name'],
    ['nameBytesMax', (size: number) => `<p:${'a'.repeat(size - 2)} xmlns:p="urn:p"/>`, 12, 'peer.limit-name'],
    ['nameBytesMax', (size: number) => `<a ${'b'.repeat(size)}=""/>`, 12, 'peer.limit-name'],
    ['nameBytesMax', (size: number) => `<${'é'.repeat(size / 2)}${'a'.repeat(size % 2)}/>`, 12, 'peer.limit-name'],
    ['attributeValueBytesMax', (size: number) => `<a b="${'c'.repeat(size)}"/>`, 12, 'peer.limit-value'],
    ['attributeValueBytesMax', (size: number) => `<a b="&amp;${'c'.repeat(size - 5)}"/>`, 12, 'peer.limit-value'],
    ['attributeValueBytesMax', (size: number) => `<a xmlns="urn:${'c'.repeat(size - 4)}"/>`, 12, 'peer.limit-value'],
  ] as const)('%s, case %#', (limit, documentOf, most, code) => {
    expect(codeOf(() => read(documentOf(most), { [limit]: most }))).toBeUndefined();
    expect(codeOf(() => read(documentOf(most + 1), { [limit]: most }))).toBe(code);
  });
});

describe('large documents finish', () => {
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

  test('names that were made to collide are refused', () => {
    const names = collidingNames(300);
    expect(codeOf(() => read(`<a${names.map((n) => ` xmlns:${n}="urn:x"`).join('')}/>`, many))).toBe(
      'peer.limit-namespaces',
    );
    expect(codeOf(() => read(`<a${names.map((n) => ` ${n}=""`).join('')}/>`, many))).toBe('peer.limit-attributes');
    const tape = read(`<a>${names.map((n) => `<b Id="${n}"/>`).join('')}</a>`, many);
    expect(codeOf(() => checkIds(tape))).toBe('peer.limit-nodes');
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
