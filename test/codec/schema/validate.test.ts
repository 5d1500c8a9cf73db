import { loadLibxml, validate, wsSchemas } from '@parley/codec';
import { DEFAULT_LIMITS } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { codeOf, octets, vectorBytes } from '../support/reading.ts';

const libxml = loadLibxml();
const SIGNED = new TextDecoder().decode(vectorBytes('bench/signed-5k.xml'));
const DS = 'http://www.w3.org/2000/09/xmldsig#';

function envelope(body: string, declarations = ''): Uint8Array {
  const soap = 'http://www.w3.org/2003/05/soap-envelope';
  return octets(`<s:Envelope xmlns:s="${soap}" xmlns:d="${DS}" ${declarations}><s:Body>${body}</s:Body></s:Envelope>`);
}

function changed(from: string | RegExp, to: string): Uint8Array {
  expect(SIGNED).toMatch(from);
  return octets(SIGNED.replace(from, to));
}

test('libxmljs2 is there, or validating says what to do', () => {
  const code = codeOf(() => validate(octets(SIGNED), wsSchemas('messages')));
  expect(code).toBe(libxml.available ? undefined : 'caller.libxml-unavailable');
});

// It is an optional dependency, compiled on installation: what it does can be tested only where that worked.
describe.runIf(libxml.available)('XML Schema', () => {
  const schemas = wsSchemas('messages');

  test.each(['signed-1k', 'signed-5k', 'signed-20k', 'signed-100k'])('bench/%s is valid', (name) => {
    expect(validate(vectorBytes(`bench/${name}.xml`), schemas)).toEqual([]);
  });

  test('a finding says what and where', () => {
    const message = changed('</ds:SignedInfo>', '\n<ds:Foo/></ds:SignedInfo>');
    const offset = new TextDecoder().decode(message).indexOf('<ds:Foo');
    expect(validate(message, schemas)).toEqual([
      {
        message: `Element '{${DS}}Foo': This element is not expected. Expected is ( {${DS}}Reference ).`,
        number: 1871,
        element: `{${DS}}Foo`,
        offset,
        line: 2,
      },
    ]);
  });

  test.each([
    ['attribute that may not be', changed('<ds:SignatureValue>', '<ds:SignatureValue Bad="">'), 1866],
    ['attribute that must be', changed(/(<ds:DigestMethod) Algorithm="[^"]*"/, '$1'), 1868],
    ['element that must be', changed(/<ds:SignatureMethod[^>]*\/>/, ''), 1871],
    ['text between elements', changed('<ds:SignedInfo>', '<ds:SignedInfo>text'), 1843],
    ['content of an empty element', envelope('<d:Reference>x</d:Reference>'), 1871],
    ['root that no schema knows', octets('<unknown/>'), 1845],
  ])('%s', (_, message, number) => {
    expect(validate(message, schemas).map((finding) => finding.number)).toContain(number);
  });

  test.each([
    ['text', changed(/<ds:DigestValue>[^<]*/, '<ds:DigestValue>s3cret!')],
    ['text with quotes', changed(/<ds:DigestValue>[^<]*/, "<ds:DigestValue>' s3cret ' is not '")],
    [
      'text longer than a message of libxml2',
      changed(/<ds:DigestValue>[^<]*/, `<ds:DigestValue>${'s3cret!'.repeat(20_001)}`),
    ],
    ['an attribute', envelope('<d:Object Id="s3cret!"/>')],
    ['an id given twice', envelope('<d:Object Id="s3cret"/><d:Object Id="s3cret"/>')],
  ])('a value is not repeated: %s', (_, message) => {
    const findings = validate(message, schemas);
    expect(findings).not.toEqual([]);
    expect(JSON.stringify(findings)).not.toContain('s3cret');
  });

  test.each([
    ['DOCTYPE', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', 'peer.xml-dtd-forbidden'],
    ['not well-formed', '<a></b>', 'peer.xml-malformed'],
    ['processing instruction', '<?oasis-xml-catalog catalog="x.xml"?><a/>', 'peer.structure-invalid'],
    ['namespace as long as a message', `<a xmlns="urn:${'x'.repeat(1024)}"/>`, 'peer.limit-name'],
  ])('refused before libxml2 sees it: %s', (_, text, code) => {
    expect(codeOf(() => validate(octets(text), schemas))).toBe(code);
  });

  test('depth stops where libxml2 has care for the stack, whatever the limits say', () => {
    const limits = { ...DEFAULT_LIMITS, depthMax: 100_000 };
    const nested = (depth: number): Uint8Array => octets('<a>'.repeat(depth) + '</a>'.repeat(depth));
    expect(validate(nested(2_000), schemas, limits)).toHaveLength(1);
    expect(codeOf(() => validate(nested(2_001), schemas, limits))).toBe('peer.limit-depth');
    expect(codeOf(() => validate(nested(129), schemas))).toBe('peer.limit-depth');
  });

  test('a message full of errors gives the first thousand', () => {
    const findings = validate(envelope('<d:X509Data/>'.repeat(5_000)), schemas);
    expect(findings).toHaveLength(1_000);
    expect(findings.every((finding) => finding.element === `{${DS}}X509Data`)).toBe(true);
  });

  test('beyond the lines that libxml2 counts, a finding has no place', () => {
    const [finding] = validate(envelope(`${'<a/>'.repeat(70_000)}<d:X509Data/>`), schemas);
    expect(finding).toMatchObject({ number: 1871 });
    expect(finding).not.toHaveProperty('offset');
  });

  test('elements that no schema describes pass where others may stand, and are looked into', () => {
    expect(validate(envelope('<m:Any xmlns:m="urn:m"><m:Thing a="1"/></m:Any>'), schemas)).toEqual([]);
    expect(validate(envelope('<m:Any xmlns:m="urn:m"><d:X509Data/></m:Any>'), schemas)).toHaveLength(1);
  });
});
