import { Fault } from '@parley/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMediaType } from '../../../packages/http/src/binding/media-type.ts';
import { readSoapHeaders, soapHeaders } from '../../../packages/http/src/binding/soap-headers.ts';

function outcome(contentType?: string, soapAction?: string, contentEncoding?: string): unknown {
  try {
    return readSoapHeaders(contentType, soapAction, contentEncoding);
  } catch (error) {
    return error instanceof Fault ? `${error.code} ${error.detail['header']}` : error;
  }
}

describe('what headers say of a message', () => {
  test.each([
    ['text/xml', '"urn:a"', { soapVersion: '1.1', soapAction: 'urn:a' }],
    ['text/xml; charset=UTF-8', 'urn:a', { soapVersion: '1.1', soapAction: 'urn:a' }],
    ['Text/XML;charset="utf-8"', '""', { soapVersion: '1.1', soapAction: undefined }],
    ['text/xml', undefined, { soapVersion: '1.1', soapAction: undefined }],
    [
      'application/soap+xml; charset=utf-8; action="urn:a;b=\\"c\\""',
      undefined,
      { soapVersion: '1.2', soapAction: 'urn:a;b="c"' },
    ],
    ['application/soap+xml; action=""', '"ignored"', { soapVersion: '1.2', soapAction: undefined }],
  ])('%s, SOAPAction %s', (contentType, soapAction, expected) => {
    expect(outcome(contentType, soapAction)).toEqual(expected);
  });

  test.each([
    [undefined, undefined, undefined, 'content-type'],
    ['', undefined, undefined, 'content-type'],
    ['text/xml; charset=utf-8; charset=utf-16', undefined, undefined, 'content-type'],
    ['text/xml; charset="utf-8', undefined, undefined, 'content-type'],
    ['text/xml, application/soap+xml', undefined, undefined, 'content-type'],
    ['multipart/related; type="application/xop+xml"', undefined, undefined, 'content-type'],
    ['text/html', undefined, undefined, 'content-type'],
    ['text/xml; charset=utf-16', undefined, undefined, 'charset'],
    ['text/xml', 'urn:a"b', undefined, 'soapaction'],
    ['text/xml', undefined, 'gzip', 'content-encoding'],
  ])('T66: refused: %s, SOAPAction %s, coding %s', (contentType, soapAction, coding, header) => {
    expect(outcome(contentType, soapAction, coding)).toBe(`peer.http-content-type ${header}`);
  });

  test('what is written is read back', () => {
    const action = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
    });
    fc.assert(
      fc.property(fc.constantFrom('1.1', '1.2'), action, (soapVersion, text) => {
        fc.pre(soapVersion === '1.2' || !text.includes('"'));
        const { 'content-type': contentType, soapaction } = soapHeaders(soapVersion, text);
        const read = soapVersion === '1.2' ? text : text.replaceAll('\\', '\\\\');
        expect(outcome(contentType, soapaction)).toEqual({ soapVersion, soapAction: read });
      }),
    );
    expect(() => soapHeaders('1.1', 'urn:a\r\nx: y')).toThrow(/option-invalid/);
  });

  test('no text is too much for the reader', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseMediaType(text);
      }),
    );
  });
});
