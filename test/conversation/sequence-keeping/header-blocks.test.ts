// What is known of an envelope from the one before is what reading it says.
import { NamespaceBinding } from '@parley/codec';
import { Fault } from '@parley/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HeaderBlocks } from '../../../packages/conversation/src/sequence-keeping/header-blocks.ts';

const URIS = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
} as const;
const BLOCK = new NamespaceBinding('b', 'urn:blocks').name('Block');

/** Envelopes that are alike at first: headers that are there, empty, absent, and Bodies that hold what looks like one. */
const envelope = fc
  .record({
    soapVersion: fc.constantFrom('1.1' as const, '1.2' as const),
    prefix: fc.constantFrom('s', 'soap', ''),
    // Ours means something else on the Header.
    onHeader: fc.constantFrom('', ' xmlns:s="urn:other"', ' b=">"'),
    before: fc.constantFrom('', '\uFEFF', '<?xml version="1.0" encoding="utf-8"?>\n', '<!-- <s:Header> -->'),
    header: fc.constantFrom('absent', 'empty', 'closed', '<x xmlns="urn:x"/>', '<!-- c -->', '\n  '),
    body: fc.constantFrom('', '<Header/>', '<y xmlns="urn:y">text</y>', '<!-- Header -->'),
  })
  .map(({ soapVersion, prefix, onHeader, before, header, body }) => {
    const [tag, declared] = prefix === '' ? ['', 'xmlns'] : [`${prefix}:`, `xmlns:${prefix}`];
    // What redeclares the prefix of the Header is another element.
    const attributes = prefix === 's' && onHeader.includes('xmlns:s=') ? '' : onHeader;
    const start = `<${tag}Header${attributes}`;
    const headers: Readonly<Record<string, string>> = {
      absent: '',
      empty: `${start}/>`,
      closed: `${start}></${tag}Header>`,
    };
    const inside = headers[header] ?? `${start}>${header}</${tag}Header>`;
    const text = `${before}<${tag}Envelope ${declared}="${URIS[soapVersion]}">${inside}<${tag}Body>${body}</${tag}Body></${tag}Envelope>`;
    return new TextEncoder().encode(text);
  });

function withBlock(blocks: HeaderBlocks, octets: Uint8Array, text: string): Uint8Array {
  return blocks.into(octets, (writer, soapVersion) => writer.element(BLOCK, `${soapVersion} ${text}`));
}

test('header blocks go where they go without what was known before', () => {
  fc.assert(
    fc.property(fc.array(envelope, { minLength: 1, maxLength: 8 }), (envelopes) => {
      const known = new HeaderBlocks();
      for (const [index, octets] of envelopes.entries()) {
        const expected = withBlock(new HeaderBlocks(), octets, String(index));
        expect(withBlock(known, octets, String(index))).toEqual(expected);
        // The same again is known for certain, where there is a Header.
        expect(withBlock(known, octets, String(index))).toEqual(expected);
        expect(new TextDecoder().decode(expected)).toMatch(
          /Header[^<]*(?:>|"){1,2}<b:Block xmlns:b="urn:blocks">1\.[12] \d<\/b:Block>|<s:Header xmlns:s="[^"]*"><b:Block/,
        );
      }
    }),
  );
});

test('what is no envelope is refused, unless it begins as the one before: then whoever seals it refuses it', () => {
  const blocks = new HeaderBlocks();
  const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
  for (const text of ['', '<a/>', `<s:Envelope xmlns:s="${URIS['1.2']}"><s:Body/>`])
    expect(() => withBlock(blocks, octets(text), '')).toThrow(Fault);
});
