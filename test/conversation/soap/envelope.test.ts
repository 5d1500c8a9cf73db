import { envelope, systemAmbient, writeEnvelope } from '@parley/conversation';
import { DEFAULT_LIMITS } from '@parley/core';
import { expect, test } from 'vitest';

const text = (octets: Uint8Array): string => new TextDecoder().decode(octets);

test('a request says where to answer, an answer what it answers', () => {
  const request = text(
    envelope({ action: 'urn:a/Ask', to: 'urn:a', messageId: 'urn:uuid:1', body: '<q xmlns="urn:q"/>' }),
  );
  expect(request).toContain('s:mustUnderstand="1">urn:a/Ask</a:Action>');
  expect(request).toContain('>urn:uuid:1</a:MessageID><a:ReplyTo ');
  expect(request).toContain('<s:Body><q xmlns="urn:q"></q></s:Body>');
  const answer = text(envelope({ action: 'urn:a/Answer', relatesTo: 'urn:uuid:1', body: '' }));
  expect(answer).toContain('>urn:uuid:1</a:RelatesTo>');
  expect(answer).not.toContain('ReplyTo');
  expect(answer).toContain('<s:Body></s:Body>');
});

test('namespaces that only values name stay', () => {
  const body =
    '<q xmlns="urn:q" xmlns:t="urn:t" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><r xsi:type="t:Named"></r></q>';
  expect(text(envelope({ action: 'urn:a', body, addressing: 'none' }))).toContain(`<s:Body>${body}</s:Body>`);
});

test('octets and text are one, and every MessageID is another', () => {
  const [first, second] = ['<q/>', new TextEncoder().encode('<q/>')].map((body) =>
    text(envelope({ action: 'urn:a', body })),
  );
  const id = /urn:uuid:[0-9a-f-]{36}/;
  expect(first).toMatch(id);
  expect(first).not.toBe(second);
  expect(first?.replace(id, '')).toBe(second?.replace(id, ''));
});

test('SOAP 1.1, the older WS-Addressing, and none', () => {
  const older = envelope({
    action: 'urn:a',
    body: '<q/>',
    soapVersion: '1.1',
    addressing: { version: '2004/08', mustUnderstand: false },
  });
  expect(text(older)).toContain('http://schemas.xmlsoap.org/soap/envelope/');
  expect(text(older)).toContain('http://schemas.xmlsoap.org/ws/2004/08/addressing');
  expect(text(older)).not.toContain('mustUnderstand');
  expect(text(envelope({ action: 'urn:a', body: '<q/>', addressing: 'none' }))).toBe(
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header></s:Header><s:Body><q></q></s:Body></s:Envelope>',
  );
});

test.each(['no element', '<q>', '<q/><r/>', '<!DOCTYPE q><q/>'])('%j is no payload', (body) => {
  expect(() => envelope({ action: 'urn:a', body })).toThrow(expect.objectContaining({ code: 'caller.input-invalid' }));
});

test('a payload is held to the limits that are given', () => {
  const limits = { ...DEFAULT_LIMITS, depthMax: 2 };
  expect(() => envelope({ action: 'urn:a', body: '<a><b><c/></b></a>', limits })).toThrow(
    expect.objectContaining({ code: 'caller.input-invalid' }),
  );
});

test('the clock and the randomness of the system', () => {
  const before = Date.now();
  expect(systemAmbient.nowMs()).toBeGreaterThanOrEqual(before);
  const octets = new Uint8Array(32);
  systemAmbient.fillRandom(octets);
  expect(octets).not.toEqual(new Uint8Array(32));
});

test.each(['headers', 'body'] as const)(
  'a promise in the place of %s is refused, and broken it ends nothing',
  async (option) => {
    const late = async (): Promise<void> => {
      throw new Error('late');
    };
    const parts = { soapVersion: '1.2', action: 'urn:a', messageId: 'urn:uuid:1', body: () => undefined } as const;
    expect(() => writeEnvelope({ ...parts, [option]: late })).toThrow(
      expect.objectContaining({ code: 'caller.option-invalid', detail: expect.objectContaining({ option }) }),
    );
    await new Promise((resolve) => setImmediate(resolve));
  },
);
