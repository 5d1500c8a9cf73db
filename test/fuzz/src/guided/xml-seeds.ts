/** What XML inputs grow from. */
import { Random } from '../documents/random.ts';
import { randomDocument } from '../documents/random-document.ts';

const encoder = new TextEncoder();

const BY_HAND = [
  '<a/>',
  '<s:Envelope xmlns:s="urn:s"><s:Body Id="b">t</s:Body></s:Envelope>',
  '<?xml version="1.0" encoding="UTF-8"?><a>&amp;&#xD;&#x1D11E;</a>',
  '<a xmlns="urn:a" xmlns:b="urn:b"><b:c xmlns="" b:d="1" d="2"/><!-- e --><?f g?><![CDATA[<h>]]></a>',
  '<a xml:lang="en" xml:base="http://e/f/" xml:space="preserve" xml:id="g"><b xml:base="../h"/></a>',
  "<a b='\"' c=\"'\"\n\td = '&lt;&quot;'>]] ></a >",
  '<a>\r\n<b>\r</b>\n</a>\n<!-- c -->',
  '<é:豈 xmlns:é="urn:%C3%A9" é:𐀀="𝄞">\u0085</é:豈>',
  '<a xmlns:p="urn:a?b&amp;c" xmlns:q="urn:q" p:a="" q:a="" a=""><p:b/><q:c/></a>',
];

const random = new Random(20261122);

export const XML_SEEDS: readonly Uint8Array[] = [
  ...BY_HAND,
  ...Array.from({ length: 40 }, () => randomDocument(random)),
].map((text) => encoder.encode(text));

export const XML_DICTIONARY: readonly string[] = [
  ...['<', '>', '/>', '</', '<a>', '</a>', '<a/>', '="', '"', "'", ':', ' ', '\n', '\r', '\t', '\u0000', '\ufeff'],
  ...[
    '<!--',
    '-->',
    '--',
    '<![CDATA[',
    ']]>',
    '<?a',
    '?>',
    '<!DOCTYPE a>',
    '<?xml version="1.0"?>',
    ' encoding="UTF-8"',
  ],
  ...[
    '&amp;',
    '&lt;',
    '&gt;',
    '&quot;',
    '&apos;',
    '&#xD;',
    '&#10;',
    '&#x0;',
    '&#xFFFF;',
    '&#x10FFFF;',
    '&#x110000;',
    '&a;',
  ],
  ...[
    ' xmlns=""',
    ' xmlns="urn:a"',
    ' xmlns:p="urn:p"',
    ' xmlns:q="urn:p"',
    ' xmlns:xml="urn:x"',
    ' p:a="1"',
    ' q:a="2"',
  ],
  ...[
    ' a="1"',
    ' Id="a"',
    ' xml:id="a"',
    ' xml:base="b/"',
    ' xml:lang="en"',
    'xml:',
    'xmlns:',
    'p:',
    'é',
    '𐀀',
    '\ufffe',
  ],
  '\u0300',
];
