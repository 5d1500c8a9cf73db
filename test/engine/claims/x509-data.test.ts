/** ds:X509Data as the list that its schema draws, in an STR and, for who takes it, beside or instead of one. */
import type { Certificate } from '@parley/core';
import { Trust } from '@parley/core';
import type { Policy } from '@parley/engine';
import { policyOf } from '@parley/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALL_PARTS, alice, ecdsa, hmac, mallory, opened, ROOT, signedMessage, trust } from '../support/x509-message.ts';

const STRICT = policyOf('x509');
const TOLERANT = policyOf('tolerant');
const BARE = policyOf('x509', { allowBareX509Data: true });

const base64 = (octets: Uint8Array): string => Buffer.from(octets).toString('base64');
const issuerSerial = ({ issuer, serialNumber }: Certificate, text = issuer.toString()): string =>
  `<ds:X509IssuerSerial><ds:X509IssuerName>${text}</ds:X509IssuerName><ds:X509SerialNumber>${serialNumber}</ds:X509SerialNumber></ds:X509IssuerSerial>`;
const subject = ({ subject: name }: Certificate): string => `<ds:X509SubjectName>${name}</ds:X509SubjectName>`;
const ski = ({ subjectKeyIdentifier }: Certificate): string =>
  `<ds:X509SKI>${base64(subjectKeyIdentifier!)}</ds:X509SKI>`;
const whole = ({ der }: Certificate): string => `<ds:X509Certificate>${base64(der)}</ds:X509Certificate>`;
const CRL = '<ds:X509CRL>AAAA</ds:X509CRL>';
const STATEMENTS = [issuerSerial, subject, ski, whole];

const data = (...content: readonly string[]): string => `<ds:X509Data>${content.join('')}</ds:X509Data>`;
const reference = (content: string): string => `<o:SecurityTokenReference>${content}</o:SecurityTokenReference>`;

function codeOf(keyInfo: string, policy: Policy = STRICT, by = alice): string {
  const wish = { id: 'sig', signing: ecdsa(by.party.privateKey), str: keyInfo, parts: ALL_PARTS };
  const reply = opened(signedMessage({ tokens: '', signatures: [wish] }), { trust }, policy);
  return reply.ok ? 'ok' : reply.code;
}

describe('in an STR', () => {
  test('any statements about one certificate, in any order and number', () => {
    const statements = fc.array(fc.constantFrom(...STATEMENTS), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(statements, fc.boolean(), (list, hasList) => {
        const content = list.map((statement) => statement(alice.certificate));
        expect(codeOf(reference(data(...content, hasList ? CRL : ''))), content.join()).toBe('ok');
      }),
      { numRuns: 60 },
    );
  });

  test('T11 T18: one statement about another certificate, wherever it stands', () => {
    const disagreeing = fc.record({
      true: fc.array(fc.constantFrom(...STATEMENTS), { minLength: 1, maxLength: 4 }),
      false: fc.constantFrom(issuerSerial, subject, ski),
      at: fc.nat(4),
    });
    fc.assert(
      fc.property(disagreeing, ({ true: right, false: wrong, at }) => {
        const content = right.map((statement) => statement(alice.certificate));
        content.splice(at, 0, wrong(mallory.certificate));
        const expected = right.includes(whole) ? 'peer.keyinfo-forbidden' : 'peer.certificate-untrusted';
        expect(codeOf(reference(data(...content))), content.join()).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('a chain in any order: its end is meant', () => {
    const chain = [whole(ROOT), whole(alice.certificate)];
    for (const list of [chain, [...chain].reverse(), [...chain, whole(alice.certificate)]])
      expect(codeOf(reference(data(...list)))).toBe('ok');
    expect(codeOf(reference(data(...chain, issuerSerial(alice.certificate))))).toBe('ok');
  });

  test('two that may be meant, until a name tells which', () => {
    const both = [whole(mallory.certificate), whole(alice.certificate)];
    expect(codeOf(reference(data(...both)))).toBe('peer.keyinfo-forbidden');
    expect(codeOf(reference(data(...both, subject(alice.certificate))))).toBe('ok');
    expect(codeOf(reference(data(...both, subject(mallory.certificate))))).toBe('peer.signature-invalid');
  });

  test('the name of the issuer in the other order', () => {
    expect(codeOf(reference(data(issuerSerial(alice.certificate, 'O=Example, CN=Root'))))).toBe('ok');
    expect(codeOf(reference(data(issuerSerial(alice.certificate, 'CN=Root'))))).toBe('peer.certificate-untrusted');
  });

  test('T11: a certificate that it brings is trusted for nothing', () => {
    const stranger = new Trust({ anchors: [mallory.certificate], revocation: 'if-listed' });
    const str = reference(data(whole(alice.certificate), issuerSerial(alice.certificate)));
    const wish = { id: 'sig', signing: ecdsa(alice.party.privateKey), str, parts: ALL_PARTS };
    const reply = opened(signedMessage({ tokens: '', signatures: [wish] }), { trust: stranger }, STRICT);
    expect(reply).toMatchObject({ ok: false, code: 'peer.certificate-untrusted' });
    expect(codeOf(str, STRICT, mallory)).toBe('peer.signature-invalid');
  });

  test.each([
    ['nothing', ''],
    ['a list of revocations alone', CRL],
    ['text', 'alice'],
    ['an element that nobody reads', '<ds:X509Digest>AAAA</ds:X509Digest>'],
    ['a key', '<ds:KeyName>alice</ds:KeyName>'],
    ['names without an end', subject(alice.certificate).repeat(9)],
    ['a certificate that is none', '<ds:X509Certificate>AAAA</ds:X509Certificate>'],
    ['half a name', '<ds:X509IssuerSerial><ds:X509IssuerName>CN=Root</ds:X509IssuerName></ds:X509IssuerSerial>'],
    ['a comment in a name', `<ds:X509SubjectName>CN=Alice<!-- -->,O=Example</ds:X509SubjectName>`],
  ])('T10: %s is refused', (_, content) => {
    for (const policy of [STRICT, TOLERANT])
      expect(codeOf(reference(data(content)), policy)).toMatch(
        /^peer\.(structure-invalid|keyinfo-forbidden|certificate-malformed)$/,
      );
  });
});

describe('beside or instead of an STR (BSP R5402, R5417)', () => {
  const str = reference(data(issuerSerial(alice.certificate)));
  const forms = [
    ['instead', data(whole(alice.certificate))],
    ['instead, a name', data(ski(alice.certificate))],
    ['before', `${data(whole(alice.certificate))}${str}`],
    ['behind', `${str}${data(subject(alice.certificate))}`],
  ] as const;

  test.each(forms)('%s: where the policy takes it', (_, keyInfo) => {
    expect(codeOf(keyInfo)).toBe('peer.keyinfo-forbidden');
    for (const policy of [TOLERANT, BARE]) expect(codeOf(keyInfo, policy)).toBe('ok');
  });

  test('both say the same, or it is refused', () => {
    const brought = reference(data(whole(alice.certificate)));
    for (const statement of STATEMENTS) {
      expect(codeOf(`${brought}${data(statement(mallory.certificate))}`, TOLERANT)).toBe('peer.keyinfo-forbidden');
      expect(codeOf(`${brought}${data(statement(alice.certificate))}`, TOLERANT)).toBe('ok');
    }
    const named = `${str}${data(subject(mallory.certificate))}`;
    expect(codeOf(named, TOLERANT)).toBe('peer.certificate-untrusted');
    expect(codeOf(`${str}${data(whole(mallory.certificate))}`, TOLERANT)).toBe('peer.keyinfo-forbidden');
  });

  test.each([
    ['twice', `${data(ski(alice.certificate))}${data(ski(alice.certificate))}`],
    ['two references', `${str}${str}`],
    ['a key value', `${str}<ds:KeyValue/>`],
    ['nothing', ''],
  ])('%s is refused', (_, keyInfo) => {
    expect(codeOf(keyInfo, TOLERANT)).toBe('peer.keyinfo-forbidden');
  });

  test('T13: never names the key of a MAC', () => {
    const key = alice.certificate.der.subarray(0, 32);
    const wish = { id: 'sig', signing: hmac(key), str: data(whole(alice.certificate)), parts: ALL_PARTS };
    const reply = opened(signedMessage({ tokens: '', signatures: [wish] }), { trust }, TOLERANT);
    expect(reply).toMatchObject({ ok: false, code: 'peer.keyinfo-forbidden' });
  });
});
