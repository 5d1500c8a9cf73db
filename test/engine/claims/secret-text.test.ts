import { XmlWriter } from '@parley/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readReferencedText } from '../../../packages/engine/src/claims/secret-text.ts';
import { xmlText } from '../../codec/support/written-tree.ts';
import { octets, text } from '../../conversation/conversation-fixture.ts';

test('what a writer made of octets is read back from the octets', () => {
  fc.assert(
    fc.property(xmlText, (password) => {
      const written = new XmlWriter().textOctets(octets(password)).take();
      expect(readReferencedText(written).lend(text)).toBe(password);
    }),
  );
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
