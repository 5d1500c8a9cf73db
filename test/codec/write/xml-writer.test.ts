import {
  attributeText,
  CanonicalElement,
  firstChild,
  NamespaceBinding,
  OctetSink,
  textOf,
  XmlWriter,
} from '@parley/codec';
import { UNQUALIFIED } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalText, codeOf, octets, read, textOfOctets } from '../support/reading.ts';
import { treeOnTape, writtenTrees, xmlText } from '../support/written-tree.ts';

const A = new NamespaceBinding('a', 'urn:a');
const B = new NamespaceBinding('b', 'urn:b');
const NONE = UNQUALIFIED;

function written(write: (writer: XmlWriter) => void): string {
  const writer = new XmlWriter(new OctetSink(4));
  write(writer);
  return textOfOctets(writer.take());
}

describe('what is written', () => {
  test('T29: is its own canonical form, and reads back as the tree it was', () => {
    fc.assert(
      fc.property(writtenTrees, ({ tree, write }) => {
        const document = written(write);
        const tape = read(document);
        expect(canonicalText(tape, 0)).toBe(document);
        expect(treeOnTape(tape)).toEqual(tree);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a text that XML cannot carry is refused, and by the name of what it was for', () => {
    const refused = (write: (writer: XmlWriter) => unknown): unknown => {
      try {
        return write(new XmlWriter());
      } catch (error) {
        return error instanceof Fault ? [error.code, error.detail['in'], error.detail['reason']] : error;
      }
    };
    const reason = 'a character that XML cannot carry';
    for (const odd of ['a\u0000', '\u0008', 'x\ufffe', '\ud800']) {
      const name = A.name('Password');
      expect(refused((writer) => writer.element(name, odd))).toEqual(['caller.input-invalid', 'Password', reason]);
      expect(refused((writer) => writer.open(name, [[NONE.name('Type'), odd]]))).toEqual([
        'caller.input-invalid',
        'Type',
        reason,
      ]);
    }
    for (const octets of [Uint8Array.of(1), Uint8Array.of(0xff), Uint8Array.of(0xef, 0xbf, 0xbf)])
      expect(refused((writer) => writer.open(A.name('Password')).textOctets(octets))).toEqual([
        'caller.input-invalid',
        'Password',
        reason,
      ]);
  });

  test('declares a prefix where it is first used, in the order of prefixes, and again for its sibling', () => {
    const document = written((writer) => {
      writer.open(NONE.name('r')).open(B.name('x'), [[A.name('i'), '1']]);
      writer.element(A.name('y'), '').close().element(A.name('z'), 't').close();
    });
    expect(document).toBe(
      '<r><b:x xmlns:a="urn:a" xmlns:b="urn:b" a:i="1"><a:y></a:y></b:x><a:z xmlns:a="urn:a">t</a:z></r>',
    );
  });

  test('does not declare what its surroundings have', () => {
    const writer = new XmlWriter(new OctetSink(), [A]);
    writer.open(A.name('x')).element(B.name('y'), '').close();
    expect(textOfOctets(writer.take())).toBe('<a:x><b:y xmlns:b="urn:b"></b:y></a:x>');
  });

  test('declares what a QName in its content needs: canonical with that prefix on the list', () => {
    const document = written((writer) => writer.element(NONE.name('code'), 'b:x', [], [B]));
    expect(document).toBe('<code xmlns:b="urn:b">b:x</code>');
    expect(canonicalText(read(document), 0, { inclusivePrefixes: ['b'] })).toBe(document);
    expect(canonicalText(read(document), 0)).toBe('<code>b:x</code>');
  });

  test('text and attribute values as C14N prints them', () => {
    const document = written((writer) =>
      writer.element(NONE.name('e'), `a&<>"'\t\n\r😀`, [[NONE.name('v'), `a&<>"'\t\n\r😀`]]),
    );
    expect(document).toBe(`<e v="a&amp;&lt;>&quot;'&#x9;&#xA;&#xD;😀">a&amp;&lt;&gt;"'\t\n&#xD;😀</e>`);
  });

  test('repeats an element of another document', () => {
    const tape = read('<p:r xmlns:p="urn:p"><p:x i="1"/></p:r>');
    const element = CanonicalElement.of(tape, firstChild(tape, 0), 4096);
    const document = written((writer) => writer.open(A.name('x')).repeat(element).close());
    expect(document).toBe('<a:x xmlns:a="urn:a"><p:x xmlns:p="urn:p" i="1"></p:x></a:x>');
  });
});

describe('refused', () => {
  test.each(['\0', '\u001f', '\ufffe', '\uffff', '\ud800', 'a\udc00', '\udc00\ud800', 'é\u0001'])('%j', (text) => {
    const element = NONE.name('e');
    expect(codeOf(() => new XmlWriter().element(element, text))).toBe('caller.input-invalid');
    expect(codeOf(() => new XmlWriter().element(element, '', [[element, text]]))).toBe('caller.input-invalid');
  });

  test.each<[what: string, write: (writer: XmlWriter) => unknown]>([
    [
      'attributes out of order',
      (writer) =>
        writer.open(A.name('x'), [
          [B.name('i'), ''],
          [A.name('i'), ''],
        ]),
    ],
    [
      'attributes out of order',
      (writer) =>
        writer.open(A.name('x'), [
          [A.name('i'), ''],
          [NONE.name('i'), ''],
        ]),
    ],
    [
      'attributes out of order',
      (writer) =>
        writer.open(A.name('x'), [
          [NONE.name('j'), ''],
          [NONE.name('i'), ''],
        ]),
    ],
    [
      'an attribute twice',
      (writer) =>
        writer.open(A.name('x'), [
          [NONE.name('i'), ''],
          [NONE.name('i'), ''],
        ]),
    ],
    [
      'two meanings of a prefix',
      (writer) => writer.open(A.name('x'), [[new NamespaceBinding('a', 'urn:other').name('i'), '']]),
    ],
    ['an end tag too many', (writer) => writer.open(A.name('x')).close().close()],
    ['an end tag too few', (writer) => writer.open(A.name('x')).take()],
    ['no name', () => A.name('x y')],
    ['no name', () => A.name('')],
    ['no name', () => A.name('p:x')],
    ['markup for a name', () => A.name('x><y')],
    ['a name beyond ASCII', () => A.name('é')],
    ['a default namespace', () => new NamespaceBinding('', 'urn:a')],
    ['a prefix of no namespace', () => new NamespaceBinding('p', '')],
    ['another prefix for xml', () => new NamespaceBinding('x', 'http://www.w3.org/XML/1998/namespace')],
    ['another meaning of xml', () => new NamespaceBinding('xml', 'urn:a')],
    ['xmlns for a prefix', () => new NamespaceBinding('xmlns', 'urn:a')],
    ['the namespace of xmlns', () => new NamespaceBinding('x', 'http://www.w3.org/2000/xmlns/')],
  ])('%s', (_what, write) => {
    expect(codeOf(() => write(new XmlWriter()))).toMatch(/^caller\.(option|input)-invalid$/);
  });
});

describe('octets', () => {
  test('the base64 of any octets is what Node would write', () => {
    const lengths = fc.oneof(fc.nat(100), fc.constantFrom(1023, 1024, 1025, 6143, 6144, 6145, 20_000));
    fc.assert(
      fc.property(lengths, fc.nat(255), (lengthBytes, step) => {
        const bytes = Uint8Array.from({ length: lengthBytes }, (_, index) => (index * step) ^ (index >> 8));
        const expected = Buffer.from(bytes).toString('base64');
        expect(written((writer) => writer.base64(bytes))).toBe(expected);
      }),
    );
  });

  test('a text in UTF-8 is written like any other', () => {
    fc.assert(
      fc.property(xmlText, (text) => {
        expect(written((writer) => writer.textOctets(octets(text)))).toBe(written((writer) => writer.text(text)));
      }),
    );
  });

  test.each([[[0x41, 0]], [[0x41, 0x80]], [[0xc3]], [[0xef, 0xbf, 0xbe]], [[0xef, 0xbf, 0xbf]], [[0xed, 0xa0, 0x80]]])(
    '%j is no text',
    (bytes) => {
      expect(codeOf(() => new XmlWriter().textOctets(Uint8Array.from(bytes)))).toBe('caller.input-invalid');
    },
  );

  test('taking leaves the sink empty and wiped', () => {
    const writer = new XmlWriter();
    const { sink } = writer;
    expect(textOfOctets(writer.element(NONE.name('e'), 'x').take())).toBe('<e>x</e>');
    expect(sink.length).toBe(0);
    expect(sink.bytes.every((octet) => octet === 0)).toBe(true);
  });
});

test('hostile texts come back as they were', () => {
  fc.assert(
    fc.property(xmlText, xmlText, (text, value) => {
      const tape = read(written((writer) => writer.element(A.name('x'), text, [[NONE.name('v'), value]])));
      expect(textOf(tape, 0)).toBe(text);
      expect(attributeText(tape, 0)).toBe(value);
    }),
    { numRuns: 1_000 },
  );
});
