import { scan, Tape } from '@parley/codec';
import { E, ELEMENT_WORDS } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { policyOf } from '@parley/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readReferences, readSignature } from '../../../packages/engine/src/claims/signature.ts';

const RULES = policyOf();
const DS = 'http://www.w3.org/2000/09/xmldsig#';
const C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const SHA1 = `${DS}sha1`;
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';

const transforms = (algorithm = C14N): string => `<Transforms><Transform Algorithm="${algorithm}"/></Transforms>`;
const inside = (digest: string): string => `${transforms()}<DigestMethod Algorithm="${digest}"/><DigestValue>`;

/** ds:Reference elements that are right, nearly right, or made to be taken for the one before. */
const REFERENCES = [
  `<Reference URI="#a">${inside(SHA1)}AA==</DigestValue></Reference>`,
  `<Reference URI="#b">${inside(SHA1)}AAAA</DigestValue></Reference>`,
  `<Reference URI="#a">${inside(SHA256)}AA==</DigestValue></Reference>`,
  `<Reference URI="#b" >${inside(SHA256)}&#x41;AAA</DigestValue>\n</Reference>`,
  `<Reference URI="#b">\n${inside(SHA256)}AAAA</DigestValue></Reference>`,
  `<Reference URI="#c">${inside(SHA1)}AA==</DigestValue></Reference>`,
  `<Reference URI="#a" Type="urn:t">${inside(SHA1)}AA==</DigestValue></Reference>`,
  `<Reference>${inside(SHA1)}AA==</DigestValue></Reference>`,
  `<Reference URI="#a">${inside(SHA1)}AA==</DigestValue>text</Reference>`,
  `<Reference URI="#a">${inside(SHA1)}AA==</DigestValue><Object/></Reference>`,
  `<Reference URI="#a">${inside(SHA1)}<Object/></DigestValue></Reference>`,
  `<Reference URI="#a">${inside(SHA1)}<!---->AA==</DigestValue></Reference>`,
  `<d:Reference xmlns:d="${DS}" xmlns="urn:other" URI="#a">${inside(SHA1)}AA==</DigestValue></d:Reference>`,
  `<Reference URI="#a" xmlns:d="urn:d">${inside(SHA1)}AA==</DigestValue></Reference>`,
  `<Reference URI="#a">${transforms('urn:other')}<DigestMethod Algorithm="${SHA1}"/><DigestValue/></Reference>`,
  `<Reference URI="#a">${transforms()}<DigestMethod Algorithm="${SHA1}"/><DigestValue/></Reference>`,
  `<Reference URI="#a"/>${inside(SHA1)}AA==</DigestValue>`,
  `<Reference URI="#a"/>`,
];

interface Read {
  readonly target: string;
  readonly digest: string;
  readonly digestValue: string;
}

/** What is read of a signature with these references, or the code of the fault. */
function read(references: readonly string[]): readonly Read[] | string {
  const text =
    `<r xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd">` +
    `<Signature xmlns="${DS}"><SignedInfo><CanonicalizationMethod Algorithm="${C14N}"/>` +
    `<SignatureMethod Algorithm="${DS}hmac-sha1"/>${references.join('')}</SignedInfo>` +
    `<SignatureValue>AA==</SignatureValue></Signature><x u:Id="a"/><y u:Id="b"/></r>`;
  const tape = new Tape();
  scan(new TextEncoder().encode(text), RULES.limits, tape);
  const markup = (element: number): string => {
    const base = element * ELEMENT_WORDS;
    return new TextDecoder().decode(tape.bytes.subarray(tape.elements[base + E.start], tape.elements[base + E.end]));
  };
  try {
    return readReferences(tape, readSignature(tape, 1, RULES), RULES).map((reference) => ({
      target: markup(reference.target),
      digest: reference.digest.name,
      digestValue: markup(reference.digestValue),
    }));
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
}

/** The same with every reference read on its own. */
function readOneByOne(references: readonly string[]): readonly Read[] | string {
  const together: Read[] = [];
  for (const reference of references) {
    const alone = read([reference]);
    if (typeof alone === 'string') return alone;
    together.push(...alone);
  }
  return together;
}

describe('readReferences', () => {
  test('reads references after one another as it reads each alone', () => {
    const references = fc.array(fc.constantFrom(...REFERENCES), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(references, (list) => {
        expect(read(list)).toEqual(readOneByOne(list));
      }),
      { numRuns: 1000 },
    );
  });

  test.each(REFERENCES.map((reference) => [reference]))('reads %s after a right one as it does alone', (reference) => {
    const right = REFERENCES[0] as string;
    expect(read([right, reference])).toEqual(readOneByOne([right, reference]));
  });
});
