import { scan, Tape, textOf } from '@parley/codec';
import { XmlWriter } from '@parley/conversation';
import { DEFAULT_LIMITS, Secret } from '@parley/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readReferencedText } from '../../../packages/conversation/src/trust/secret-text.ts';
import { octets, text } from '../conversation-fixture.ts';

// Characters of the category Cc; XML takes only three of them.
const CONTROL = /\p{Cc}|\p{Cn}/u;

test('property: the base64 of a secret is what Node would write', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const written = new XmlWriter().secretBase64(Secret.copyOf(bytes)).take();
      expect(text(written)).toBe(Buffer.from(bytes).toString('base64'));
    }),
  );
});

test('property: a secret text is read back as it was, by a parser and from the octets', () => {
  const characters = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((value) => !CONTROL.test(value));
  fc.assert(
    fc.property(characters, (password) => {
      const written = new XmlWriter().secretText(Secret.copyOf(octets(password))).take();
      expect(readReferencedText(written).lend(text)).toBe(password);
      const tape = new Tape();
      scan(octets(`<a>${text(written)}</a>`), DEFAULT_LIMITS, tape);
      expect(textOf(tape, 0)).toBe(password);
    }),
  );
});

test('a text that XML cannot carry is refused', () => {
  expect(() => new XmlWriter().secretText(Secret.copyOf(Uint8Array.of(0x41, 0)))).toThrow('caller.input-invalid');
});

test.each([
  ['&amp;&lt;&gt;&quot;&apos;', '&<>"\''],
  ['&#65;&#x42;&#x1F600;', 'AB😀'],
  ['', ''],
])('references in %s are resolved', (written, expected) => {
  expect(readReferencedText(octets(written)).lend(text)).toBe(expected);
});

test.each(['&', '&amp', '&nbsp;', '&#0;', '&#x110000;', '&#;', '&aaaaaaaaaaaaaaaaaaaa;'])(
  '%s is no reference',
  (written) => {
    expect(() => readReferencedText(octets(written))).toThrow('peer.structure-invalid');
  },
);

test('taking leaves the writer empty', () => {
  const writer = new XmlWriter().element('a', 'b<', { c: '"' });
  expect(text(writer.take())).toBe('<a c="&quot;">b&lt;</a>');
  expect(writer.take()).toHaveLength(0);
});
