import { readFileSync } from 'node:fs';
import { Certificate, DEFAULT_LIMITS, DistinguishedName, Fault } from '@parley/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';
import { certificateDer, der, name, objectIdentifier, party, sequence } from './issue.ts';

const issuer = party('CN=Root');

/** A name in DER, by way of a certificate that has it. */
function readName(subjectName: Uint8Array): DistinguishedName {
  return Certificate.read(certificateDer(issuer, issuer, { subjectName }), DEFAULT_LIMITS, 'message').subject;
}

function attribute(type: string, value: Uint8Array): Uint8Array {
  return sequence(objectIdentifier(type), value);
}

describe('RFC 4514 §3: names as text', () => {
  const inDer = readName(name('C=CH/O=Example Ltd./OU=Sales/CN=Alice, A.'));

  test.each([
    'CN=Alice\\, A.,OU=Sales,O=Example Ltd.,C=CH',
    'cn=ALICE\\, A., ou=sales, o=example  ltd., c=ch',
    'CN="Alice, A.", OU=Sales, O=Example Ltd., C=CH',
    'commonName="Alice, A.", organizationalUnitName=Sales, organizationName=Example Ltd., countryName=CH',
    'CN=Alice\\2C A.;OU=Sales;O=Example Ltd.;C=CH',
    'OID.2.5.4.3=Alice\\, A.,2.5.4.11=Sales,O=Example Ltd.,C=CH',
    'CN=#0c09416c6963652c20412e,OU=#130553616C6573,O=Example Ltd.,C=CH',
  ])('%s is the same', (text) => {
    expect(DistinguishedName.parse(text).equals(inDer)).toBe(true);
  });

  test.each([
    'C=CH,O=Example Ltd.,OU=Sales,CN=Alice\\, A.',
    'CN=Alice\\, A.,OU=Sales,O=Example Ltd.',
    'CN=Alice\\, A.+OU=Sales,O=Example Ltd.,C=CH',
    'CN=Alice A.,OU=Sales,O=Example Ltd.,C=CH',
    'CN=#0409416c6963652c20412e,OU=Sales,O=Example Ltd.,C=CH',
    '',
  ])('%j is another', (text) => {
    expect(DistinguishedName.parse(text).equals(inDer)).toBe(false);
  });

  test.each([
    'CN',
    'CN=a,',
    ',CN=a',
    'CN=a,,O=b',
    'CN=a"b',
    'CN="a""',
    'CN=""a"',
    'CN="a',
    'CN=a\\',
    'CN=a<b',
    'XX=a',
    'CN=#0',
    'CN=#0c05',
    'CN=#zz',
    'CN=\\C3',
    '1=a',
    `CN=${'a'.repeat(2048)}`,
  ])('%j is none', (text) => {
    expect(codeOf(() => DistinguishedName.parse(text))).toBe('caller.option-invalid');
  });

  test('several attributes of one relative name have no order', () => {
    const both = [
      attribute('2.5.4.3', der(0x13, Buffer.from('a'))),
      attribute('2.5.4.11', der(0x0c, Buffer.from('b'))),
    ];
    const subject = readName(sequence(der(0x31, ...both)));
    for (const text of ['CN=a+OU=b', 'OU=b + CN=a']) expect(DistinguishedName.parse(text).equals(subject)).toBe(true);
    expect(DistinguishedName.parse('CN=a,OU=b').equals(subject)).toBe(false);
  });

  test('what is written is read again', () => {
    const values = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 4 }), (parts) => {
        const subject = readName(
          sequence(...parts.map((value) => der(0x31, attribute('2.5.4.3', der(0x0c, Buffer.from(value)))))),
        );
        expect(DistinguishedName.parse(subject.toString()).equals(subject)).toBe(true);
      }),
    );
  });
});

interface WrittenName {
  readonly der: string;
  readonly texts: readonly { readonly writer: string; readonly text: string }[];
}

// Made by OpenSSL 3.0 (`x509 -subject -nameopt`) and by Java 17 of one certificate each; Windows as it is documented.
const WRITTEN = JSON.parse(
  readFileSync(new URL('names-as-text.json', import.meta.url), 'utf8'),
) as readonly WrittenName[];

describe('names as other programs write them', () => {
  test.each(
    WRITTEN.flatMap(({ der: hex, texts }, index) => texts.map(({ writer, text }) => ({ hex, index, writer, text }))),
  )('name $index, $writer', ({ hex, index, text }) => {
    const subject = readName(Buffer.from(hex, 'hex'));
    expect(subject.isWrittenAs(text)).toBe(true);
    const other = WRITTEN[(index + 1) % WRITTEN.length]!;
    expect(readName(Buffer.from(other.der, 'hex')).isWrittenAs(text)).toBe(false);
    expect(subject.isWrittenAs(text.replace('=', '=x'))).toBe(false);
  });

  test('every keyword means one attribute, in any case of letters', () => {
    const keywords = {
      '2.5.4.4': ['SN', 'surname'],
      '2.5.4.8': ['ST', 'S', 'stateOrProvinceName'],
      '2.5.4.12': ['T', 'title'],
      '2.5.4.18': ['postOfficeBox', 'POBox'],
      '2.5.4.44': ['GENERATION', 'generationQualifier'],
      '2.5.4.46': ['DNQ', 'dnQualifier', 'DN'],
      '2.5.4.97': ['organizationIdentifier'],
      '1.2.840.113549.1.9.1': ['E', 'emailAddress', 'EMAIL'],
      '1.3.6.1.4.1.311.60.2.1.3': ['jurisdictionC', 'jurisdictionCountryName', 'jurisdictionCountry'],
    };
    for (const [type, names] of Object.entries(keywords)) {
      const subject = readName(sequence(der(0x31, attribute(type, der(0x0c, Buffer.from('v'))))));
      for (const keyword of names.flatMap((text) => [text, text.toUpperCase(), text.toLowerCase()]))
        expect(subject.isWrittenAs(`${keyword}=v`), keyword).toBe(true);
    }
  });

  test('the refusal of a keyword that nobody writes names it', () => {
    try {
      DistinguishedName.parse('CN=a,gibberish=b');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(Fault);
      expect((error as Fault).detail).toMatchObject({ keyword: 'gibberish' });
    }
  });

  test('one order or the other of the whole name, and no third one', () => {
    const values = fc.uniqueArray(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 8 }), {
      minLength: 3,
      maxLength: 6,
      selector: (text) => text.trim().replace(/\s+/g, ' ').toLowerCase(),
    });
    const written = (names: readonly string[]): string => readName(nameOf(names)).toString();
    fc.assert(
      fc.property(values, ([first = '', ...rest]) => {
        const names = [first, ...rest];
        const subject = readName(nameOf(names));
        expect(subject.isWrittenAs(written(names))).toBe(true);
        expect(subject.isWrittenAs(written([...names].reverse()))).toBe(true);
        expect(subject.isWrittenAs(written([...rest, first]))).toBe(false);
        expect(subject.isWrittenAs(written(rest))).toBe(false);
        expect(subject.equals(readName(nameOf([...names].reverse())))).toBe(false);
      }),
    );
  });
});

/** A name in DER: one common name below the other. */
function nameOf(values: readonly string[]): Uint8Array {
  return sequence(...values.map((value) => der(0x31, attribute('2.5.4.3', der(0x0c, Buffer.from(value))))));
}

describe('names in DER', () => {
  test.each([
    ['UTF8String', der(0x0c, Buffer.from('Zoë'))],
    ['TeletexString', der(0x14, Buffer.from('Zoë', 'latin1'))],
    ['BMPString', der(0x1e, Buffer.from('Zoë', 'utf16le').swap16())],
    ['UniversalString', der(0x1c, Buffer.from('0000005a0000006f000000eb', 'hex'))],
  ])('%s', (_, value) => {
    const subject = readName(sequence(der(0x31, attribute('2.5.4.3', value))));
    expect(subject.toString()).toBe('CN=Zoë');
    expect(subject.equals(DistinguishedName.parse('cn=zoë'))).toBe(true);
  });

  test.each([
    ['NumericString', 0x12],
    ['PrintableString', 0x13],
    ['IA5String', 0x16],
    ['VisibleString', 0x1a],
  ])('%s, of digits', (_, tag) => {
    const subject = readName(sequence(der(0x31, attribute('1.2.643.3.131.1.1', der(tag, Buffer.from('007710'))))));
    expect(subject.isWrittenAs('INN=007710')).toBe(true);
    expect(subject.isWrittenAs(`1.2.643.3.131.1.1=#${tag.toString(16)}06303037373130`)).toBe(true);
  });

  test('a value that is no string is kept as its DER', () => {
    const subject = readName(sequence(der(0x31, attribute('1.2.3', der(2, Uint8Array.of(5))))));
    expect(subject.relativeNames).toEqual([[{ type: '1.2.3', value: '#020105' }]]);
    expect(subject.equals(DistinguishedName.parse('1.2.3=#020105'))).toBe(true);
  });

  test.each([
    ['a NUL inside', sequence(der(0x31, attribute('2.5.4.3', der(0x0c, Buffer.from('good.example\0.evil.example')))))],
    ['octets that are not UTF-8', sequence(der(0x31, attribute('2.5.4.3', der(0x0c, Uint8Array.of(0xff)))))],
    ['half a character of UTF-16', sequence(der(0x31, attribute('2.5.4.3', der(0x1e, Uint8Array.of(0)))))],
    ['a surrogate in UTF-32', sequence(der(0x31, attribute('2.5.4.3', der(0x1c, Uint8Array.of(0, 0, 0xd8, 0)))))],
    ['a relative name without attributes', sequence(der(0x31))],
    ['an attribute with something behind', sequence(der(0x31, sequence(objectIdentifier('2.5.4.3'), der(5), der(5))))],
    ['a type that is no identifier', sequence(der(0x31, sequence(der(2, Uint8Array.of(1)), der(5))))],
  ])('%s is refused', (_, subjectName) => {
    expect(codeOf(() => readName(subjectName))).toBe('peer.certificate-malformed');
  });
});
