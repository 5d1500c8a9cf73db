// T04: signature wrapping over SAML assertions, XSW1 to XSW9 and what is between them, in WS-Security's places.
import { expect, test } from 'vitest';
import { sampleEnvelope, sealed, text } from '../support/sample.ts';
import {
  BEARER_POLICY,
  certificateHolder,
  HOLDER_POLICY,
  openedWith,
  sampleAssertion,
  secretHolder,
} from '../support/sample-assertions.ts';
import { certificateRequest } from '../support/sample-keys.ts';

interface Base {
  readonly name: string;
  readonly message: string;
  readonly policy: typeof HOLDER_POLICY;
}

const EVIL = 'mallory@example.org';
const ASSERTION = /<saml:Assertion .*?<\/saml:Assertion>/s;
const SIGNATURE = /<ds:Signature .*?<\/ds:Signature>/s;

const BASES: readonly Base[] = (['1.1', '2.0'] as const).flatMap((version) => {
  const holder = certificateHolder({ version });
  const octets = sampleAssertion({ version });
  const bearer = (sign: 'id' | 'str-transform') =>
    sealed(sampleEnvelope(), certificateRequest({ assertions: [{ octets, sign }] }));
  const messages: readonly (readonly [string, Uint8Array, typeof HOLDER_POLICY])[] = [
    ['bearer by id', bearer('id'), BEARER_POLICY],
    ['bearer by STR-Transform', bearer('str-transform'), BEARER_POLICY],
    ['holder of a private key', sealed(sampleEnvelope(), holder), HOLDER_POLICY],
    ['holder of a secret', sealed(sampleEnvelope(), secretHolder({ version })), HOLDER_POLICY],
  ];
  return messages.map(([name, message, policy]) => ({ name: `${version} ${name}`, message: text(message), policy }));
});

/** What the forged assertion calls itself. */
const IDS: Readonly<Record<string, (assertion: string) => string>> = {
  'the same id': (assertion) => assertion,
  'another id': (assertion) => assertion.replace('ID="_a1"', 'ID="_a2"'),
  'no id': (assertion) => assertion.replace(/ (?:Assertion)?ID="_a1"/, ''),
  'its id as wsu:Id': (assertion) =>
    assertion.replace(
      /(?:Assertion)?ID="_a1"/,
      'xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd" u:Id="_a1"',
    ),
};

/** The signature that the forged one bears, and what is left of the original. */
const SIGNATURES: Readonly<Record<string, (evil: string, original: string) => readonly [string, string]>> = {
  unsigned: (evil, original) => [evil.replace(SIGNATURE, ''), original],
  'with a copy of the signature': (evil, original) => [evil, original],
  'with the signature, moved': (evil, original) => [evil, original.replace(SIGNATURE, '')],
};

const inside = (outer: string, inner: string): string =>
  outer.replace(/<\/saml:Assertion>$/, `${inner}</saml:Assertion>`);
const inObject = (outer: string, inner: string): string =>
  outer.replace(
    '</ds:Signature>',
    `<ds:Object xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${inner}</ds:Object></ds:Signature>`,
  );

/** Where both stand; `undefined` where there is no such place. */
const PLACES: Readonly<Record<string, (message: string, evil: string, original: string) => string | undefined>> = {
  'before it': (message, evil, original) => message.replace(ASSERTION, () => evil + original),
  'behind it': (message, evil, original) => message.replace(ASSERTION, () => original + evil),
  'in its place, it is gone': (message, evil) => message.replace(ASSERTION, () => evil),
  'around it': (message, evil, original) => message.replace(ASSERTION, () => inside(evil, original)),
  'around it, in Advice': (message, evil, original) =>
    message.replace(ASSERTION, () => inside(evil, `<saml:Advice>${original}</saml:Advice>`)),
  'around it, in an attribute': (message, evil, original) =>
    message.replace(ASSERTION, () => evil.replace('>admin<', () => `>${original}<`)),
  'around it, in ds:Object': (message, evil, original) =>
    evil.includes('</ds:Signature>') ? message.replace(ASSERTION, () => inObject(evil, original)) : undefined,
  'inside it': (message, evil, original) => message.replace(ASSERTION, () => inside(original, evil)),
  'inside it, in ds:Object': (message, evil, original) =>
    original.includes('</ds:Signature>') ? message.replace(ASSERTION, () => inObject(original, evil)) : undefined,
  'in its place, it is a header block': (message, evil, original) =>
    message.replace(ASSERTION, () => evil).replace('</s:Header>', () => `${original}</s:Header>`),
  'in its place, it is in the Body': (message, evil, original) =>
    message.replace(ASSERTION, () => evil).replace('</s:Body>', () => `${original}</s:Body>`),
  'in its place, it is in the Timestamp': (message, evil, original) =>
    message.replace(ASSERTION, () => evil).replace('</u:Timestamp>', () => `${original}</u:Timestamp>`),
  'in its place, it is in the signature of the message': (message, evil, original) =>
    message
      .replace(ASSERTION, () => evil)
      .replace(
        /<\/ds:Signature><\/o:Security>/,
        () => `<ds:Object>${original}</ds:Object></ds:Signature></o:Security>`,
      ),
};

test('T04: no message with a forged assertion beside, around or in the place of the signed one says what is forged', () => {
  const codes = new Map<string, number>();
  let count = 0;
  for (const { name, message, policy } of BASES) {
    const original = ASSERTION.exec(message)![0];
    const forged = original.replace('alice@example.org', EVIL);
    expect(openedWith(new TextEncoder().encode(message), policy).ok, name).toBe(true);
    for (const [idName, withId] of Object.entries(IDS)) {
      for (const [signatureName, sign] of Object.entries(SIGNATURES)) {
        const [evil, rest] = sign(withId(forged), original);
        for (const [placeName, place] of Object.entries(PLACES)) {
          const wrapped = place(message, evil, rest);
          if (wrapped === undefined) continue;
          expect(wrapped, placeName).toContain(EVIL);
          const reply = openedWith(new TextEncoder().encode(wrapped), policy);
          expect(reply.ok, `${name}: ${idName}, ${signatureName}, ${placeName}`).toBe(false);
          if (!reply.ok) codes.set(reply.code, (codes.get(reply.code) ?? 0) + 1);
          count++;
        }
      }
    }
  }
  expect(count).toBe(8 * 4 * (3 * 13 - 2));
  // None died of bad syntax, which would prove nothing.
  const expected = ['assertion-untrusted', 'coverage-missing', 'digest-mismatch', 'id-duplicate', 'ref-unresolved'];
  expect(new Set(codes.keys())).toEqual(new Set([...expected, 'structure-invalid'].map((code) => `peer.${code}`)));
});

test('T04: a forged copy elsewhere, beside the signed one in its place, changes nothing that is told', () => {
  for (const { name, message, policy } of BASES) {
    const original = ASSERTION.exec(message)![0];
    const evil = original.replace('alice@example.org', EVIL).replace('ID="_a1"', 'ID="_a2"');
    const before = openedWith(new TextEncoder().encode(message), policy);
    const after = openedWith(
      new TextEncoder().encode(message.replace('</s:Header>', () => `${evil}</s:Header>`)),
      policy,
    );
    if (!before.ok || !after.ok) throw new Error(`${name}: ${after.ok ? '' : after.code}`);
    expect(after.value.assertions).toEqual(before.value.assertions);
  }
});
