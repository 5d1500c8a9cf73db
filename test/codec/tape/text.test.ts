import { attributeText, textOf } from '@parley/codec';
import { decodeText } from '@parley/codec/internal';
import { describe, expect, test } from 'vitest';
import { codeOf, KEEP, octets, read } from '../support/reading.ts';

describe('textOf', () => {
  test.each([
    ['<a/>', ''],
    ['<a></a>', ''],
    ['<a> t\n</a>', ' t\n'],
    ['<a>é€😀</a>', 'é€😀'],
    ['<a>&amp;&lt;&gt;&quot;&apos;&#65;&#x1F600;</a>', `&<>"'A😀`],
    ['<a>a\r\nb\rc&#13;&#10;</a>', 'a\nb\nc\r\n'],
    ['<a>x<![CDATA[<&>\r\n]]]>y<![CDATA[]]></a>', 'x<&>\n]y'],
    ['<a>ad<!-- & -->min</a>', 'admin'],
    ['<a>ad<?p ?>min</a>', 'admin'],
  ])('%j', (document, text) => {
    expect(textOf(read(document, {}, KEEP), 0)).toBe(text);
  });

  test('refuses child elements', () => {
    expect(codeOf(() => textOf(read('<a>b<c/></a>'), 0))).toBe('peer.structure-invalid');
  });
});

describe('attributeText', () => {
  test.each([
    ['<a b="c"/>', 'c'],
    ['<a b=\'"é"\'/>', '"é"'],
    ['<a b="\t\n\r\n \r"/>', '     '],
    ['<a b="&#9;&#10;&#13;&quot;&#x1F600;"/>', '\t\n\r"😀'],
  ])('%j', (document, text) => {
    expect(attributeText(read(document), 0)).toBe(text);
  });
});

describe('decodeText', () => {
  test.each(['', 'a', 'é', 'short', 'twenty-four octets ....', 'x'.repeat(25), `${'x'.repeat(30)}😀`, '\ufeffa'])(
    '%j',
    (text) => {
      const bytes = octets(`<${text}>`);
      expect(decodeText(bytes, 1, bytes.length - 1)).toBe(text);
      expect(decodeText(bytes.subarray(1), 0, bytes.length - 2)).toBe(text);
    },
  );

  test('unescapes nothing', () => {
    const bytes = octets('&amp;');
    expect(decodeText(bytes, 0, bytes.length)).toBe('&amp;');
  });
});
