/** Elements of the Body that are signed or encrypted by name, beside the Body or instead of it. */
import { scan, Tape } from '@parley/codec';
import { splice } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import type { PayloadPath, PolicyChanges, SealRequest } from '@parley/engine';
import { policyOf, seal } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { E, ELEMENT_WORDS } from '../../../packages/codec/src/tape/tape.ts';
import {
  NOW_MS,
  openedBy,
  replaced,
  sampleContext,
  sampleEnvelope,
  sampleRequest,
  sealed,
  text,
} from '../support/sample.ts';

const context = sampleContext();
const NAMESPACE = 'urn:m';
const path = (...names: string[]): PayloadPath => names.map((localName) => ({ namespace: NAMESPACE, localName }));
const PAYMENT = [path('Order', 'Payment')];
const CONTENT =
  '<m:Order xmlns:m="urn:m"><m:Note>hello</m:Note><m:Payment><m:Amount>10</m:Amount></m:Payment></m:Order>';
const WITH_ID = CONTENT.replace(
  '<m:Payment>',
  '<m:Payment xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd" u:Id="pay">',
);
const INSTEAD: PolicyChanges = { requireSignedBody: false, signedPayload: PAYMENT };
const BESIDE: PolicyChanges = { signedPayload: PAYMENT };

function messageOf(changes: Partial<SealRequest>, content = CONTENT, body = false): Uint8Array {
  const sign = { body, addressing: true, timestamp: true, payload: PAYMENT };
  return sealed(sampleEnvelope(content), sampleRequest({ sign, ...changes }));
}

function answer(message: Uint8Array, changes: PolicyChanges = INSTEAD) {
  const reply = openedBy(message, context, policyOf('strict', changes), NOW_MS);
  if (!reply.ok) return reply.code;
  return reply.value.signed
    .filter(({ role }) => role === 'payload' || role === 'body')
    .map(({ role, localName, bytes }) => [role, localName, /Amount>([^<]*)</.exec(text(bytes))?.[1]]);
}

const PAID = ['payload', 'Payment', '10'];

describe('an element of the payload', () => {
  test('is signed instead of the Body, and its octets are handed over', () => {
    expect(answer(messageOf({}))).toEqual([PAID]);
  });

  test('is signed beside a Body that is signed, too', () => {
    expect(answer(messageOf({}, WITH_ID, true), BESIDE)).toEqual(
      expect.arrayContaining([PAID, ['body', 'Body', '10']]),
    );
  });

  test.each(['body', 'body-and-signature'] as const)(
    'is found in a Body that was encrypted afterwards: %s',
    (encrypt) => {
      expect(answer(messageOf({ encrypt }, WITH_ID, true), { ...BESIDE, requireEncryptedBody: true })).toContainEqual(
        PAID,
      );
    },
  );

  test('is encrypted alone, signed or within a signed Body', () => {
    for (const [body, content, policy] of [
      [false, CONTENT, INSTEAD],
      [false, WITH_ID, INSTEAD],
      [true, WITH_ID, BESIDE],
    ] as const) {
      const message = messageOf({ encryptPayload: PAYMENT }, content, body);
      expect(text(message)).toContain('hello');
      expect(text(message)).not.toContain('Amount');
      expect(answer(message, policy)).toContainEqual(PAID);
    }
  });

  test('is refused where the policy names it and it is not there, or nobody signed it', () => {
    const plain = sealed(sampleEnvelope(CONTENT), sampleRequest());
    expect(answer(plain, BESIDE)).toBe('peer.coverage-missing');
    expect(answer(sealed(sampleEnvelope(), sampleRequest()), BESIDE)).toBe('peer.coverage-missing');
    expect(answer(messageOf({}), { requireSignedBody: false })).toBe('peer.coverage-missing');
    expect(answer(messageOf({}), { ...INSTEAD, signedPayload: [path('Order', 'Note')] })).toBe('peer.coverage-missing');
    expect(answer(messageOf({}), { ...INSTEAD, signedPayload: [path('Payment')] })).toBe('peer.coverage-missing');
  });

  test('T08: a second one that nobody signed is refused, and so is one that changed', () => {
    const message = messageOf({});
    const forged = '<m:Payment><m:Amount>99</m:Amount></m:Payment>';
    expect(answer(replaced(message, '<m:Note>', `${forged}<m:Note>`))).toBe('peer.coverage-missing');
    expect(answer(replaced(message, '</m:Order>', `${forged}</m:Order>`))).toBe('peer.coverage-missing');
    expect(answer(replaced(message, '>10<', '>99<'))).toBe('peer.digest-mismatch');
    // Around it, anybody may write: only the names on the path are known.
    expect(answer(replaced(message, 'hello', 'bye'))).toEqual([PAID]);
  });

  test('T01 T02 T04: moved anywhere else, with or without another in its place, it is refused', () => {
    const message = messageOf({});
    const tape = new Tape();
    scan(message, DEFAULT_LIMITS, tape);
    const whole = text(message);
    const signed = /<m:Payment .*<\/m:Payment>/.exec(whole)![0];
    const start = Buffer.byteLength(whole.slice(0, whole.indexOf(signed)));
    const end = start + Buffer.byteLength(signed);
    const forged = ['', '<m:Payment><m:Amount>99</m:Amount></m:Payment>', signed.replace('10', '99')];
    let count = 0;
    for (let element = 0; element < tape.elementCount; element++) {
      const base = element * ELEMENT_WORDS;
      for (const at of [tape.elements[base + E.content]!, tape.elements[base + E.contentEnd]!]) {
        if (at > start && at < end) continue;
        for (const other of forged) {
          const declared = signed.replace('<m:Payment', '<m:Payment xmlns:m="urn:m"');
          for (const wrapped of [declared, `<x:Any xmlns:x="urn:x">${declared}</x:Any>`]) {
            const patches = [
              { start, end, with: Buffer.from(other) },
              { start: at, end: at, with: Buffer.from(wrapped) },
            ].sort((left, right) => left.start - right.start);
            const result = answer(splice(message, patches));
            // As another child of the same parent it is where it was.
            if (typeof result === 'string') expect(result).toMatch(/^peer\./);
            else expect([result, other]).toEqual([[PAID], '']);
            count++;
          }
        }
      }
    }
    expect(count).toBeGreaterThan(300);
  });
});

describe('seal refuses', () => {
  const refused = (changes: Partial<SealRequest>, content: string, body: boolean) => {
    const sign = { body, addressing: true, timestamp: true, payload: PAYMENT, ...changes.sign };
    const reply = seal(sampleEnvelope(content), sampleRequest({ ...changes, sign }));
    return reply.ok ? 'ok' : reply.code;
  };

  test('what would change the Body around it', () => {
    expect(refused({}, CONTENT, true)).toBe('caller.input-invalid');
    expect(refused({ encrypt: 'body' }, CONTENT, false)).toBe('caller.input-invalid');
    expect(refused({ encryptPayload: [path('Order')] }, CONTENT, false)).toBe('caller.input-invalid');
    expect(refused({ encryptPayload: [path('Order'), ...PAYMENT] }, WITH_ID, false)).toBe('caller.input-invalid');
  });

  test('what nobody could find, and what is not there', () => {
    const encrypt = { encrypt: 'body', order: 'encrypt-then-sign' } as const;
    expect(refused(encrypt, WITH_ID, true)).toBe('caller.option-invalid');
    expect(refused({ encryptPayload: PAYMENT, order: 'encrypt-then-sign' }, WITH_ID, true)).toBe(
      'caller.option-invalid',
    );
    expect(refused({ encryptPayload: PAYMENT, encrypt: 'body' }, WITH_ID, true)).toBe('caller.option-invalid');
    expect(refused({}, '<m:Other xmlns:m="urn:m"/>', false)).toBe('caller.input-invalid');
    expect(refused({ encryptPayload: [path('Absent')] }, WITH_ID, true)).toBe('caller.input-invalid');
  });
});
