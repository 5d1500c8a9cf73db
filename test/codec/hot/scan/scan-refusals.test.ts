import { scan, Tape } from '@parley/codec';
import type { FaultCode } from '@parley/core';
import { DEFAULT_LIMITS } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { codeOf, KEEP, octets, read } from '../../support/reading.ts';

function utf16(text: string, littleEndian: boolean, byteOrderMark: boolean): Uint8Array {
  const bytes = Buffer.from((byteOrderMark ? '\ufeff' : '') + text, 'utf16le');
  return new Uint8Array(littleEndian ? bytes : bytes.swap16());
}

function latin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
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
  ['Latin-1 declared, and in use', latin1('<?xml version="1.0" encoding="ISO-8859-1"?><a>\u00e9</a>'), ENCODING],
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

describe('T30 T31 T34: scan refuses', () => {
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
