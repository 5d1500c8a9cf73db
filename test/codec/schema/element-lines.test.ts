import { canonicaliseDocument, loadLibxml, OctetSink, validate, wsSchemas } from '@parley/codec';
import { expect, test } from 'vitest';
import { elementOnLine, withElementLines } from '../../../packages/codec/src/schema/element-lines.ts';
import { Random } from '../../fuzz/src/documents/random.ts';
import { randomDocument } from '../../fuzz/src/documents/random-document.ts';
import { KEEP, octets, read } from '../support/reading.ts';

function canonical(bytes: Uint8Array): string {
  const sink = new OctetSink(1024);
  canonicaliseDocument(read(bytes, {}, KEEP), sink);
  return new TextDecoder().decode(sink.bytes.subarray(0, sink.length));
}

test('the document stays the same document', () => {
  const random = new Random(7);
  for (let count = 0; count < 500; count++) {
    const bytes = octets(randomDocument(random));
    expect(canonical(withElementLines(read(bytes, {}, KEEP)).bytes)).toBe(canonical(bytes));
  }
});

test('every element has a line of its own, and is found by it', () => {
  const { bytes, lines } = withElementLines(read(octets('<a>\n<b/><c\nd="1"></c></a>')));
  expect(new TextDecoder().decode(bytes)).toBe('<a\n>\n<b\n/><c\nd="1"\n></c></a>');
  expect([...lines]).toEqual([2, 4, 6]);
  for (const [element, line] of lines.entries()) expect(elementOnLine(lines, line)).toBe(element);
  for (const line of [0, 1, 3, 5, 7]) expect(elementOnLine(lines, line)).toBe(-1);
});

test.runIf(loadLibxml().available)('libxml2 counts the lines as we do, whatever stands between', () => {
  const between = [
    '',
    '\n',
    '\r',
    '\r\n',
    ' \n\r\n',
    '<!--\n-->',
    '<![CDATA[\n\r\n]]>',
    '&#10;',
    '<m:x a="\n&#10;"\r\n/>',
  ];
  for (const text of between) {
    const message = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:m="urn:m"><s:Body>${text}<m:y>${text}<d:X509Data xmlns:d="http://www.w3.org/2000/09/xmldsig#"/></m:y></s:Body></s:Envelope>`;
    const findings = validate(octets(message), wsSchemas('messages'));
    expect(findings, JSON.stringify(text)).toMatchObject([{ offset: message.indexOf('<d:X509Data') }]);
  }
});
