/** Mandatory headers that the application answers for: named by the policy, and signed unless it says otherwise. */
import { policyOf } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import {
  openedBy,
  replaced,
  SOAP11,
  SOAP12,
  sampleContext,
  sampleEnvelope,
  sampleRequest,
  sealed,
} from '../support/sample.ts';

const EBMS = 'http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/';
const context = sampleContext();
const understood = [{ namespace: EBMS, localName: 'Messaging' }];
const SOAPS = [
  [SOAP11, 'actor', 'http://schemas.xmlsoap.org/soap/actor/next'],
  [SOAP12, 'role', 'http://www.w3.org/2003/05/soap-envelope/role/next'],
] as const;

function header(attributes: string, local = 'Messaging'): string {
  return `<eb:${local} xmlns:eb="${EBMS}" ${attributes}>order 17</eb:${local}>`;
}

/** A message with such a header, before or after it was signed. */
function messageWith(block: string, { soap = SOAP12 as string, sign = true } = {}): Uint8Array {
  const before = new TextDecoder().decode(sampleEnvelope(undefined, soap)).replace('<a:Action>', `${block}<a:Action>`);
  const headers = sign ? [{ namespace: EBMS }] : [];
  return sealed(
    new TextEncoder().encode(before),
    sampleRequest({ sign: { body: true, addressing: true, timestamp: true, headers } }),
  );
}

function answer(message: Uint8Array, policy = policyOf('strict', { understoodHeaders: understood })) {
  const reply = openedBy(message, context, policy);
  return reply.ok ? reply.value.understoodHeaders : reply.code;
}

describe.each(SOAPS)('%s', (soap, actor, next) => {
  test.each(['s:mustUnderstand="1"', 's:mustUnderstand="true"', `s:mustUnderstand="1" s:${actor}="${next}"`])(
    'a signed header is handed over as signed: %s',
    (attributes) => {
      const message = messageWith(header(attributes), { soap });
      expect(answer(message)).toEqual([{ namespace: EBMS, localName: 'Messaging', signed: true }]);
      expect(answer(message, policyOf())).toBe('peer.must-understand');
    },
  );
});

describe('a header that the policy names', () => {
  const mandatory = header('s:mustUnderstand="1"');

  test('T08: is refused where no signature covers it, mandatory or not', () => {
    expect(answer(messageWith(mandatory, { sign: false }))).toBe('peer.coverage-missing');
    expect(answer(messageWith(header(''), { sign: false }))).toBe('peer.coverage-missing');
    // Put in by somebody on the way, beside the signed one.
    const twice = replaced(messageWith(mandatory), '<eb:Messaging ', `${header('s:mustUnderstand="1"')}<eb:Messaging `);
    expect(answer(twice)).toBe('peer.coverage-missing');
  });

  test('is told as unsigned where the policy leaves that to the transport', () => {
    const policy = policyOf('strict', { understoodHeaders: understood, trustTransport: true });
    expect(answer(messageWith(mandatory, { sign: false }), policy)).toEqual([
      { namespace: EBMS, localName: 'Messaging', signed: false },
    ]);
  });

  test('is meant by its whole name, or by its namespace', () => {
    const other = messageWith(header('s:mustUnderstand="1"', 'Receipt'));
    expect(answer(other)).toBe('peer.must-understand');
    const all = policyOf('strict', { understoodHeaders: [{ namespace: EBMS }] });
    expect(answer(other, all)).toEqual([{ namespace: EBMS, localName: 'Receipt', signed: true }]);
    const elsewhere = policyOf('strict', { understoodHeaders: [{ namespace: 'urn:other', localName: 'Messaging' }] });
    expect(answer(messageWith(mandatory), elsewhere)).toBe('peer.must-understand');
  });

  test('is not listed where it may be passed over, and then must be signed all the same', () => {
    expect(answer(messageWith(header('')))).toEqual([]);
    const forOther = header('s:mustUnderstand="1" s:role="urn:other"');
    expect(answer(messageWith(forOther))).toEqual([]);
  });

  test('may come encrypted', () => {
    const before = new TextDecoder().decode(sampleEnvelope()).replace('<a:Action>', `${mandatory}<a:Action>`);
    const message = sealed(
      new TextEncoder().encode(before),
      sampleRequest({
        sign: { body: true, addressing: true, timestamp: true, headers: understood },
        encrypt: 'body',
        encryptHeaders: understood,
      }),
    );
    expect(answer(message)).toEqual([{ namespace: EBMS, localName: 'Messaging', signed: true }]);
    // Behind a cipher, one answer for all that is wrong (T37).
    expect(answer(message, policyOf())).toBe('peer.decrypt-failed');
  });
});
